//! The JSON shapes of oslo.messaging (wire document, sections 7, 8, 10 and 11).
//!
//! The only place that knows their keys. Nothing here does I/O, and nothing that a peer sends can
//! do more than be refused: a body is no longer than [`MaxSize`], names and their number are
//! bounded (`bounds`), both layers of JSON keep serde_json's limit of 128 levels, and what is read
//! takes time in proportion to its length. So a body is read where it arrives, on a task like any
//! other: 16 MiB take tens of milliseconds.

mod args;
mod bounds;
pub(crate) mod cancel;
mod envelope;
mod failure;
#[cfg(feature = "amqp")]
pub(crate) mod glance;
mod id;
mod json;
pub(crate) mod notes;
mod part;
mod parts;
mod reply;
mod request;
pub(crate) mod salvage;
mod size;
mod text;
mod writer;

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod properties;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;

pub(crate) use args::Args;
pub(crate) use id::{Id, OurIds};
pub(crate) use json::{Json, held, read};
pub use notes::Notes;
pub(crate) use part::Part;
pub(crate) use parts::{AnswerTo, RequestParts};
pub(crate) use reply::{Ending, Reply};
pub(crate) use request::{ReplyTo, Request};
pub(crate) use size::MaxSize;
pub(crate) use writer::Form;

/// What a body says within its envelope, as far as a value can hold it; null if it cannot be read.
pub(crate) fn opened(body: &[u8]) -> serde_json::Value {
    let text = text::text(body).ok();
    let message = text.as_deref().and_then(|text| envelope::open(text).ok());
    message.map_or(serde_json::Value::Null, |message| json::held(&message))
}

/// Whether a queue is one for replies. Peers name it, and whoever has rights of its own would write
/// wherever a peer says: only what is called as a reply queue is written to (wire document,
/// section 5.2).
pub(crate) fn is_reply_queue(queue: &str) -> bool {
    queue.starts_with("reply_") && bounds::named(queue).is_ok()
}

/// A new id for a message or a call: 32 hexadecimal digits.
pub(crate) fn new_id() -> Id {
    Id::new()
}
