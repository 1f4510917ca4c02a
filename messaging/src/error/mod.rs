//! What can go wrong, by kind; [`CallError`] beside the user's own errors; remote failures.

mod call;
mod failure;
mod kind;
mod predicates;
mod printable;
mod stage;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

pub use call::CallError;
pub(crate) use failure::Origin;
pub use failure::{Failure, FailureParts, RemoteError};
pub use kind::ErrorKind;
pub(crate) use printable::Printable;
pub use stage::Stage;

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
    stage: Option<Stage>,
    attempts: u32,
    /// Whether the method may have run by an attempt before the last.
    had_run: bool,
}

impl Error {
    /// An error for an implementation of a driver or an executor to return.
    ///
    /// `message` is one clause in lower case that names the thing concerned, what was expected,
    /// and what to do next.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let (message, stage) = (message.into(), Stage::of(kind));
        Self(Arc::new(Inner {
            kind,
            message,
            source: None,
            failure: None,
            stage,
            attempts: 1,
            had_run: false,
        }))
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

    /// The same error with how far the request came. A time-out has one by its kind.
    #[must_use]
    pub fn with_stage(self, stage: Stage) -> Self {
        self.rebuilt(|inner| inner.stage = Some(stage))
    }

    /// The same error with the failure that a peer answered with.
    pub(crate) fn with_failure(self, failure: Failure) -> Self {
        self.rebuilt(|inner| inner.failure = Some(failure))
    }

    /// The same error, its text led by where it happened.
    pub(crate) fn within(self, place: impl fmt::Display) -> Self {
        self.rebuilt(|inner| inner.message = format!("{place}: {}", inner.message))
    }

    /// The same error, that of the last attempt of so many; `may_have_run` is whether the method
    /// may have run by one of those before.
    pub(crate) fn with_attempts(self, attempts: u32, may_have_run: bool) -> Self {
        if attempts == 1 {
            return self;
        }
        self.within(format_args!("attempt {attempts}, the last")).rebuilt(|inner| {
            inner.attempts = attempts;
            inner.had_run = may_have_run;
        })
    }

    /// The same error, its text ended by what is to be done about one of its kind.
    pub(crate) fn with_next_step(self) -> Self {
        let next_step = self.kind().next_step();
        self.rebuilt(|inner| inner.message = format!("{}; {next_step}", inner.message))
    }

    /// The same error with more to its text.
    pub(crate) fn followed_by(self, more: impl fmt::Display) -> Self {
        self.rebuilt(|inner| inner.message = format!("{}{more}", inner.message))
    }

    fn rebuilt(self, change: impl FnOnce(&mut Inner)) -> Self {
        let mut inner = Arc::try_unwrap(self.0).unwrap_or_else(|shared| Inner {
            kind: shared.kind,
            message: shared.message.clone(),
            source: shared.source.clone(),
            failure: shared.failure.clone(),
            stage: shared.stage,
            attempts: shared.attempts,
            had_run: shared.had_run,
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

    /// How far the request came before it was given up: of every time-out
    /// ([`is_timeout`](Self::is_timeout)), and of a call that waited when its transport was closed.
    #[must_use]
    pub fn stage(&self) -> Option<Stage> {
        self.0.stage
    }

    /// How often the call was made that ended with this: more than once if it was
    /// [retried](crate::Call::retry).
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Whether the method may have run, in part or to its end. If not, nothing was done, and
    /// making the call again is always safe. Of a call that was retried it is of all attempts.
    #[must_use]
    pub fn may_have_run(&self) -> bool {
        if self.0.had_run {
            return true;
        }
        match self.kind() {
            ErrorKind::Config
            | ErrorKind::Connection
            | ErrorKind::AccessRefused
            | ErrorKind::VirtualHost
            | ErrorKind::Topology
            | ErrorKind::Target
            | ErrorKind::Version
            | ErrorKind::Encode
            | ErrorKind::NotSent
            | ErrorKind::Unroutable
            | ErrorKind::Refused
            | ErrorKind::BadRequest
            | ErrorKind::NoSuchMethod
            | ErrorKind::UnsupportedVersion
            | ErrorKind::ShuttingDown
            | ErrorKind::Busy => false,
            ErrorKind::NotConfirmed
            | ErrorKind::Decode
            | ErrorKind::Remote
            | ErrorKind::Cancelled => true,
            ErrorKind::Timeout | ErrorKind::Closed => {
                self.stage().is_some_and(Stage::may_be_delivered)
            }
        }
    }
}

/// On one line: what a peer sends may stand in it, and neither ends a line of a log nor speaks to a
/// terminal.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Printable(&self.0.message).fmt(f)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Error");
        debug.field("kind", &self.0.kind).field("message", &self.0.message);
        if let Some(stage) = &self.0.stage {
            debug.field("stage", stage);
        }
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

#[cfg(test)]
mod tests;
