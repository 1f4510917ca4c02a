//! The binary itself, against a fleet of two servers in Rust and one in Python, on the real
//! oslo.messaging: each verb for people and for programs, and each way to fail with its exit code.

mod bench;
mod calling;
mod completing;
mod contexts;
mod contracts;
mod doctor;
mod drawing;
mod ends;
#[path = "../../../tests/interop/events.rs"]
#[allow(dead_code)] // the interop tests use more of it
mod events;
mod fleet;
mod looking;
mod page;
mod process;
mod program;
#[path = "../../../tests/interop/python.rs"]
#[allow(dead_code)] // the interop tests use more of it
mod python;
mod relay;
mod serve;
mod site;
mod terminal;
mod top;
mod watch;
mod work;
mod wrong;
