//! Which faults there are, how often each strikes, and how often it did.

/// A fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    /// A message, an answer of the broker or an acknowledgement takes up to seconds.
    Slow,
    /// The broker takes nothing of this message, until its time is up.
    NotTaken,
    /// There is no connection for this message.
    NoConnection,
    /// The broker refuses the message itself.
    Refused,
    /// The broker returns the message: there is no such queue at the moment.
    Returned,
    /// The connection is lost before the message arrives.
    LostBefore,
    /// The connection is lost after the message arrived, and before that is confirmed.
    LostAfter,
    /// The broker does not confirm it, whether or not it has it.
    NeverConfirmed,
    /// The message arrives long after its sender was told that it was not confirmed.
    ArrivesLate,
    /// It is confirmed, and lost with its queue.
    LostWithQueue,
    /// A reply arrives twice.
    RepliedTwice,
    /// A server is handed a message twice, the second time as redelivered.
    DeliveredTwice,
    /// An acknowledgement is lost with its connection, and its sender does not know.
    AckLost,
    /// An acknowledgement fails with its connection.
    AckFailed,
    /// An acknowledgement arrives, and its sender is told that it failed.
    AckInDoubt,
    /// The connection is lost.
    Severed,
    /// The old connection's consumer goes on to be handed messages for a while.
    Ghost,
    /// The broker takes nothing from the connection for a while, and goes on to hand out.
    Blocked,
    /// The broker cancels a consumer, which is declared anew.
    ConsumerCancelled,
    /// A reply queue is gone for a while, and what was in it is lost.
    ReplyQueueGone,
    /// A server dies.
    ServerKilled,
    /// A server stops, and finishes what it runs.
    ServerStopped,
    /// A server shuts down within a budget.
    ServerShutDown,
    /// The last handle of a server is dropped.
    ServerDropped,
    /// The transport of a server is closed under it.
    ServerClosed,
    /// A client dies.
    ClientKilled,
    /// The transport of a client is closed under its calls.
    ClientClosed,
    /// A future is dropped before it has ended.
    Dropped,
}

/// How many faults there are.
pub(crate) const FAULTS: usize = Fault::Dropped as usize + 1;

impl Fault {
    pub(crate) const ALL: [Self; FAULTS] = [
        Self::Slow,
        Self::NotTaken,
        Self::NoConnection,
        Self::Refused,
        Self::Returned,
        Self::LostBefore,
        Self::LostAfter,
        Self::NeverConfirmed,
        Self::ArrivesLate,
        Self::LostWithQueue,
        Self::RepliedTwice,
        Self::DeliveredTwice,
        Self::AckLost,
        Self::AckFailed,
        Self::AckInDoubt,
        Self::Severed,
        Self::Ghost,
        Self::Blocked,
        Self::ConsumerCancelled,
        Self::ReplyQueueGone,
        Self::ServerKilled,
        Self::ServerStopped,
        Self::ServerShutDown,
        Self::ServerDropped,
        Self::ServerClosed,
        Self::ClientKilled,
        Self::ClientClosed,
        Self::Dropped,
    ];

    /// How often it strikes where it can, in a storm in which it does: of ten thousand times.
    fn rate(self) -> u32 {
        match self {
            Self::Slow => 600,
            Self::RepliedTwice | Self::DeliveredTwice | Self::Dropped => 500,
            Self::Ghost | Self::ReplyQueueGone => 3000,
            // Of the moments at which the storm looks for something to break.
            Self::Severed => 3000,
            Self::Blocked | Self::ConsumerCancelled => 1500,
            // Weights, among the ends of a server and of a client.
            Self::ServerKilled => 4000,
            Self::ServerStopped | Self::ServerShutDown => 3000,
            Self::ServerDropped | Self::ServerClosed => 1500,
            Self::ClientKilled | Self::ClientClosed => 1500,
            _ => 150,
        }
    }
}

/// How often each fault strikes.
#[derive(Clone, Debug)]
pub(crate) struct Weather {
    rates: [u32; FAULTS],
}

impl Weather {
    pub(crate) fn calm() -> Self {
        Self { rates: [0; FAULTS] }
    }

    /// A storm of some of the faults: what one hides, another storm without it shows.
    pub(crate) fn storm(chance: &mut fastrand::Rng) -> Self {
        let mut weather = Self::calm();
        let strength = [1, 2, 4][chance.usize(..3)];
        for (rate, fault) in weather.rates.iter_mut().zip(Fault::ALL) {
            if chance.bool() {
                *rate = (fault.rate() * strength / 2).min(6000);
            }
        }
        weather
    }

    pub(crate) fn rate(&self, fault: Fault) -> u32 {
        self.rates[fault as usize]
    }
}
