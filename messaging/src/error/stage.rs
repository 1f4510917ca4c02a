//! How far a request came.

use std::fmt;

use super::ErrorKind;

/// How far a request came before it was given up: [`Error::stage`](crate::Error::stage) of a
/// time-out. Its text says what was waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stage {
    /// Nothing was begun: the deadline in the context had passed.
    Expired,
    /// The queue for the replies was being opened, which the first call of a transport does.
    ReplyQueue,
    /// The message was being handed to the broker, which may be away.
    Sending,
    /// The message was handed over, and the broker had not confirmed it.
    Confirming,
    /// The broker has the request, and the reply was waited for; more is not known.
    Answering,
    /// The same, and the queue that had taken the request was not there any more.
    Queue,
    /// The same, and nobody took messages from the queue: it was left behind by its servers.
    NoConsumer,
    /// The same, and messages waited in the queue, since all servers were busy.
    Waiting,
    /// A server had said that it runs the method, and was there. Servers of this library say so of
    /// what runs for longer than a tenth of a second.
    Running,
    /// A server had said that it runs the method, and was not there any more.
    ServerGone,
    /// The same, of a monitored call whose server gave no sign of life; see
    /// [`Call::monitor`](crate::Call::monitor).
    Monitoring,
    /// A server that is to start again was finishing what it had taken before it was stopped.
    Stopping,
}

impl Stage {
    /// Where a time-out of this kind happens, unless it says otherwise.
    pub(super) fn of(kind: ErrorKind) -> Option<Self> {
        match kind {
            ErrorKind::NotSent => Some(Self::Sending),
            ErrorKind::NotConfirmed => Some(Self::Confirming),
            ErrorKind::Timeout => Some(Self::Answering),
            _ => None,
        }
    }

    /// Whether the broker may have had the message.
    pub(super) fn may_be_delivered(self) -> bool {
        match self {
            Self::Confirming
            | Self::Answering
            | Self::Queue
            | Self::NoConsumer
            | Self::Waiting
            | Self::Running
            | Self::ServerGone
            | Self::Monitoring => true,
            Self::Expired | Self::ReplyQueue | Self::Sending | Self::Stopping => false,
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Expired => "the deadline in the context",
            Self::ReplyQueue => "the reply queue",
            Self::Sending => "the broker to take the message",
            Self::Confirming => "the broker's confirmation",
            Self::Answering => "the reply",
            Self::Queue => "the reply, without a queue",
            Self::NoConsumer => "a server to take the request",
            Self::Waiting => "a server that is free",
            Self::Running => "the method to end",
            Self::ServerGone => "the reply of a server that is gone",
            Self::Monitoring => "a sign of life",
            Self::Stopping => "what the server had taken before",
        })
    }
}
