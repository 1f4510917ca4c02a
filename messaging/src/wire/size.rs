//! How long a body may be: looked at before anything of it is read.

use super::envelope::begins_bare;
use super::writer::{Form, enveloped, enveloped_at_most};
use super::{ReplyTo, Request, salvage};
use crate::driver::Address;
use crate::{Error, ErrorKind};

/// How much of each end of a body that is too long is looked at, to see whom to tell.
const END: usize = 64 * 1024;

/// The option `max_message_size`, in bytes. A message counts as it is within its envelope, also
/// where it has none, so that what may be sent is the same with every driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MaxSize {
    limit: usize,
    form: Form,
}

impl Default for MaxSize {
    /// No limit.
    fn default() -> Self {
        Self::new(usize::MAX, Form::Enveloped)
    }
}

impl MaxSize {
    /// A limit for messages that are written so.
    pub(crate) fn new(limit: usize, form: Form) -> Self {
        Self { limit, form }
    }

    /// How messages are written.
    pub(crate) fn form(self) -> Form {
        self.form
    }

    /// How long `body` is, where that is more than may be.
    fn excess(self, body: &[u8]) -> Option<usize> {
        let length = match self.form {
            Form::Bare if enveloped_at_most(body) <= self.limit => return None,
            Form::Bare if begins_bare(body) => enveloped(body),
            // What somebody else has written counts as it is.
            _ => body.len(),
        };
        (length > self.limit).then_some(length)
    }

    /// Whether `body` may be sent.
    ///
    /// # Errors
    ///
    /// [`Refused`](ErrorKind::Refused), if it is too long.
    pub(crate) fn sends(self, to: &Address, body: &[u8]) -> Result<(), Error> {
        let (Some(length), limit) = (self.excess(body), self.limit) else { return Ok(()) };
        Err(Error::new(
            ErrorKind::Refused,
            format!(
                "a message to {to} was not sent: it has {length} bytes, and the option \
                 `max_message_size` allows {limit}; make it smaller, or raise the option on both \
                 sides, and the broker's own"
            ),
        ))
    }

    /// Whether `body`, a `what`, may be read.
    ///
    /// # Errors
    ///
    /// [`Decode`](ErrorKind::Decode), if it is too long.
    pub(crate) fn takes(self, what: &str, body: &[u8]) -> Result<(), Error> {
        let (Some(length), limit) = (self.excess(body), self.limit) else { return Ok(()) };
        Err(Error::new(
            ErrorKind::Decode,
            format!(
                "the {what} has {length} bytes, and the option `max_message_size` of this side \
                 allows {limit}"
            ),
        ))
    }

    /// Reads a request, unless it is too long.
    ///
    /// # Errors
    ///
    /// As [`Request::decode`].
    pub(crate) fn request(self, body: &[u8]) -> Result<Request, (Error, Option<ReplyTo>)> {
        self.takes("request", body).map_err(|error| (error, Self::caller(body)))?;
        Request::decode(body)
    }

    /// The two ends of a body, apart.
    pub(crate) fn ends(body: &[u8]) -> [&[u8]; 2] {
        let (first, rest) = body.split_at(body.len().min(END));
        let (_, last) = rest.split_at(rest.len().saturating_sub(END));
        [first, last]
    }

    /// Whom to tell that a request is too long: as far as its two ends say.
    pub(crate) fn caller(body: &[u8]) -> Option<ReplyTo> {
        salvage::from_ends(Self::ends(body))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::super::{RequestParts, writer::wrap};
    use super::*;

    /// So that a test in memory finds what RabbitMQ would be sent no more.
    #[test]
    fn a_message_without_an_envelope_counts_as_within_one() {
        let args = format!(r#"{{"text": "{}"}}"#, "\\\"".repeat(100));
        let context = Map::new();
        let parts = RequestParts {
            method: "m",
            args: args.as_bytes(),
            namespace: None,
            version: None,
            answer_to: None,
            monitor: None,
            context: &context,
        };
        let body = parts.encode(Form::Bare).unwrap();
        let length = wrap(std::str::from_utf8(&body).unwrap()).len();
        assert_eq!(length, parts.encode(Form::Enveloped).unwrap().len());
        let (to, limit) =
            (Address::Fanout { topic: "t".to_owned() }, |limit| MaxSize::new(limit, Form::Bare));
        assert!(limit(length).sends(&to, &body).is_ok() && limit(length).takes("x", &body).is_ok());
        let refused = limit(length - 1).sends(&to, &body).unwrap_err();
        assert!(refused.to_string().contains(&format!("has {length} bytes")), "{refused}");
        assert!(limit(length - 1).takes("request", &body).is_err());
    }
}
