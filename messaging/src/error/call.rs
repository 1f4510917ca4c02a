//! What a call can fail with.

use std::fmt;

use super::Error;

/// What a call can fail with: the method's own error, or one of the road there and back.
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
