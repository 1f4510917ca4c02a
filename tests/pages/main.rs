//! The code of pages that walk through a project of several files: it is compiled here, as it stands
//! there. Pages of one file are tested by rustdoc.
#![allow(
    clippy::print_stdout,
    clippy::panic,
    dead_code,
    unreachable_pub,
    reason = "the pages have programs and a library, and that they compile is what is wanted of them"
)]

// The page's own crate has this name.
extern crate self as greeter;

mod versions;

pub use versions::v1_1::{Greeter, GreeterClient, GreeterEndpoint};
