//! What a call can fail with.

use std::fmt;

use super::{Error, ErrorKind, Failure, Stage};

/// What a call can fail with: the method's own error, or one of the road there and back.
///
/// It answers the questions that [`Error`] answers, such as [`is_timeout`](Self::is_timeout); of
/// the method's own error all are false but [`is_own`](Self::is_own) and
/// [`may_have_run`](Self::may_have_run). The page [`errors`](crate::errors) says of each kind what
/// it means and what to do.
#[derive(Clone, Debug)]
pub enum CallError<E> {
    /// The method ran and returned this.
    Remote(E),
    /// The call itself failed; [`Error::kind`] says how.
    Rpc(Error),
}

impl<E> CallError<E> {
    /// The method's own error.
    pub fn remote(&self) -> Option<&E> {
        match self {
            Self::Remote(error) => Some(error),
            Self::Rpc(_) => None,
        }
    }

    /// The error of the call itself.
    pub fn rpc(&self) -> Option<&Error> {
        match self {
            Self::Remote(_) => None,
            Self::Rpc(error) => Some(error),
        }
    }

    /// Whether it is the method's own error.
    #[must_use]
    pub fn is_own(&self) -> bool {
        self.remote().is_some()
    }

    /// The class of the error of the call itself.
    #[must_use]
    pub fn kind(&self) -> Option<ErrorKind> {
        self.rpc().map(Error::kind)
    }

    /// What the server answered, where that is not the method's own error: class, module, message
    /// and data.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        self.rpc()?.failure()
    }

    /// How far the call came before it was given up; see [`Error::stage`].
    #[must_use]
    pub fn stage(&self) -> Option<Stage> {
        self.rpc()?.stage()
    }

    /// Whether the method may have run, in part or to its end. If not, nothing was done, and
    /// making the call again is always safe.
    #[must_use]
    pub fn may_have_run(&self) -> bool {
        self.rpc().is_none_or(Error::may_have_run)
    }
}

impl<E> From<Error> for CallError<E> {
    fn from(error: Error) -> Self {
        Self::Rpc(error)
    }
}

impl<E: fmt::Display> fmt::Display for CallError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Remote(error) => error.fmt(f),
            Self::Rpc(error) => error.fmt(f),
        }
    }
}

impl<E: fmt::Debug + fmt::Display> std::error::Error for CallError<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Remote(_) => None,
            Self::Rpc(error) => error.source(),
        }
    }
}
