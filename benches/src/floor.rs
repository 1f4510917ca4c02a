//! What the floors put on the wire: the envelope of oslo.messaging, written and read with serde and
//! nothing else.
//!
//! JSON in JSON with the keys that the peer writes (`tests/fixtures/oslo/rpc_call_request.json`). Both
//! ends read a message into a text of their own and write the next from it, as an RPC must.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// The exchange of all topics: the default of `control_exchange`.
pub const EXCHANGE: &str = "openstack";

/// How long a request lives in a queue, in milliseconds: the default time-out of a call.
pub const EXPIRATION: &str = "60000";

/// How long a reply queue lives without its consumer, in milliseconds: the default of
/// `rabbit_transient_queues_ttl`.
pub const REPLY_QUEUE_EXPIRES: i32 = 1_800_000;

#[derive(Serialize, Deserialize)]
struct Envelope<'a> {
    #[serde(rename = "oslo.version", borrow)]
    version: Cow<'a, str>,
    #[serde(rename = "oslo.message", borrow)]
    message: Cow<'a, str>,
}

#[derive(Serialize, Deserialize)]
struct Arguments {
    data: String,
}

#[derive(Serialize, Deserialize)]
struct Request<'a> {
    #[serde(borrow)]
    method: Cow<'a, str>,
    args: Arguments,
    version: &'a str,
    #[serde(rename = "_msg_id", skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(rename = "_reply_q", skip_serializing_if = "Option::is_none")]
    reply_queue: Option<&'a str>,
    #[serde(rename = "_timeout")]
    timeout: Option<u32>,
    #[serde(rename = "_unique_id")]
    unique_id: &'a str,
}

#[derive(Serialize, Deserialize)]
struct Reply<'a> {
    result: String,
    failure: Option<&'a str>,
    ending: bool,
    #[serde(rename = "_msg_id")]
    id: &'a str,
    #[serde(rename = "_unique_id")]
    unique_id: &'a str,
}

/// What a server sends back.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    /// The queue that it goes to.
    pub to: String,
    /// The message.
    pub body: Vec<u8>,
}

/// The request of call `id` for an echo of `data`.
#[must_use]
pub fn call(id: u64, reply_queue: &str, data: &str) -> Vec<u8> {
    request("echo", data, &hex(id), Some(reply_queue))
}

/// The request of a cast, the `id`th.
#[must_use]
pub fn cast(id: u64, data: &str) -> Vec<u8> {
    request("note", data, &hex(id), None)
}

fn request(method: &str, data: &str, id: &str, reply_queue: Option<&str>) -> Vec<u8> {
    enclosed(&Request {
        method: method.into(),
        args: Arguments { data: data.to_owned() },
        version: "1.0",
        id: reply_queue.is_some().then_some(id),
        reply_queue,
        timeout: reply_queue.is_some().then_some(60),
        unique_id: id,
    })
}

/// Reads a request, and writes its answer; none if nobody waits for one.
///
/// # Errors
///
/// If it is no request of ours.
pub fn serve(body: &[u8]) -> serde_json::Result<Option<Answer>> {
    let envelope: Envelope<'_> = serde_json::from_slice(body)?;
    let request: Request<'_> = serde_json::from_str(&envelope.message)?;
    let (Some(to), Some(id)) = (request.reply_queue, request.id) else { return Ok(None) };
    let result = request.args.data;
    let reply = Reply { result, failure: None, ending: true, id, unique_id: request.unique_id };
    Ok(Some(Answer { to: to.to_owned(), body: enclosed(&reply) }))
}

/// Which call a reply is to, and what it says.
///
/// # Errors
///
/// If it is no reply of ours.
pub fn reply(body: &[u8]) -> serde_json::Result<(u64, String)> {
    let envelope: Envelope<'_> = serde_json::from_slice(body)?;
    let reply: Reply<'_> = serde_json::from_str(&envelope.message)?;
    let id = u64::from_str_radix(reply.id, 16).map_err(serde::de::Error::custom)?;
    Ok((id, reply.result))
}

fn enclosed(inner: &impl Serialize) -> Vec<u8> {
    let inner = serde_json::to_string(inner).expect("nothing that JSON has not");
    let mut body = Vec::with_capacity(inner.len() + inner.len() / 8 + 64);
    let envelope = Envelope { version: "2.0".into(), message: inner.into() };
    serde_json::to_writer(&mut body, &envelope).expect("nothing that JSON has not");
    body
}

fn hex(id: u64) -> String {
    format!("{id:032x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_answered_with_what_it_carried_and_a_cast_is_not() {
        let answer = serve(&call(77, "reply_1", "text")).expect("a request").expect("a call");
        assert_eq!(answer.to, "reply_1");
        assert_eq!(reply(&answer.body).expect("a reply"), (77, "text".to_owned()));
        assert_eq!(serve(&cast(78, "text")).expect("a request"), None);
    }
}
