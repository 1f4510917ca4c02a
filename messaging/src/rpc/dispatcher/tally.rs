//! What is counted of one method: lock-free, and bounded by the methods that there are.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::Answer;
use crate::Failure;
use crate::error::Origin;
use crate::introspection::{Durations, MethodStatistics};

/// A number that only grows. Numbers are read one after the other, so those of one answer may be
/// a call apart.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn count(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What is counted of one method.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    begun: Counter,
    succeeded: Counter,
    failed: Counter,
    refused: Counter,
    panicked: Counter,
    cut_off: Counter,
    cancelled: Counter,
    pub(crate) expired: Counter,
    pub(crate) duplicates: Counter,
    pub(crate) redelivered: Counter,
    /// One for each of [`Durations::BOUNDS`], and one for what took longer.
    durations: [Counter; Durations::BOUNDS.len() + 1],
    nanoseconds: AtomicU64,
    longest: AtomicU64,
}

impl Tally {
    /// The method begins to run.
    pub(crate) fn begin(self: Arc<Self>, now: Instant) -> Running {
        self.begun.count();
        Running { tally: self, since: now, ended: false }
    }

    pub(crate) fn read(&self, name: &str) -> MethodStatistics {
        // What has ended is read first: it was begun before, so that no less has begun than ended.
        let [succeeded, failed, refused, panicked, cut_off, cancelled] = [
            &self.succeeded,
            &self.failed,
            &self.refused,
            &self.panicked,
            &self.cut_off,
            &self.cancelled,
        ]
        .map(Counter::get);
        let calls = self.begun.get();
        let ended = succeeded + failed + refused + panicked + cut_off + cancelled;
        MethodStatistics {
            method: name.to_owned(),
            calls,
            in_flight: calls.saturating_sub(ended),
            succeeded,
            failed,
            refused,
            panicked,
            cut_off,
            cancelled,
            expired: self.expired.get(),
            duplicates: self.duplicates.get(),
            redelivered: self.redelivered.get(),
            durations: self.durations(),
        }
    }

    fn durations(&self) -> Durations {
        let seconds = |nanoseconds: &AtomicU64| {
            Duration::from_nanos(nanoseconds.load(Ordering::Relaxed)).as_secs_f64()
        };
        Durations {
            bounds: Durations::BOUNDS.map(|bound| bound.as_secs_f64()).to_vec(),
            counts: self.durations.iter().map(Counter::get).collect(),
            sum: seconds(&self.nanoseconds),
            longest: seconds(&self.longest),
        }
    }

    fn took(&self, duration: Duration) {
        let bucket = Durations::BOUNDS.partition_point(|bound| *bound < duration);
        if let Some(counter) = self.durations.get(bucket) {
            counter.count();
        }
        // Centuries fit.
        let nanoseconds = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        self.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
        self.longest.fetch_max(nanoseconds, Ordering::Relaxed);
    }
}

/// A tally for each of `count` methods.
pub(super) fn tallies(count: usize) -> Vec<Arc<Tally>> {
    (0..count).map(|_| Arc::default()).collect()
}

/// A method that runs. Dropped without having ended it was cut off.
#[must_use = "it counts as cut off when it is dropped"]
#[derive(Debug)]
pub(crate) struct Running {
    tally: Arc<Tally>,
    since: Instant,
    ended: bool,
}

impl Running {
    pub(crate) fn ended(mut self, outcome: &Result<Answer, Failure>, now: Instant) {
        self.ended = true;
        let tally = &*self.tally;
        let counter = match outcome.as_ref().map_err(|failure| failure.origin()) {
            Ok(_) => &tally.succeeded,
            Err(Origin::Method) => &tally.failed,
            Err(Origin::Arguments) => &tally.refused,
            Err(Origin::Panic) => &tally.panicked,
        };
        // In this order: nothing has ended whose duration is not counted.
        tally.took(now.saturating_duration_since(self.since));
        counter.count();
    }

    /// It was ended, since nobody waited for it any more.
    pub(crate) fn cancelled(mut self) {
        self.ended = true;
        self.tally.cancelled.count();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.ended {
            self.tally.cut_off.count();
        }
    }
}
