//! Whether a channel is fit for more messages.

use std::time::{Duration, Instant};

/// How long the first message that is under way may go without a word, before more go another way.
const SILENCE: Duration = Duration::from_secs(2);

/// How old a channel is at least that is given up over a message which the broker did not take: where
/// it takes none at all, each message would open another.
const YOUNG: Duration = Duration::from_secs(1);

/// How many times as long both are at most, after one channel upon the other did not serve.
const MOST: u32 = 32;

/// Whether a channel with confirms is fit for more messages.
///
/// The broker's side of a channel registers with each quorum queue that it is to hand messages to, and
/// remembers which node leads it. Where that happens while a leader is elected, as it does when clients
/// are back at once after a node was lost, it may refuse message after message, or say nothing for as
/// long as `net_ticktime`, for that channel alone, long after there is a leader (RabbitMQ,
/// `rabbit_fifo_client`, on `register_enqueuer`; seen with 3.10). Another channel registers anew.
#[derive(Debug)]
pub(super) struct Fitness {
    opened: Instant,
    /// How many times as long as the first of its kind it is waited for.
    patience: u32,
    /// The number of the first message that was under way at the last look, and since when it was.
    first: Option<(u64, Instant)>,
    refused: bool,
    confirmed: bool,
}

impl Fitness {
    /// Of a channel that was opened now; `patience` is one, or what its [predecessor](Self::successor)
    /// gives it.
    pub(super) fn new(now: Instant, patience: u32) -> Self {
        let (first, refused, confirmed) = Default::default();
        Self { opened: now, patience: patience.clamp(1, MOST), first, refused, confirmed }
    }

    /// The patience with the next channel: more each time, where the broker confirms nothing on any.
    pub(super) fn successor(&self) -> u32 {
        if self.confirmed { 1 } else { self.patience * 2 }
    }

    /// The broker did not take a message.
    pub(super) fn refused(&mut self) {
        self.refused = true;
    }

    /// The broker took a message.
    pub(super) fn confirmed(&mut self) {
        self.confirmed = true;
    }

    /// Whether it has ended by `now`, when `first` is the number of the first message under way of
    /// which the broker could have said something.
    pub(super) fn has_ended(&mut self, first: Option<u64>, now: Instant) -> bool {
        let silent_since = match (first, self.first) {
            (Some(first), Some((before, since))) if first == before => Some(since),
            _ => {
                self.first = first.map(|first| (first, now));
                None
            }
        };
        let since = |then: Instant| now.saturating_duration_since(then);
        let is_silent = silent_since.is_some_and(|then| since(then) >= SILENCE * self.patience);
        let is_refused = std::mem::take(&mut self.refused);
        is_silent || is_refused && since(self.opened) >= YOUNG * self.patience
    }

    /// What happened before says nothing: the broker takes no message from anybody.
    pub(super) fn begin_anew(&mut self) {
        (self.first, self.refused) = (None, false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn a_channel_is_fit_while_its_first_message_changes() {
        let now = crate::runtime::here().now();
        let mut fitness = Fitness::new(now, 1);
        for (first, at, ended) in [
            (Some(0), 0, false),
            (Some(0), 1_999, false),
            (Some(1), 2_000, false),
            (None, 3_000, false),
            (Some(2), 9_000, false),
            (Some(2), 11_000, true),
        ] {
            assert_eq!(fitness.has_ended(first, now + at * MS), ended, "{first:?} {at}");
        }
    }

    #[test]
    fn a_refusal_ends_it_unless_it_is_young() {
        let now = crate::runtime::here().now();
        let mut fitness = Fitness::new(now, 1);
        fitness.refused();
        assert!(!fitness.has_ended(None, now + 999 * MS));
        assert!(!fitness.has_ended(None, now + 1_000 * MS));
        fitness.refused();
        assert!(fitness.has_ended(None, now + 1_000 * MS));
    }

    #[test]
    fn what_happened_to_a_broker_that_takes_nothing_counts_for_nothing() {
        let now = crate::runtime::here().now();
        let mut fitness = Fitness::new(now, 1);
        assert!(!fitness.has_ended(Some(0), now));
        fitness.begin_anew();
        assert!(!fitness.has_ended(Some(0), now + 9_000 * MS));
        assert!(fitness.has_ended(Some(0), now + 11_000 * MS));
    }

    #[test]
    fn more_patience_is_had_with_each_channel_on_which_nothing_is_confirmed() {
        let now = crate::runtime::here().now();
        let mut patience = 1;
        for expected in [2, 4, 8, 16, 32, 64, 64] {
            let mut fitness = Fitness::new(now, patience);
            assert!(!fitness.has_ended(Some(0), now));
            assert!(!fitness.has_ended(Some(0), now + 999 * (patience.min(MOST)) * MS));
            patience = fitness.successor();
            assert_eq!(patience, expected);
        }
        let mut fitness = Fitness::new(now, patience);
        fitness.confirmed();
        assert_eq!(fitness.successor(), 1);
    }
}
