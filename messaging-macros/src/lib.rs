//! The macros of `messaging`. Use them through that crate, which documents them.
