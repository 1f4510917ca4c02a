//! lapin's errors: what they mean, and the broker's words.

use std::future::Future;
use std::time::Duration;

use lapin::ErrorKind as Lapin;
use lapin::protocol::{AMQPErrorKind, AMQPHardError, AMQPSoftError};

use crate::context::Deadline;
use crate::runtime::{self, Runtime};
use crate::{Error, ErrorKind};

/// What became of an operation that failed.
#[derive(Clone, Debug)]
pub(super) enum Fault {
    /// lapin or the broker said no, or the connection went away.
    Told(lapin::Error),
    /// Nothing was heard within the time given.
    Silence(Duration),
}

/// `operation`, ended by `deadline`: lapin bounds none of its own.
pub(super) async fn bounded<T>(
    runtime: &dyn Runtime,
    deadline: &Deadline,
    operation: impl Future<Output = lapin::Result<T>>,
) -> Result<T, Fault> {
    let within = deadline.remaining();
    match runtime::timeout(runtime, within, operation).await {
        Some(result) => result.map_err(Fault::Told),
        None => Err(Fault::Silence(within)),
    }
}

/// What the broker's refusal means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// 403, `ACCESS_REFUSED`.
    Access,
    /// 530, `NOT_ALLOWED`.
    NotAllowed,
    /// 404, `NOT_FOUND`.
    NotFound,
    /// 405, `RESOURCE_LOCKED`, or 403 where somebody else has a queue for himself.
    Locked,
    /// 406, `PRECONDITION_FAILED`.
    Precondition,
    /// 541, `INTERNAL_ERROR`; on a declaration, RabbitMQ's word for a kind of queue that it no
    /// longer has.
    Internal,
    /// Another error of a channel.
    Other,
}

impl Fault {
    /// The broker's refusal, unless the connection was lost, or the time.
    pub(super) fn refusal(&self) -> Option<Refusal> {
        let Self::Told(error) = self else { return None };
        let Lapin::ProtocolError(error) = error.kind() else { return None };
        let words = error.get_message().as_str();
        match error.kind() {
            AMQPErrorKind::Soft(AMQPSoftError::ACCESSREFUSED)
                if words.contains("exclusive use") =>
            {
                Some(Refusal::Locked)
            }
            AMQPErrorKind::Soft(AMQPSoftError::RESOURCELOCKED) => Some(Refusal::Locked),
            AMQPErrorKind::Soft(AMQPSoftError::ACCESSREFUSED) => Some(Refusal::Access),
            AMQPErrorKind::Soft(AMQPSoftError::NOTFOUND) => Some(Refusal::NotFound),
            AMQPErrorKind::Soft(AMQPSoftError::PRECONDITIONFAILED) => Some(Refusal::Precondition),
            AMQPErrorKind::Soft(_) => Some(Refusal::Other),
            AMQPErrorKind::Hard(AMQPHardError::NOTALLOWED) => Some(Refusal::NotAllowed),
            AMQPErrorKind::Hard(AMQPHardError::INTERNALERROR) => Some(Refusal::Internal),
            // CONNECTION_FORCED and its like: the broker closes, and may be back in a moment.
            AMQPErrorKind::Hard(_) => None,
        }
    }

    /// The words of it: the broker's where it said any.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Silence(within) => format!("no answer within {within:.1?}"),
            Self::Told(error) => match error.kind() {
                // RabbitMQ writes some over several lines.
                Lapin::ProtocolError(refusal) => {
                    let message = refusal.get_message().as_str();
                    message.split_whitespace().collect::<Vec<_>>().join(" ")
                }
                Lapin::IOError(error) => error.to_string(),
                _ => error.to_string(),
            },
        }
    }

    /// An error of `kind` with this below it; of another kind where this says more than that
    /// the connection failed.
    pub(super) fn into_error(self, kind: ErrorKind, mut message: String) -> Error {
        let mut kind = kind;
        if kind == ErrorKind::Connection {
            match &self {
                Self::Silence(_) => kind = ErrorKind::NotSent,
                Self::Told(error) if matches!(error.kind(), Lapin::ChannelsLimitReached) => {
                    kind = ErrorKind::Topology;
                    message.push_str("; each server takes a channel: use one more transport");
                }
                Self::Told(_) => {}
            }
        }
        let error = Error::new(kind, message);
        match self {
            Self::Told(below) => error.with_source(below),
            Self::Silence(_) => error,
        }
    }
}

/// Whether the broker said that a thing is not there, or not within reach.
pub(super) fn is_not_found(error: &Error) -> bool {
    below(error).is_some_and(|fault| fault.refusal() == Some(Refusal::NotFound))
}

/// Whether the broker said that a queue has stopped for good: it crashed, or its virtual host did.
pub(super) fn is_stopped(error: &Error) -> bool {
    below(error).is_some_and(|fault| {
        let words = fault.words();
        fault.refusal() == Some(Refusal::NotFound)
            && (words.contains("stopped by supervisor") || words.contains("has crashed"))
    })
}

/// Whether the broker said that a thing is there, and durable or not, unlike what was asked for.
pub(super) fn is_about_durable(error: &Error) -> bool {
    below(error).is_some_and(|fault| {
        fault.refusal() == Some(Refusal::Precondition)
            && fault.words().contains("inequivalent arg 'durable'")
    })
}

/// Whether a host hung up at once: nothing listens there, or nobody behind what listens.
pub(super) fn is_hung_up(error: &Error) -> bool {
    use std::io::ErrorKind::{
        ConnectionAborted, ConnectionRefused, ConnectionReset, UnexpectedEof,
    };
    let Some(Fault::Told(error)) = below(error) else { return false };
    let Lapin::IOError(error) = error.kind() else { return false };
    [ConnectionRefused, ConnectionReset, ConnectionAborted, UnexpectedEof].contains(&error.kind())
}

fn below(error: &Error) -> Option<Fault> {
    let below = std::error::Error::source(error)?.downcast_ref::<lapin::Error>()?;
    Some(Fault::Told(below.clone()))
}
