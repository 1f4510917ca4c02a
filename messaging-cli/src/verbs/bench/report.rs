//! What was measured, in the end.

use std::time::Duration;

use serde::Serialize;

use super::load::{Bounds, End, Loop};
use super::recorder::{Durations, Measured, Recorder, Second, durations, quantile};
use super::work::Work;
use crate::exit::Exit;

/// How many durations are added at most for one that was long.
const MOST_ADDED: u64 = 20_000;

/// What was measured. Its JSON is that of `bench --json`; all times are in seconds.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) topic: String,
    pub(super) method: String,
    /// `call` or `cast`.
    pub(super) kind: &'static str,
    /// The bytes of the arguments, as JSON.
    pub(super) argument_bytes: usize,
    pub(super) connections: usize,
    /// Of a closed loop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) clients: Option<usize>,
    /// Of an open loop: how many were to be sent in a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rate: Option<f64>,
    /// `done`, `interrupted` or `broker gone`.
    pub(super) ended: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
    pub(super) seconds: f64,
    pub(super) sent: u64,
    pub(super) succeeded: u64,
    pub(super) failed: u64,
    /// Those that were under way when it was ended.
    pub(super) given_up: u64,
    /// Of an open loop: those that were to be sent by its end, and had no place among those that may
    /// be under way. No figure counts them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) not_sent: Option<u64>,
    /// What succeeded, in a second.
    pub(super) per_second: f64,
    pub(super) errors: Vec<ErrorKinds>,
    /// From when a request was sent.
    pub(super) measured: Latency,
    /// The same, corrected for coordinated omission.
    pub(super) corrected: Latency,
    pub(super) correction: Correction,
    /// Second by second, from when requests were to be sent.
    pub(super) series: Vec<Second>,
    #[serde(skip)]
    pub(super) durations: Durations,
    #[serde(skip)]
    pub(super) corrected_durations: Durations,
    #[serde(skip)]
    exit: Exit,
}

/// The errors of one kind.
#[derive(Debug, Serialize)]
pub(super) struct ErrorKinds {
    pub(super) kind: String,
    pub(super) count: u64,
    /// The exit code of its class.
    pub(super) exit: u8,
    pub(super) example: String,
}

/// How long requests took that succeeded, in seconds.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Latency {
    pub(super) count: u64,
    pub(super) min: f64,
    pub(super) mean: f64,
    pub(super) deviation: f64,
    pub(super) p50: f64,
    pub(super) p90: f64,
    pub(super) p99: f64,
    #[serde(rename = "p99.9")]
    pub(super) p99_9: f64,
    pub(super) max: f64,
}

/// What the corrected figures are.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub(super) enum Correction {
    /// From when a request was to be sent, not from when it was.
    IntendedTime,
    /// With those that would have been sent in this interval while one took longer.
    ExpectedInterval { seconds: f64 },
}

