#![cfg_attr(all(feature = "macros", feature = "tokio"), doc = include_str!("../../docs/testing.md"))]
#![cfg_attr(
    not(all(feature = "macros", feature = "tokio")),
    doc = "Testing what calls, and what is called, without a broker."
)]

mod expected;
mod journal;
mod mock;
mod recorder;
mod sent;
mod sink;
mod virtual_time;

pub use expected::Expected;
pub use journal::Journal;
pub use mock::{Answers, AnswersWith, Mock, On, Signature};
pub use recorder::Recorder;
pub use sent::{Sent, SentRequest};
pub use virtual_time::VirtualTime;

pub use crate::rpc::local::LocalServer;
