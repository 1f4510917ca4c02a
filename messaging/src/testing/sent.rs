//! What was sent, as it can be looked at.

use std::fmt;
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use crate::driver::{Address, Notes, Publish};
use crate::wire::{self, Request};

/// A message as it was handed over, whether or not it arrived.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Sent {
    /// Where it goes.
    pub address: Address,
    /// What it asks for; none if it is no request, such as a reply.
    pub request: Option<SentRequest>,
    /// The body without its envelope, as it travels; null if it cannot be read.
    pub message: Value,
    /// What is said beside it.
    pub notes: Notes,
    /// After how long in a queue the broker drops it; none is never.
    pub expires: Option<Duration>,
    /// Whether it is an error that no queue takes it.
    pub mandatory: bool,
    /// When, on the clock of the runtime that it was sent on.
    pub at: Instant,
}

/// A request, read.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SentRequest {
    /// The method's name on the wire.
    pub method: String,
    /// The namespace; none is the null namespace.
    pub namespace: Option<String>,
    /// The version that it is made for.
    pub version: Option<String>,
    /// The named arguments.
    pub args: Map<String, Value>,
    /// What travels beside them.
    pub context: Map<String, Value>,
    /// Whether it asks for an answer: whether it is a call.
    pub wants_reply: bool,
    /// How long the call is monitored, if it is.
    pub monitor: Option<Duration>,
}

impl Sent {
    pub(crate) fn new(message: &Publish<'_>, at: Instant) -> Self {
        let is_reply = matches!(message.address, Address::Reply { .. });
        let request = if is_reply { None } else { Request::decode(message.body).ok() };
        Self {
            address: message.address.clone(),
            request: request.map(SentRequest::from),
            message: wire::opened(message.body),
            notes: message.notes.clone(),
            expires: message.expires,
            mandatory: message.mandatory,
            at,
        }
    }

    /// Whether it is the answer to a call, or a sign of life.
    #[must_use]
    pub fn is_reply(&self) -> bool {
        matches!(self.address, Address::Reply { .. })
    }
}

impl From<Request> for SentRequest {
    fn from(request: Request) -> Self {
        let args = request.args.iter();
        let args = args.map(|(name, json)| (name.to_owned(), wire::held(json)));
        Self {
            args: args.collect(),
            method: request.method().to_owned(),
            namespace: request.namespace().map(str::to_owned),
            version: request.version().map(str::to_owned),
            context: request.context,
            wants_reply: request.reply_to.is_some(),
            monitor: request.monitor,
        }
    }
}

impl fmt::Display for Sent {
    /// One line: what it is, where it went, its arguments, and the keys of its context, whose values
    /// may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { address, .. } = self;
        let Some(request) = &self.request else {
            let what = if self.is_reply() { "a reply" } else { "what is no request" };
            return write!(f, "{what}, to {address}");
        };
        let verb = match (request.wants_reply, address) {
            (true, _) => "call",
            (false, Address::Fanout { .. }) => "fanout",
            (false, _) => "cast",
        };
        write!(f, "{verb} of `{}`", request.method)?;
        if let Some(version) = &request.version {
            write!(f, " {version}")?;
        }
        write!(f, " to {address}")?;
        if let Some(namespace) = &request.namespace {
            write!(f, ", namespace `{namespace}`")?;
        }
        write!(f, ", with {}", short(&request.args))?;
        if !request.context.is_empty() {
            let keys: Vec<&str> = request.context.keys().map(String::as_str).collect();
            write!(f, ", context of {}", keys.join(", "))?;
        }
        Ok(())
    }
}

/// The start of a value as JSON.
pub(super) fn short(value: &impl serde::Serialize) -> String {
    const LONGEST: usize = 400;
    let text = serde_json::to_string(value).unwrap_or_default();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text,
    }
}
