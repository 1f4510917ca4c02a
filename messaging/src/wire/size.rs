//! How long a body may be: looked at before anything of it is read.

use super::{ReplyTo, Request, salvage};
use crate::driver::Address;
use crate::{Error, ErrorKind};

/// How much of each end of a body that is too long is looked at, to see whom to tell.
const END: usize = 64 * 1024;

/// The option `max_message_size`, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MaxSize(pub(crate) usize);

impl Default for MaxSize {
    /// No limit.
    fn default() -> Self {
        Self(usize::MAX)
    }
}

impl MaxSize {
    /// Whether `body` may be sent.
    ///
    /// # Errors
    ///
    /// [`Refused`](ErrorKind::Refused), if it is too long.
    pub(crate) fn sends(self, to: &Address, body: &[u8]) -> Result<(), Error> {
        let Self(limit) = self;
        if body.len() <= limit {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Refused,
            format!(
                "a message to {to} was not sent: it has {} bytes, and the option \
                 `max_message_size` allows {limit}; make it smaller, or raise the option on both \
                 sides, and the broker's own",
                body.len()
            ),
        ))
    }

    /// Whether `body`, a `what`, may be read.
    ///
    /// # Errors
    ///
    /// [`Decode`](ErrorKind::Decode), if it is too long.
    pub(crate) fn takes(self, what: &str, body: &[u8]) -> Result<(), Error> {
        let Self(limit) = self;
        if body.len() <= limit {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Decode,
            format!(
                "the {what} has {} bytes, and the option `max_message_size` of this side allows \
                 {limit}",
                body.len()
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
