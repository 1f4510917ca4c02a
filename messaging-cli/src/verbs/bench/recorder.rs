//! What is measured while it goes on.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use serde::Serialize;

use super::work::Problem;
use crate::exit::Exit;

/// How many kinds of errors are told apart: the names of some are a peer's.
const KINDS: usize = 32;

/// Durations in nanoseconds, to three digits.
pub(super) type Durations = Histogram<u64>;

/// What is measured, by all clients together.
#[derive(Debug)]
pub(super) struct Recorder(Mutex<Measured>);

/// What was measured so far.
#[derive(Clone, Debug)]
pub(super) struct Measured {
    pub(super) since: Instant,
    pub(super) sent: u64,
    pub(super) succeeded: u64,
    pub(super) failed: u64,
    /// Of what succeeded, from when it was sent.
    pub(super) from_sent: Durations,
    /// The same, from when it was to be sent.
    pub(super) from_intended: Durations,
    pub(super) errors: BTreeMap<String, Errors>,
    pub(super) seconds: Vec<Second>,
    /// Of this second, from when it was to be sent.
    second: Durations,
    failed_before: u64,
}

/// The errors of one kind.
#[derive(Clone, Debug)]
pub(super) struct Errors {
    pub(super) count: u64,
    pub(super) exit: Exit,
    /// What the first of them said.
    pub(super) example: String,
}

/// What succeeded within one second, and how long it took, from when it was to be sent.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Second {
    /// When it was over, counted from the begin.
    at_seconds: f64,
    succeeded: u64,
    failed: u64,
    p50_seconds: f64,
    p99_seconds: f64,
    max_seconds: f64,
}

impl Recorder {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Measured {
            since: Instant::now(),
            sent: 0,
            succeeded: 0,
            failed: 0,
            from_sent: durations(),
            from_intended: durations(),
            errors: BTreeMap::new(),
            seconds: Vec::new(),
            second: durations(),
            failed_before: 0,
        }))
    }

    fn lock(&self) -> MutexGuard<'_, Measured> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It begins now.
    pub(super) fn begin(&self) -> Instant {
        let mut measured = self.lock();
        measured.since = Instant::now();
        measured.since
    }

    /// A request is sent.
    pub(super) fn sent(&self) {
        self.lock().sent += 1;
    }

    /// What became of a request that was to be sent, and was sent, at these times.
    pub(super) fn ended(&self, intended: Instant, sent: Instant, outcome: Result<(), Problem>) {
        let now = Instant::now();
        let mut measured = self.lock();
        let problem = match outcome {
            Ok(()) => {
                measured.succeeded += 1;
                record(&mut measured.from_sent, now.saturating_duration_since(sent));
                let from_intended = now.saturating_duration_since(intended);
                record(&mut measured.from_intended, from_intended);
                record(&mut measured.second, from_intended);
                return;
            }
            Err(problem) => problem,
        };
        measured.failed += 1;
        let is_known = measured.errors.contains_key(&problem.kind) || measured.errors.len() < KINDS;
        let kind = if is_known { problem.kind } else { "others".to_owned() };
        let errors = measured.errors.entry(kind).or_insert_with(|| Errors {
            count: 0,
            exit: problem.failure.exit,
            example: problem.failure.message,
        });
        errors.count += 1;
    }

    /// A second is over.
    pub(super) fn second(&self) {
        let mut measured = self.lock();
        let second = Second {
            at_seconds: measured.since.elapsed().as_secs_f64(),
            succeeded: measured.second.len(),
            failed: measured.failed - measured.failed_before,
            p50_seconds: quantile(&measured.second, 0.5).as_secs_f64(),
            p99_seconds: quantile(&measured.second, 0.99).as_secs_f64(),
            max_seconds: Duration::from_nanos(measured.second.max()).as_secs_f64(),
        };
        measured.failed_before = measured.failed;
        measured.second.reset();
        measured.seconds.push(second);
    }

    /// What was measured so far, for a line: what succeeded, what failed, and the p99.
    pub(super) fn at_a_glance(&self) -> (u64, u64, Duration) {
        let measured = self.lock();
        (measured.succeeded, measured.failed, quantile(&measured.from_intended, 0.99))
    }

    /// All that was measured.
    pub(super) fn measured(&self) -> Measured {
        self.lock().clone()
    }
}

pub(super) fn durations() -> Durations {
    // Three digits, and as long as it takes: it grows.
    Histogram::new_with_bounds(1, 1_000_000, 3).map_or_else(
        |_| unreachable!("the bounds are those that a histogram may have"),
        |mut histogram: Durations| {
            histogram.auto(true);
            histogram
        },
    )
}

fn record(durations: &mut Durations, duration: Duration) {
    // Centuries fit, and it grows.
    let _ = durations.record(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX));
}

pub(super) fn quantile(durations: &Durations, share: f64) -> Duration {
    Duration::from_nanos(durations.value_at_quantile(share))
}
