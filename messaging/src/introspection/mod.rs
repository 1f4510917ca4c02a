#![doc = include_str!("../../docs/introspection.md")]

mod client;
mod description;
mod difference;
mod durations;
mod pong;
mod statistics;

pub use client::Introspection;
pub use description::{ApiDescription, Description};
pub use difference::ContractDifference;
pub use durations::Durations;
pub use pong::{Library, Pong};
pub use statistics::{ApiStatistics, MethodStatistics, Statistics};
