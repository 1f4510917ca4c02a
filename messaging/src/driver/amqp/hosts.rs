//! The hosts of the URL: in which order they are tried, and what is said when none can be used.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::fault;
use super::pauses::shuffle;
use super::peer::Peer;
use crate::{Error, ErrorKind, FailoverStrategy};

/// The hosts of the URL.
#[derive(Debug)]
pub(super) struct Hosts {
    peers: Vec<Peer>,
    strategy: FailoverStrategy,
    /// Which is tried first next time, unless chance decides: the one after the last that worked.
    first: AtomicUsize,
}

/// A round over the hosts that found none.
#[derive(Debug)]
pub(super) struct Vain {
    pub(super) error: Error,
    /// Whether one of them hung up at once.
    pub(super) away: bool,
}

impl Hosts {
    pub(super) fn new(mut peers: Vec<Peer>, strategy: FailoverStrategy) -> Self {
        // So that the clients of a cluster spread over it (wire document, section 17.1).
        shuffle(&mut peers);
        Self { peers, strategy, first: AtomicUsize::new(0) }
    }

    /// The hosts in the order in which to try them, each with its place.
    pub(super) fn in_order(&self) -> impl Iterator<Item = (usize, &Peer)> {
        let (first, count) = (self.first.load(Ordering::Relaxed), self.peers.len());
        let mut order: Vec<_> = (0..count).map(|step| (first + step) % count).collect();
        if self.strategy == FailoverStrategy::Shuffle {
            shuffle(&mut order);
        }
        order.into_iter().filter_map(|place| Some((place, self.peers.get(place)?)))
    }

    /// The one at `place` worked.
    pub(super) fn worked(&self, place: usize) {
        self.first.store((place + 1) % self.peers.len().max(1), Ordering::Relaxed);
    }

    /// All of them, for errors.
    pub(super) fn names(&self) -> String {
        self.peers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }
}

impl Vain {
    /// After what was wrong with each host.
    pub(super) fn new(mut errors: Vec<Error>) -> Self {
        let away = errors.iter().any(fault::is_hung_up);
        let error = match errors.pop() {
            Some(only) if errors.is_empty() => advised(only),
            Some(last) => {
                let texts: Vec<_> = errors.iter().chain([&last]).map(Error::to_string).collect();
                let text = format!("no host of the URL can be used: {}", texts.join("; "));
                let alike = errors.iter().all(|error| error.kind() == last.kind());
                let kind = if alike { last.kind() } else { ErrorKind::Connection };
                advised(Error::new(kind, text)).with_source(last)
            }
            None => Error::new(ErrorKind::Config, "the URL names no host"),
        };
        Self { error, away }
    }
}

/// The error of a round over the hosts. What a broker said holds its own advice.
fn advised(error: Error) -> Error {
    match error.kind() {
        ErrorKind::Connection => error.with_next_step(),
        _ => error,
    }
}
