//! How long to wait before trying again.

use std::time::Duration;

use uuid::Uuid;

use crate::RabbitOptions;

/// No two tries follow each other faster than this, whatever the options say.
const LEAST: Duration = Duration::from_millis(10);

/// The pauses between tries: each longer than the one before by a fixed step, up to a limit
/// (wire document, section 17.1), and each shortened by chance, by up to half, so that the clients
/// of a broker that went down do not all come back at the same moment.
#[derive(Clone, Debug)]
pub(super) struct Pauses {
    next: Duration,
    step: Duration,
    limit: Duration,
}

impl Pauses {
    /// Those between tries to connect: 1, 3, 5, .. 30 s by default.
    pub(super) fn between_connections(options: &RabbitOptions) -> Self {
        Self {
            next: options.retry_interval,
            step: options.retry_backoff,
            limit: options.retry_max.max(options.retry_interval),
        }
    }

    /// Those between tries to publish: a refusal by the broker is a matter of moments, such as a
    /// quorum queue's without a leader.
    pub(super) fn between_publishes() -> Self {
        let step = Duration::from_millis(50);
        Self { next: step, step, limit: Duration::from_secs(1) }
    }

    /// The pause before a connection that was lost is made anew.
    pub(super) fn before_reconnecting(options: &RabbitOptions) -> Duration {
        shortened(options.reconnect_delay, random())
    }

    /// The time after which a consumer is looked after: not all of them at the same moment.
    pub(super) fn between_probes(interval: Duration) -> Duration {
        shortened(interval, random())
    }

    /// The pause before the next try.
    pub(super) fn next(&mut self) -> Duration {
        let whole = self.next.min(self.limit).max(LEAST);
        self.next = self.next.saturating_add(self.step).min(self.limit);
        shortened(whole, random())
    }
}

fn shortened(whole: Duration, chance: u32) -> Duration {
    whole.mul_f64(1.0 - 0.5 * f64::from(chance) / f64::from(u32::MAX))
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
    fn they_grow_to_the_limit_and_are_at_most_halved() {
        let mut pauses = Pauses::between_connections(&RabbitOptions::default());
        for whole in [1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 30, 30] {
            let whole = Duration::from_secs(whole);
            let pause = pauses.next();
            assert!(whole / 2 <= pause && pause <= whole, "{pause:?} of {whole:?}");
        }
        assert_eq!(shortened(Duration::from_secs(2), 0), Duration::from_secs(2));
        assert_eq!(shortened(Duration::from_secs(2), u32::MAX), Duration::from_secs(1));
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