impl Report {
    pub(super) fn of(
        work: &Work,
        mode: Loop,
        bounds: Bounds,
        end: End,
        recorder: &Recorder,
        interval: Option<Duration>,
    ) -> Self {
        let Measured {
            since,
            sent,
            succeeded,
            failed,
            from_sent,
            from_intended,
            errors,
            seconds,
            ..
        } = recorder.measured();
        let elapsed = since.elapsed();
        let (correction, corrected_durations) = match mode {
            Loop::Open { .. } => (Correction::IntendedTime, from_intended),
            Loop::Closed { .. } => {
                let interval = interval.unwrap_or_else(|| quantile(&from_sent, 0.5));
                let interval = bounded(interval, &from_sent);
                let seconds = interval.as_secs_f64();
                (Correction::ExpectedInterval { seconds }, corrected(&from_sent, interval))
            }
        };
        let (clients, rate) = match mode {
            Loop::Closed { clients } => (Some(clients), None),
            Loop::Open { rate, .. } => (None, Some(rate)),
        };
        // The last of an open loop is followed by its own pause, which nobody waits for.
        let elapsed = match (&end, rate) {
            (End::Done, Some(rate)) => elapsed.max(bounds.planned(rate, sent)),
            _ => elapsed,
        };
        let not_sent = rate.map(|rate| bounds.due(rate, elapsed).saturating_sub(sent));
        let elapsed = elapsed.as_secs_f64();
        let most_frequent = errors.values().max_by_key(|errors| errors.count);
        let exit = match (&end, most_frequent) {
            (End::Interrupted, _) => Exit::Interrupted,
            (End::BrokerGone(_), _) => Exit::Connection,
            (End::Done, Some(errors)) => errors.exit,
            (End::Done, None) => Exit::Done,
        };
        let (ended, reason) = match end {
            End::Done => ("done", None),
            End::Interrupted => ("interrupted", None),
            End::BrokerGone(reason) => ("broker gone", Some(reason)),
        };
        let mut errors: Vec<_> = errors
            .into_iter()
            .map(|(kind, errors)| ErrorKinds {
                kind,
                count: errors.count,
                exit: errors.exit.code(),
                example: errors.example,
            })
            .collect();
        errors.sort_by_key(|errors| std::cmp::Reverse(errors.count));
        #[allow(clippy::cast_precision_loss)] // so many requests nobody sends
        let per_second = if elapsed > 0.0 { succeeded as f64 / elapsed } else { 0.0 };
        Self {
            topic: work.topic.clone(),
            method: work.method.clone(),
            kind: if work.is_cast { "cast" } else { "call" },
            argument_bytes: work.args.get().len(),
            connections: work.transports.len(),
            clients,
            rate,
            ended,
            reason,
            seconds: elapsed,
            sent,
            succeeded,
            failed,
            given_up: sent.saturating_sub(succeeded + failed),
            not_sent,
            per_second,
            errors,
            measured: Latency::of(&from_sent),
            corrected: Latency::of(&corrected_durations),
            correction,
            series: seconds,
            durations: from_sent,
            corrected_durations,
            exit,
        }
    }

    pub(super) fn exit(&self) -> Exit {
        self.exit
    }
}

/// An interval that correcting takes no longer than a moment for: what is added for the longest is
/// bounded.
fn bounded(interval: Duration, measured: &Durations) -> Duration {
    match interval.is_zero() {
        true => interval,
        false => interval.max(Duration::from_nanos(measured.max() / MOST_ADDED)),
    }
}

/// With those durations that would have been measured had requests been sent at this interval, also
/// while one took longer.
fn corrected(measured: &Durations, interval: Duration) -> Durations {
    let interval = u64::try_from(interval.as_nanos()).unwrap_or(u64::MAX);
    let mut corrected = durations();
    // What was measured is added as it is; nothing of it is beyond the bounds of a histogram that
    // grows.
    match interval {
        0 => drop(corrected.add(measured)),
        interval => drop(corrected.add_correct(measured, interval)),
    }
    corrected
}

impl Latency {
    fn of(durations: &Durations) -> Self {
        let seconds = |share: f64| quantile(durations, share).as_secs_f64();
        let nanos = |nanos: u64| Duration::from_nanos(nanos).as_secs_f64();
        Self {
            count: durations.len(),
            min: if durations.is_empty() { 0.0 } else { nanos(durations.min()) },
            mean: durations.mean() / 1e9,
            deviation: durations.stdev() / 1e9,
            p50: seconds(0.5),
            p90: seconds(0.9),
            p99: seconds(0.99),
            p99_9: seconds(0.999),
            max: nanos(durations.max()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that stands still for a second hides what would have been asked meanwhile.
    #[test]
    fn a_pause_is_seen_by_the_corrected_figures() {
        let mut measured = durations();
        measured.record_n(1_000_000, 999).unwrap();
        measured.record(1_000_000_000).unwrap();
        let corrected = corrected(&measured, Duration::from_millis(1));
        let (measured, corrected) = (Latency::of(&measured), Latency::of(&corrected));
        assert!(measured.p99 < 0.002, "{measured:?}");
        assert!(corrected.p99 > 0.9 && corrected.count > 1900, "{corrected:?}");
        assert!((corrected.max - 1.0).abs() < 0.001, "{corrected:?}");
    }
}
