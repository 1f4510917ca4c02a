//! What a message says to somebody who only looks on.

use serde_json::{Map, Value};

use super::reply::{Ending, Reply};
use super::request::Request;
use crate::{Error, Failure};

/// What a message says to somebody who only looks on.
#[derive(Clone, Debug)]
pub enum Content {
    /// A call or a cast.
    Request(SeenRequest),
    /// The answer to a call, or a sign that its method runs.
    Reply(SeenReply),
    /// What cannot be read, and why.
    Unreadable(String),
}

/// A call or a cast.
#[derive(Clone, Debug)]
pub struct SeenRequest {
    /// The method.
    pub method: String,
    /// The namespace, if there is one.
    pub namespace: Option<String>,
    /// The version, if there is one; it need not be one.
    pub version: Option<String>,
    /// The id of the call and the queue of its reply; none of a cast.
    pub reply_to: Option<(String, String)>,
    /// What a repeat of the message has as well.
    pub unique_id: Option<String>,
    /// Each argument with its JSON, in the order of their names.
    pub args: Vec<(String, String)>,
    /// The context.
    pub context: Map<String, Value>,
}

/// One message of a reply queue.
#[derive(Clone, Debug)]
pub struct SeenReply {
    /// The id of the call.
    pub msg_id: String,
    /// The result as JSON, or what the method failed with.
    pub outcome: Result<String, Failure>,
    /// Whether it is the end of the call.
    pub ends: bool,
    /// Whether it says no more than that the method runs.
    pub is_sign: bool,
}

/// Reads what was sent to servers.
pub(crate) fn request(body: &[u8]) -> Content {
    let request = match Request::decode(body) {
        Ok(request) => request,
        Err((error, _)) => return unreadable(&error),
    };
    Content::Request(SeenRequest {
        method: request.method().to_owned(),
        namespace: request.namespace().map(str::to_owned),
        version: request.version().map(str::to_owned),
        reply_to: request.reply_to.as_ref().map(|it| (it.msg_id.to_string(), it.queue.clone())),
        unique_id: request.unique_id().map(str::to_owned),
        args: request.args.iter().map(|(name, json)| (name.to_owned(), json.to_owned())).collect(),
        context: request.context,
    })
}

/// Reads what was sent to a reply queue.
pub(crate) fn reply(body: &[u8]) -> Content {
    match Reply::decode(body) {
        Ok(reply) => Content::Reply(SeenReply {
            msg_id: reply.msg_id.to_string(),
            outcome: reply.outcome.map(|result| result.get().to_owned()),
            ends: reply.ending == Ending::Last,
            is_sign: reply.ending == Ending::Heartbeat,
        }),
        Err((error, _)) => unreadable(&error),
    }
}

fn unreadable(error: &Error) -> Content {
    let below = std::error::Error::source(error).map(|below| format!(": {below}"));
    Content::Unreadable(format!("{error}{}", below.unwrap_or_default()))
}
