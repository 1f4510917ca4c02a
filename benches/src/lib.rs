//! What the programs of `cargo xtask bench` share: the load that each of them makes, and what is
//! measured of it.
//!
//! A program is one side of one subject: `ours`, a floor beneath it, or a peer. It makes its load in
//! a closed loop and prints one [`Record`] as a line of JSON; xtask starts them in turn and compares.

#![allow(clippy::print_stdout, reason = "a program tells what it measured on its output")]

mod api;
mod codec;
mod counted;
mod dispatch;
pub mod floor;
mod library;
mod load;
pub mod own;
mod payload;
mod program;
mod record;
mod scripted;
mod usage;

pub use api::{Bench, BenchClient, BenchEndpoint, Echo};
pub use codec::{SIZES, codec};
pub use counted::{Cost, Step, Way};
pub use dispatch::dispatch;
pub use library::run;
pub use load::Load;
pub use payload::payload;
pub use program::{Place, Role, Tokio, ready};
pub use record::Record;
pub use usage::{Usage, Watched};
