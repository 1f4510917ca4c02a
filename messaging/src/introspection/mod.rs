//! What servers tell of themselves.

mod client;
mod durations;
mod pong;
mod statistics;

pub use client::Introspection;
pub use durations::Durations;
pub use pong::{Library, Pong};
pub use statistics::{ApiStatistics, MethodStatistics, Statistics};
