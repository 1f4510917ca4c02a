//! Examples of `messaging`; each file is one.
