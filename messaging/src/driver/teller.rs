//! What a driver tells its events to.

use futures_util::stream;
use tokio::sync::broadcast;

use super::events::{Event, Events};
use super::health::{Counters, Tally};

/// How many events a reader may be behind; the oldest beyond that are lost to it, and counted.
const KEPT: usize = 256;

/// How much of a reason an event carries, in characters.
#[cfg(any(feature = "amqp", all(test, feature = "tokio")))]
const LONGEST: usize = 1000;

/// What a driver tells its events to. It counts them as well, so that numbers and events agree.
#[derive(Debug)]
pub(super) struct Teller {
    sender: broadcast::Sender<Event>,
    tally: Tally,
}

impl Default for Teller {
    fn default() -> Self {
        Self { sender: broadcast::Sender::new(KEPT), tally: Tally::default() }
    }
}

impl Teller {
    pub(super) fn tell(&self, event: Event) {
        self.tally.count(&event);
        // An error would mean that nobody listens.
        let _ = self.sender.send(event);
    }

    /// What is told from now on.
    pub(super) fn events(&self) -> Events {
        let receiver = self.sender.subscribe();
        // In this order: a driver that is closed meanwhile is heard, or seen to be closed.
        if self.tally.is_closed() {
            return Events::none();
        }
        Events::new(stream::unfold(Some(receiver), |receiver| async {
            let mut receiver = receiver?;
            match receiver.recv().await {
                Ok(Event::Closed) => Some((Event::Closed, None)),
                Ok(event) => Some((event, Some(receiver))),
                Err(broadcast::error::RecvError::Lagged(count)) => {
                    Some((Event::Missed { count }, Some(receiver)))
                }
                Err(broadcast::error::RecvError::Closed) => None,
            }
        }))
    }

    /// Whether [`Event::Closed`] was told.
    pub(super) fn is_closed(&self) -> bool {
        self.tally.is_closed()
    }

    pub(super) fn counters(&self) -> Counters {
        self.tally.counters()
    }
}

/// `reason`, no longer than an event may carry.
#[cfg(any(feature = "amqp", all(test, feature = "tokio")))]
pub(super) fn bounded(reason: &impl std::fmt::Display) -> String {
    let mut text = reason.to_string();
    if let Some((end, _)) = text.char_indices().nth(LONGEST - 1) {
        text.truncate(end);
        text.push('…');
    }
    text
}

#[cfg(all(test, feature = "tokio"))]
mod tests {
    use futures_util::StreamExt as _;

    use super::*;
    use crate::driver::Purpose;

    fn unblocked(number: usize) -> Event {
        Event::Unblocked { purpose: Purpose::Publish, host: number.to_string() }
    }

    #[tokio::test]
    async fn a_slow_reader_loses_the_oldest_and_is_told_how_many() {
        let teller = Teller::default();
        let mut events = teller.events();
        (0..KEPT + 7).for_each(|number| teller.tell(unblocked(number)));
        assert_eq!(events.next().await, Some(Event::Missed { count: 7 }));
        assert_eq!(events.next().await, Some(unblocked(7)));
    }

    #[tokio::test]
    async fn nothing_comes_after_the_end() {
        let teller = Teller::default();
        let mut events = teller.events();
        teller.tell(unblocked(1));
        teller.tell(Event::Closed);
        let told: Vec<_> = events.by_ref().collect().await;
        assert_eq!(told, [unblocked(1), Event::Closed]);
        assert_eq!(teller.events().next().await, None);
    }

    #[tokio::test]
    async fn every_reader_gets_every_event() {
        let teller = Teller::default();
        let mut readers = [teller.events(), teller.events()];
        teller.tell(unblocked(1));
        for reader in &mut readers {
            assert_eq!(reader.next().await, Some(unblocked(1)));
        }
    }

    #[test]
    fn a_reason_is_bounded() {
        assert_eq!(bounded(&"ä".repeat(5000)).chars().count(), LONGEST);
        assert_eq!(bounded(&"short"), "short");
    }
}
