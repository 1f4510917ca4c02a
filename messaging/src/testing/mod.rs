//! Testing what calls, and what is called, without a broker.
//!
//! - [`LocalServer`], and its short form [`Proxy::local`](crate::Proxy::local): a client over an
//!   implementation itself.
//! - [`Mock`]: a client over closures, which the compiler checks against the API.
//! - [`Recorder`]: a driver that remembers what was sent, with assertions.
//!
//! Each is a client, or a transport, like any other: what it refuses, a server refuses.

mod expected;
mod journal;
mod mock;
mod recorder;
mod sent;
mod sink;

pub use expected::Expected;
pub use journal::Journal;
pub use mock::{Answers, AnswersWith, Mock, On, Signature};
pub use recorder::Recorder;
pub use sent::{Sent, SentRequest};

pub use crate::rpc::local::LocalServer;
