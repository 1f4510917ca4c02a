//! What happens to the connections and consumers of a driver, as a stream.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::stream::{self, BoxStream, Stream, StreamExt as _};

/// Which of its connections a driver speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Purpose {
    /// The one that messages are published on.
    Publish,
    /// The one that queues are consumed on.
    Consume,
}

impl Purpose {
    /// `publish` or `consume`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::Consume => "consume",
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Something that changed. Its texts are for people; they hold no credentials, and at most 1000
/// characters.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A connection came about, for the first time or anew.
    Connected {
        /// What it is for.
        purpose: Purpose,
        /// The broker, as `host:port`.
        host: String,
        /// How often there was one for this purpose; 1 is the first time.
        generation: u64,
    },
    /// A round over the hosts of the URL found none that can be used.
    ConnectFailed {
        /// What the connection is for.
        purpose: Purpose,
        /// Each host, and what was wrong with it.
        reason: String,
        /// After what pause they are tried again.
        retry_in: Duration,
    },
    /// A connection was lost. It is made anew by itself.
    Disconnected {
        /// What it was for.
        purpose: Purpose,
        /// The broker, as `host:port`.
        host: String,
        /// What ended it.
        reason: String,
    },
    /// The broker takes nothing from this connection for now. What is published waits for it, each
    /// message within its own time.
    Blocked {
        /// What the connection is for.
        purpose: Purpose,
        /// The broker, as `host:port`.
        host: String,
        /// The broker's words, such as `low on memory`.
        reason: String,
    },
    /// The broker takes messages from this connection again.
    Unblocked {
        /// What the connection is for.
        purpose: Purpose,
        /// The broker, as `host:port`.
        host: String,
    },
    /// A consumer has lost its channel, a queue or an exchange. It is restored by itself.
    ConsumerLost {
        /// What it consumes.
        queues: Vec<String>,
        /// What was lost.
        reason: String,
    },
    /// A try to restore a consumer failed; more follow.
    ConsumerNotRestored {
        /// What it consumed.
        queues: Vec<String>,
        /// What was wrong.
        reason: String,
        /// After what pause it is tried again.
        retry_in: Duration,
    },
    /// A consumer that was lost has its queues, and consumes them.
    ConsumerRestored {
        /// What it consumes.
        queues: Vec<String>,
        /// How long it was lost.
        after: Duration,
    },
    /// A consumer that had heard nothing was looked after, and something was wrong that no other
    /// event had told of. If it can be mended, [`ConsumerLost`](Self::ConsumerLost) and the rest
    /// follow.
    ProbeFailed {
        /// What it consumes.
        queues: Vec<String>,
        /// What was found.
        reason: String,
    },
    /// The reader of the events was slow, and has missed some.
    Missed {
        /// How many.
        count: u64,
    },
    /// The driver was closed. Nothing comes after this.
    Closed,
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connected { purpose, host, generation } => {
                write!(f, "connected to {host} to {purpose} (connection {generation})")
            }
            Self::ConnectFailed { purpose, reason, retry_in } => {
                write!(f, "no connection to {purpose}: {reason}; tried again in {retry_in:.1?}")
            }
            Self::Disconnected { purpose, host, reason } => {
                write!(f, "the connection to {host} to {purpose} was lost: {reason}")
            }
            Self::Blocked { purpose, host, reason } => {
                write!(f, "{host} has blocked the connection to {purpose}: {reason}")
            }
            Self::Unblocked { purpose, host } => {
                write!(f, "{host} has unblocked the connection to {purpose}")
            }
            Self::ConsumerLost { queues, reason } => {
                write!(f, "{} are consumed no more: {reason}", queues.join(", "))
            }
            Self::ConsumerNotRestored { queues, reason, retry_in } => write!(
                f,
                "{} cannot be consumed: {reason}; tried again in {retry_in:.1?}",
                queues.join(", ")
            ),
            Self::ConsumerRestored { queues, after } => {
                write!(f, "{} are consumed again, after {after:.1?}", queues.join(", "))
            }
            Self::ProbeFailed { queues, reason } => {
                write!(f, "{} were looked after: {reason}", queues.join(", "))
            }
            Self::Missed { count } => write!(f, "{count} events were missed"),
            Self::Closed => f.write_str("closed"),
        }
    }
}

/// The [`Event`]s of a driver from the moment on at which this was asked for.
///
/// It ends when the driver is closed or gone. A reader that falls more than 256 events behind loses
/// the oldest, and is told by [`Event::Missed`] how many.
pub struct Events(BoxStream<'static, Event>);

impl Events {
    /// Those that `events` gives, for a driver of your own.
    pub fn new(events: impl Stream<Item = Event> + Send + 'static) -> Self {
        Self(events.boxed())
    }

    /// None at all: it has ended.
    #[must_use]
    pub fn none() -> Self {
        Self::new(stream::empty())
    }

    /// The next event; none when there will be no more. May be dropped without losing one.
    pub async fn next(&mut self) -> Option<Event> {
        self.0.next().await
    }
}

impl Stream for Events {
    type Item = Event;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Event>> {
        self.0.poll_next_unpin(context)
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}
