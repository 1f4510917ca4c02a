//! The APIs of the examples, for whoever needs more than one program to know them.

pub mod scheduler;
