//! How often a call is made again, and when.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};

/// The longest pause that is kept: no call waits for longer, and none overflows.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// How often a call is made again where it fails, and after what pauses: 4 attempts in all unless
/// told otherwise, after pauses of 100, 200, 400 .. ms up to 5 s, each shortened by chance, by up
/// to half, so that those who failed together do not come back together.
///
/// All of it happens within the time of the call ([`Call::timeout`](super::Call::timeout), 60 s
/// unless told otherwise): an attempt has what is left of it, and where a pause would go beyond it
/// the call ends at once with the error of the last attempt.
///
/// ```
/// use std::time::Duration;
///
/// use messaging::RetryPolicy;
///
/// let policy = RetryPolicy::new()
///     .attempts(10)
///     .pauses(Duration::from_millis(50), Duration::from_secs(1))
///     .attempt_timeout(Duration::from_secs(3));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "hand it to `.retry(..)`"]
pub struct RetryPolicy {
    pub(super) attempts: u32,
    first: Duration,
    longest: Duration,
    pub(super) attempt_timeout: Option<Duration>,
}

impl RetryPolicy {
    /// The policy that is described above.
    pub fn new() -> Self {
        Self {
            attempts: 4,
            first: Duration::from_millis(100),
            longest: Duration::from_secs(5),
            attempt_timeout: None,
        }
    }

    /// How often the call is made in all, the first time included; none counts as one. With
    /// `u32::MAX` it is the time of the call that ends it.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// The pause after the first attempt, from which they double, and the longest.
    pub fn pauses(mut self, first: Duration, longest: Duration) -> Self {
        self.longest = longest.min(LONGEST);
        self.first = first.min(self.longest);
        self
    }

    /// How long one attempt may take. The default is all the time that is left, so that an attempt
    /// whose reply does not come is the last.
    pub fn attempt_timeout(mut self, attempt_timeout: Duration) -> Self {
        self.attempt_timeout = Some(attempt_timeout);
        self
    }

    /// The pauses between the attempts, without end.
    pub(super) fn between_attempts(&self) -> impl Iterator<Item = Duration> + Send + use<> {
        // The crate makes each longer by up to its own length, so half of it is what it is given.
        ExponentialBuilder::new()
            .with_min_delay(self.first / 2)
            .with_max_delay(self.longest / 2)
            .with_jitter()
            .without_max_times()
            .build()
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_to_the_longest_and_are_at_most_halved() {
        let wholes = [100, 200, 400, 800, 1600, 3200, 5000, 5000];
        for (whole, pause) in wholes.into_iter().zip(RetryPolicy::new().between_attempts()) {
            let whole = Duration::from_millis(whole);
            assert!(whole / 2 <= pause && pause <= whole, "{pause:?} of {whole:?}");
        }
    }

    #[test]
    fn no_pause_is_too_long_to_be_counted() {
        let policy = RetryPolicy::new().pauses(Duration::MAX, Duration::MAX);
        assert!(policy.between_attempts().take(100).all(|pause| pause <= LONGEST));
        let none = RetryPolicy::new().pauses(Duration::from_secs(1), Duration::ZERO);
        assert!(none.between_attempts().take(100).all(|pause| pause.is_zero()));
    }
}
