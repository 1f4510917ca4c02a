//! How the connections and consumers of a driver are at this moment, and what was counted of them.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use super::events::{Event, Purpose};

/// How a driver is at this moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Health {
    /// Its connections; none where a driver has none, as in memory.
    pub connections: Vec<ConnectionHealth>,
    /// What is consumed: a server each, and the reply queue once the first call has opened it.
    pub consumers: Vec<ConsumerHealth>,
    /// What was counted since it was made.
    pub counters: Counters,
    /// Whether it was closed.
    pub closed: bool,
}

impl Health {
    /// Whether it works or mends itself: false only once it was closed. What a liveness probe asks:
    /// a process whose broker is away is not helped by being started again.
    #[must_use]
    pub fn is_live(&self) -> bool {
        !self.closed
    }

    /// Whether it works: no connection that is wanted is missing or blocked, and everything that is
    /// to be consumed is. What a readiness probe asks.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        let connected = self.connections.iter().all(|connection| {
            matches!(connection.state, ConnectionState::Idle | ConnectionState::Open)
        });
        let consuming = self.consumers.iter().all(|it| it.state == ConsumerState::Open);
        !self.closed && connected && consuming
    }
}

/// One connection.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConnectionHealth {
    /// What it is for.
    pub purpose: Purpose,
    /// How it is.
    pub state: ConnectionState,
    /// How long it has been so; of a blocked one, how long it has been open.
    pub lasting: Duration,
    /// The broker that it is with, or was with last, as `host:port`; none before the first.
    pub host: Option<String>,
    /// How often there was one for this purpose.
    pub generation: u64,
    /// What went wrong last, also if it is well by now.
    pub last_error: Option<String>,
}

impl ConnectionHealth {
    /// One that is in `state` and of which nothing else is known, for a driver of your own.
    #[must_use]
    pub fn new(purpose: Purpose, state: ConnectionState) -> Self {
        let (lasting, host, generation, last_error) = Default::default();
        Self { purpose, state, lasting, host, generation, last_error }
    }
}

/// How a connection is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConnectionState {
    /// Not wanted yet: nothing is consumed.
    Idle,
    /// Being made, for the first time or anew.
    Connecting,
    /// Open.
    Open,
    /// Open, and the broker takes nothing from it: its words, such as `low on memory`.
    Blocked(String),
    /// Closed for good, with the driver.
    Closed,
}

/// One consumer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConsumerHealth {
    /// The queues.
    pub queues: Vec<String>,
    /// How it is.
    pub state: ConsumerState,
    /// How long it has been so.
    pub lasting: Duration,
    /// How often it was restored.
    pub restored: u64,
    /// What went wrong last, also if it is well by now.
    pub last_error: Option<String>,
}

impl ConsumerHealth {
    /// One that is in `state` and of which nothing else is known, for a driver of your own.
    #[must_use]
    pub fn new(queues: Vec<String>, state: ConsumerState) -> Self {
        let (lasting, restored, last_error) = Default::default();
        Self { queues, state, lasting, restored, last_error }
    }
}

/// How a consumer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConsumerState {
    /// It consumes all of its queues.
    Open,
    /// It has lost something, and is being restored.
    Mending,
    /// It was cancelled, and takes no more.
    Cancelled,
}

/// What was counted since the driver was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// Connections that came about, for the first time or anew.
    pub connected: u64,
    /// Connections that were lost.
    pub disconnected: u64,
    /// Rounds over the hosts of the URL that found none to be used.
    pub connects_failed: u64,
    /// How often the broker has blocked a connection.
    pub blocked: u64,
    /// Consumers that lost what they consume.
    pub consumers_lost: u64,
    /// Consumers that were restored.
    pub consumers_restored: u64,
    /// What probes of consumers found and no other event had told of; consumers that were lost
    /// count as such, too.
    pub probes_failed: u64,
    /// Replies that came when their calls had given up; counted by the transport.
    pub late_replies: u64,
}

/// Counts events.
#[derive(Debug, Default)]
pub(super) struct Tally {
    connected: AtomicU64,
    disconnected: AtomicU64,
    connects_failed: AtomicU64,
    blocked: AtomicU64,
    consumers_lost: AtomicU64,
    consumers_restored: AtomicU64,
    probes_failed: AtomicU64,
    closed: AtomicBool,
}

impl Tally {
    pub(super) fn count(&self, event: &Event) {
        let counter = match event {
            Event::Connected { .. } => &self.connected,
            Event::Disconnected { .. } => &self.disconnected,
            Event::ConnectFailed { .. } => &self.connects_failed,
            Event::Blocked { .. } => &self.blocked,
            Event::ConsumerLost { .. } => &self.consumers_lost,
            Event::ConsumerRestored { .. } => &self.consumers_restored,
            Event::ProbeFailed { .. } => &self.probes_failed,
            Event::Unblocked { .. } | Event::ConsumerNotRestored { .. } | Event::Missed { .. } => {
                return;
            }
            Event::Closed => return self.closed.store(true, Ordering::SeqCst),
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    pub(super) fn counters(&self) -> Counters {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counters {
            connected: read(&self.connected),
            disconnected: read(&self.disconnected),
            connects_failed: read(&self.connects_failed),
            blocked: read(&self.blocked),
            consumers_lost: read(&self.consumers_lost),
            consumers_restored: read(&self.consumers_restored),
            probes_failed: read(&self.probes_failed),
            late_replies: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn health(connection: ConnectionState, consumer: ConsumerState) -> Health {
        let connection = ConnectionHealth::new(Purpose::Consume, connection);
        let consumer = ConsumerHealth::new(vec![], consumer);
        Health { connections: vec![connection], consumers: vec![consumer], ..Health::default() }
    }

    #[test]
    fn what_mends_itself_is_live_and_not_ready() {
        use ConnectionState::{Blocked, Connecting, Idle, Open};
        for (connection, consumer, ready) in [
            (Open, ConsumerState::Open, true),
            (Idle, ConsumerState::Open, true),
            (Open, ConsumerState::Mending, false),
            (Connecting, ConsumerState::Open, false),
            (Blocked("low on memory".into()), ConsumerState::Open, false),
        ] {
            let health = health(connection, consumer);
            assert_eq!((health.is_live(), health.is_ready()), (true, ready), "{health:?}");
        }
        let closed = Health { closed: true, ..Health::default() };
        assert!(!closed.is_live() && !closed.is_ready());
    }
}
