//! How long calls took, as a histogram.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How long calls took, as a histogram: from when the handler began to when it had its answer.
/// Waiting in a queue, and sending the answer, are no part of it, nor are calls that were cut off.
///
/// All is in seconds. The bounds are those that OpenTelemetry advises for the duration of calls
/// (semantic conventions, `rpc.server.call.duration`): 5 ms to 10 s.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Durations {
    /// The upper bounds of all buckets but the last, in seconds; each belongs to its own bucket.
    pub bounds: Vec<f64>,
    /// How many calls fell into each bucket. There is one more than there are bounds, for what took
    /// longer than the last.
    pub counts: Vec<u64>,
    /// The seconds of all calls together.
    pub sum: f64,
    /// The seconds of the longest call.
    pub longest: f64,
}

impl Durations {
    /// The bounds that servers of this library count by.
    pub(crate) const BOUNDS: [Duration; 14] = [
        Duration::from_millis(5),
        Duration::from_millis(10),
        Duration::from_millis(25),
        Duration::from_millis(50),
        Duration::from_millis(75),
        Duration::from_millis(100),
        Duration::from_millis(250),
        Duration::from_millis(500),
        Duration::from_millis(750),
        Duration::from_secs(1),
        Duration::from_millis(2500),
        Duration::from_secs(5),
        Duration::from_millis(7500),
        Duration::from_secs(10),
    ];

    /// How many calls it is of.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts.iter().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// The mean; none without calls.
    #[must_use]
    pub fn mean(&self) -> Option<Duration> {
        let count = self.count();
        #[allow(clippy::cast_precision_loss)] // so many calls nobody makes
        let mean = (count > 0).then(|| self.sum / count as f64)?;
        Duration::try_from_secs_f64(mean).ok()
    }

    /// A time within which at least `share` of the calls ended, such as 0.99: the upper bound of
    /// the bucket that it falls into, and no more than the longest call. None without calls.
    #[must_use]
    pub fn within(&self, share: f64) -> Option<Duration> {
        let count = self.count();
        if count == 0 {
            return None;
        }
        #[allow(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss
        )]
        let wanted = ((count as f64 * share).ceil() as u64).clamp(1, count);
        let mut reached = 0u64;
        let bucket = self.counts.iter().position(|count| {
            reached = reached.saturating_add(*count);
            reached >= wanted
        })?;
        let bound = self.bounds.get(bucket).map_or(self.longest, |bound| bound.min(self.longest));
        Duration::try_from_secs_f64(bound).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_the_calls_ended_within_the_bound_of_its_bucket() {
        let durations =
            Durations { bounds: vec![0.5, 1.0], counts: vec![98, 1, 1], sum: 60.0, longest: 3.0 };
        let ms = Duration::from_millis;
        assert_eq!(durations.count(), 100);
        assert_eq!(durations.mean(), Some(ms(600)));
        for (share, bound) in [(0.0, 500), (0.98, 500), (0.99, 1000), (0.991, 3000), (1.0, 3000)] {
            assert_eq!(durations.within(share), Some(ms(bound)), "{share}");
        }
        assert_eq!((Durations::default().mean(), Durations::default().within(0.5)), (None, None));
    }

    /// What a peer sends is nobody's promise.
    #[test]
    fn nonsense_is_none() {
        let nonsense = Durations {
            bounds: vec![f64::NAN],
            counts: vec![u64::MAX, u64::MAX],
            sum: f64::INFINITY,
            longest: -1.0,
        };
        assert_eq!((nonsense.mean(), nonsense.within(2.0)), (None, None));
    }
}
