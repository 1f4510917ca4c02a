//! A call from the page, and what came of it.

use std::time::Duration;

use messaging::{Context, Failure, Version};
use serde::Serialize;
use serde_json::value::RawValue;

/// A call or a cast that somebody asked for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CallRequest {
    /// The topic.
    pub topic: String,
    /// The namespace; none is the null namespace.
    pub namespace: Option<String>,
    /// The version that servers have to have.
    pub version: Version,
    /// The method's name on the wire.
    pub method: String,
    /// Its arguments, a JSON object as it was written, so that numbers arrive as they were.
    pub args: Box<RawValue>,
    /// The context.
    pub context: Context,
    /// The server meant; none is any.
    pub server: Option<String>,
    /// How long to wait for the answer.
    pub timeout: Duration,
    /// Whether it is a cast: sent without an answer.
    pub cast: bool,
    /// Whether a cast goes to all servers.
    pub fanout: bool,
}

/// What came of a [`CallRequest`].
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "outcome", rename_all = "lowercase")]
#[non_exhaustive]
pub enum CallOutcome {
    /// The method's result.
    Answered {
        /// The result as JSON, in lines.
        text: String,
    },
    /// A cast was sent.
    Sent,
    /// The method answered with an error.
    Failed {
        /// The class.
        class: String,
        /// Its module.
        module: String,
        /// The error's text.
        message: String,
        /// Its data as JSON, in lines: what travels by name, or else by position.
        fields: Option<String>,
        /// Whether the method declares this class.
        declared: bool,
    },
    /// The call itself failed.
    Error {
        /// The kind of the error.
        kind: String,
        /// What happened and what to do.
        text: String,
    },
}

/// The longest text that is shown, in bytes.
const SHOWN: usize = 1 << 20;

impl CallOutcome {
    pub(super) fn answered(value: &serde_json::Value) -> Self {
        Self::Answered { text: cut(format!("{value:#}")) }
    }

    pub(super) fn failed(failure: &Failure) -> Self {
        let fields = match (failure.kwargs.is_empty(), failure.args.as_slice()) {
            (false, _) => Some(format!("{:#}", serde_json::Value::from(failure.kwargs.clone()))),
            // What is the message once more tells nothing.
            (true, [] | [serde_json::Value::String(_)]) => None,
            (true, args) => Some(format!("{:#}", serde_json::Value::from(args))),
        };
        Self::Failed {
            class: crate::bounds::shown(&failure.class),
            module: crate::bounds::shown(&failure.module),
            message: cut(failure.message.clone()),
            fields: fields.map(cut),
            declared: false,
        }
    }

    pub(super) fn error(error: &messaging::Error) -> Self {
        Self::Error { kind: format!("{:?}", error.kind()), text: error.to_string() }
    }
}

fn cut(text: String) -> String {
    if text.len() <= SHOWN {
        return text;
    }
    let start = crate::bounds::start(&text, SHOWN);
    format!("{start}\n… and {} bytes more", text.len() - start.len())
}
