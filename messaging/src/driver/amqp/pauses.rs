//! How long to wait before trying again.

use std::time::Duration;

use uuid::Uuid;

use crate::RabbitOptions;

/// No two tries follow each other faster than this, whatever the options say.
const LEAST: Duration = Duration::from_millis(10);

/// The longest pause before a host on which nothing listens is tried again. That costs nobody
/// anything, and a broker that starts is such a host until it is ready.
const AWAY: Duration = Duration::from_millis(1500);

/// The pauses between tries. Each has a longest time, which grows by a fixed step from try to try
/// up to a limit (wire document, section 17.1), and is drawn by chance from the whole range between
/// that and a shortest one, so that the clients of a broker that went down do not all come back at
/// the same moment, and none of them comes too often.
#[derive(Clone, Debug)]
pub(super) struct Pauses {
    least: Duration,
    next: Duration,
    step: Duration,
    limit: Duration,
}

impl Pauses {
    /// Those between tries to connect: from 1 s to at most 1, 3, 5, .. 30 s by default.
    pub(super) fn between_connections(options: &RabbitOptions) -> Self {
        Self {
            least: options.retry_interval,
            next: options.retry_interval,
            step: options.retry_backoff,
            limit: options.retry_max.max(options.retry_interval),
        }
    }

    /// Those between tries to publish: a refusal by the broker is a matter of moments, such as a
    /// quorum queue's without a leader.
    pub(super) fn between_publishes() -> Self {
        let step = Duration::from_millis(50);
        Self { least: step / 2, next: step, step, limit: Duration::from_secs(1) }
    }

    /// The pause before a connection that was lost is made anew.
    pub(super) fn before_reconnecting(options: &RabbitOptions) -> Duration {
        let whole = options.reconnect_delay;
        drawn(whole / 10, whole, random())
    }

    /// How long nobody logs in after the broker has refused it: whoever must first change a
    /// password or a right is not helped by many tries, and the broker may lock the user out.
    pub(super) fn after_refusal(options: &RabbitOptions) -> Duration {
        let least = options.retry_max.max(Duration::from_secs(1));
        drawn(least, least + least / 2, random())
    }

    /// The time after which a consumer is looked after: not all of them at the same moment.
    pub(super) fn between_probes(interval: Duration) -> Duration {
        drawn(interval / 2, interval, random())
    }

    /// The pause before the next try.
    pub(super) fn next(&mut self) -> Duration {
        self.within(self.limit)
    }

    /// The same where nothing listens on a host: it may soon.
    pub(super) fn next_while_away(&mut self) -> Duration {
        self.within(self.limit.min(AWAY))
    }

    fn within(&mut self, limit: Duration) -> Duration {
        let whole = self.next.min(limit).max(LEAST);
        self.next = self.next.saturating_add(self.step).min(self.limit);
        drawn(self.least.min(whole).max(LEAST / 2), whole, random())
    }
}

/// A time from `least` to `most`, by `chance`.
fn drawn(least: Duration, most: Duration, chance: u32) -> Duration {
    least + most.saturating_sub(least).mul_f64(f64::from(chance) / f64::from(u32::MAX))
}

/// Puts `things` into random order.
pub(super) fn shuffle<T>(things: &mut [T]) {
    for last in (1..things.len()).rev() {
        let chosen = usize::try_from(random()).unwrap_or_default() % (last + 1);
        things.swap(chosen, last);
    }
}

/// Chance, of the quality that a pause or the choice of a host needs.
fn random() -> u32 {
    Uuid::new_v4().as_fields().0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_drawn_from_a_range_that_grows_to_the_limit() {
        let second = Duration::from_secs(1);
        let mut pauses = Pauses::between_connections(&RabbitOptions::default());
        for whole in [1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 30, 30] {
            let pause = pauses.next();
            assert!(second <= pause && pause <= second * whole, "{pause:?} of {whole} s");
        }
        for _ in 0..100 {
            let pause = pauses.next_while_away();
            assert!(second <= pause && pause <= AWAY, "{pause:?}");
        }
        assert_eq!(drawn(second, second * 3, 0), second);
        assert_eq!(drawn(second, second * 3, u32::MAX), second * 3);
        let first = Pauses::before_reconnecting(&RabbitOptions::default());
        assert!(second / 10 <= first && first <= second, "{first:?}");
    }

    #[test]
    fn every_order_comes_up() {
        let mut orders = std::collections::BTreeSet::new();
        // Each of the 6 orders is missing with a chance of (5/6)^1000, which is nought.
        for _ in 0..1000 {
            let mut things = [1, 2, 3];
            shuffle(&mut things);
            orders.insert(things);
        }
        assert_eq!(orders.len(), 6);
    }

    #[test]
    fn options_of_zero_make_no_busy_loop() {
        let mut options = RabbitOptions::default();
        (options.retry_interval, options.retry_backoff) = (Duration::ZERO, Duration::ZERO);
        assert!(Pauses::between_connections(&options).next() >= LEAST / 2);
    }
}
