//! What was measured of one run.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

use crate::usage::{self, Usage, Watched};

/// What was measured of one run: the line of JSON that a program prints at its end.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Calls that were answered, or casts that were confirmed, in the measured time.
    pub calls: u64,
    /// Those that failed.
    pub errors: u64,
    /// How long was measured, in seconds.
    pub seconds: f64,
    /// Calls by second.
    pub rate: f64,
    /// The time that a call took, in microseconds; half of them took less.
    pub p50: f64,
    /// The same of 99 in a hundred.
    pub p99: f64,
    /// The same of 999 in a thousand.
    pub p999: f64,
    /// Seconds of processors for 10,000 calls, of client, server and broker.
    pub cpu: BTreeMap<String, f64>,
    /// The most memory that was resident, in KiB.
    pub peak: BTreeMap<String, u64>,
    /// How many processors worked for none of those that are watched: the noise of the machine.
    pub foreign: f64,
    /// How many processors the hypervisor gave to other guests meanwhile.
    pub stolen: f64,
}

impl Record {
    /// Of `calls` in nanoseconds, made between two moments.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    pub fn between(
        before: &Usage,
        after: &Usage,
        watched: &[Watched],
        calls: &Histogram<u64>,
        errors: u64,
    ) -> Self {
        let (count, seconds) = (calls.len() as f64, (after.at - before.at).as_secs_f64());
        let used = |role: &String, until: f64| until - before.cpu.get(role).unwrap_or(&0.0);
        let ours: f64 = after.cpu.iter().map(|(role, until)| used(role, *until)).sum();
        let cpu = after.cpu.iter();
        let at = |quantile: f64| calls.value_at_quantile(quantile) as f64 / 1_000.0;
        Self {
            calls: calls.len(),
            errors,
            seconds,
            rate: count / seconds,
            p50: at(0.5),
            p99: at(0.99),
            p999: at(0.999),
            cpu: cpu
                .map(|(role, until)| (role.clone(), used(role, *until) * 1e4 / count.max(1.0)))
                .collect(),
            peak: usage::peaks(watched),
            foreign: ((after.busy - before.busy - ours) / seconds).max(0.0),
            stolen: (after.stolen - before.stolen) / seconds,
        }
    }

    /// Prints it as the one line that is read of a program.
    pub fn print(&self) {
        println!("{}", serde_json::to_string(self).unwrap_or_default());
    }
}
