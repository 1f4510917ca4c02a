//! Requests on their way out (wire document, section 8).

use std::time::Duration;

use serde_json::{Map, Value};

use super::request::CONTEXT;
use super::writer::{Form, Writer};
use super::{Id, bounds, new_id};
use crate::ErrorKind;
use crate::error::shortened;

/// What a request takes beside its names, its arguments and its context.
const BESIDE: usize = 320;

/// Where the answer to a call of ours goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AnswerTo<'a> {
    pub(crate) msg_id: &'a Id,
    pub(crate) queue: &'a str,
}

/// A request on its way out.
#[derive(Debug)]
pub(crate) struct RequestParts<'a> {
    pub(crate) method: &'a str,
    /// A JSON object.
    pub(crate) args: &'a [u8],
    pub(crate) namespace: Option<&'a str>,
    pub(crate) version: Option<crate::Version>,
    pub(crate) answer_to: Option<AnswerTo<'a>>,
    /// The call monitor's timeout, for a call.
    pub(crate) monitor: Option<Duration>,
    pub(crate) context: &'a Map<String, Value>,
}

impl RequestParts<'_> {
    /// The body, with an id of its own by which a peer recognises a duplicate: the keys in the
    /// order in which the peer writes them.
    ///
    /// # Errors
    ///
    /// [`Encode`](ErrorKind::Encode) if no server would read it.
    pub(crate) fn encode(&self, form: Form) -> Result<Vec<u8>, crate::Error> {
        for name in [Some(self.method), self.namespace].into_iter().flatten() {
            bounds::named(name).map_err(|error| {
                let text = format!("the request for method `{}` has {error}", shortened(name));
                crate::Error::new(ErrorKind::Encode, text)
            })?;
        }
        let namespace = self.namespace.unwrap_or_default();
        let room = self.method.len() + form.room(self.args) + namespace.len() + BESIDE;
        let mut message = Writer::new(room, form);
        message.key("method").text(self.method);
        message.key("args").json(self.args);
        if let Some(namespace) = self.namespace {
            message.key("namespace").text(namespace);
        }
        if let Some(version) = self.version {
            message.key("version").plain(version);
        }
        if let Some(answer_to) = self.answer_to {
            message.key("_msg_id").id(answer_to.msg_id);
            message.key("_reply_q").text(answer_to.queue);
            message.key("_timeout");
            // The call monitor's timeout, not the call's, which never travels in the body.
            match self.monitor {
                None => message.bare("null"),
                Some(monitor) if monitor.subsec_nanos() == 0 => message.bare(monitor.as_secs()),
                Some(monitor) => message.value(&monitor.as_secs_f64()),
            }
        }
        message.key("_unique_id").id(&new_id());
        for (key, value) in self.context {
            message.prefixed(CONTEXT, key).value(value);
        }
        Ok(message.end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server would refuse it.
    #[test]
    fn a_name_that_is_too_long_is_refused_before_it_is_sent() {
        let context = Map::new();
        let parts = RequestParts {
            method: &"n".repeat(256),
            args: b"{}",
            namespace: None,
            version: None,
            answer_to: None,
            monitor: None,
            context: &context,
        };
        assert_eq!(parts.encode(Form::Enveloped).unwrap_err().kind(), ErrorKind::Encode);
    }
}
