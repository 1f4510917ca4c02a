//! What can go wrong, by kind; [`CallError`] beside the user's own errors; remote failures.

mod call;
mod failure;
mod kind;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

pub use call::CallError;
pub(crate) use failure::Origin;
pub use failure::{Failure, FailureParts, RemoteError};
pub use kind::ErrorKind;

type Source = Arc<dyn std::error::Error + Send + Sync>;

/// An error of the library, of the broker, or of a peer; never the user's own, which is
/// [`CallError::Remote`].
///
/// [`kind`](Self::kind) says what class of error it is, the text names the thing and what to do
/// next, [`source`](std::error::Error::source) what was below. It is one word wide and cheap to
/// clone.
#[derive(Clone)]
pub struct Error(Arc<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    source: Option<Source>,
    failure: Option<Failure>,
}

impl Error {
    /// An error for an implementation of a driver or an executor to return.
    ///
    /// `message` is one clause in lower case that names the thing concerned, what was expected,
    /// and what to do next.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Arc::new(Inner { kind, message: message.into(), source: None, failure: None }))
    }

    /// The same error with what was below it.
    #[must_use]
    pub fn with_source(
        self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync + 'static>>,
    ) -> Self {
        let source = Some(Source::from(source.into()));
        self.rebuilt(|inner| inner.source = source)
    }

    /// The same error with the failure that a peer answered with.
    pub(crate) fn with_failure(self, failure: Failure) -> Self {
        self.rebuilt(|inner| inner.failure = Some(failure))
    }

    /// The same error, its text led by where it happened.
    pub(crate) fn within(self, place: impl fmt::Display) -> Self {
        self.rebuilt(|inner| inner.message = format!("{place}: {}", inner.message))
    }

    fn rebuilt(self, change: impl FnOnce(&mut Inner)) -> Self {
        let mut inner = Arc::try_unwrap(self.0).unwrap_or_else(|shared| Inner {
            kind: shared.kind,
            message: shared.message.clone(),
            source: shared.source.clone(),
            failure: shared.failure.clone(),
        });
        change(&mut inner);
        Self(Arc::new(inner))
    }

    /// The class of the error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What the peer answered, where the error is a peer's answer.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        self.0.failure.as_ref()
    }

    /// Whether the time was up, before the message was sent ([`NotSent`](ErrorKind::NotSent)),
    /// before the broker confirmed it ([`NotConfirmed`](ErrorKind::NotConfirmed)), or before the
    /// answer came ([`Timeout`](ErrorKind::Timeout)). Except in the first case, whether the method
    /// ran is not known.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(self.kind(), ErrorKind::Timeout | ErrorKind::NotConfirmed | ErrorKind::NotSent)
    }

    /// Whether nobody was there to take the message; it was not delivered.
    #[must_use]
    pub fn is_unroutable(&self) -> bool {
        self.kind() == ErrorKind::Unroutable
    }

    /// Whether the version stood against it: refused here before anything was sent, or by the
    /// server.
    #[must_use]
    pub fn is_version_refused(&self) -> bool {
        matches!(self.kind(), ErrorKind::Version | ErrorKind::UnsupportedVersion)
    }

    /// Whether the peer answered with a failure.
    #[must_use]
    pub fn is_remote(&self) -> bool {
        self.failure().is_some()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Error");
        debug.field("kind", &self.0.kind).field("message", &self.0.message);
        if let Some(source) = &self.0.source {
            debug.field("source", source);
        }
        debug.finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_ref().map(|source| &**source as _)
    }
}

/// The start of a text from outside, for an error.
pub(crate) fn shortened(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(80) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}
