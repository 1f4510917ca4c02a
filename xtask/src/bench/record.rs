//! What a program measured.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What a program of `benches/` measured in one run: the line that it prints at its end, and there
/// the `Record` of the same keys.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// Calls that were answered, or casts that were confirmed.
    pub(crate) calls: u64,
    /// Those that failed.
    pub(crate) errors: u64,
    /// How long was measured, in seconds.
    pub(crate) seconds: f64,
    /// Calls by second.
    pub(crate) rate: f64,
    /// Microseconds that half of the calls took less than.
    pub(crate) p50: f64,
    /// The same of 99 in a hundred.
    pub(crate) p99: f64,
    /// The same of 999 in a thousand.
    pub(crate) p999: f64,
    /// Seconds of processors for 10,000 calls, by role.
    pub(crate) cpu: BTreeMap<String, f64>,
    /// The most memory that was resident, in KiB, by role.
    pub(crate) peak: BTreeMap<String, u64>,
    /// How many processors worked for none of those that are watched.
    pub(crate) foreign: f64,
    /// How many processors the hypervisor gave to others.
    pub(crate) stolen: f64,
}

impl Record {
    /// Seconds of processors for 10,000 calls, of one role.
    pub(crate) fn cpu(&self, role: &str) -> f64 {
        self.cpu.get(role).copied().unwrap_or_default()
    }

    /// The same of client and server together.
    pub(crate) fn cpu_of_ends(&self) -> f64 {
        self.cpu("client") + self.cpu("server")
    }

    /// The same of all.
    pub(crate) fn cpu_of_all(&self) -> f64 {
        self.cpu.values().sum()
    }

    /// MiB that were resident at most, of one role.
    #[allow(clippy::cast_precision_loss, reason = "a size below 2^52")]
    pub(crate) fn peak(&self, role: &str) -> f64 {
        self.peak.get(role).copied().unwrap_or_default() as f64 / 1_024.0
    }

    /// How many processors were not ours: the noise of the run.
    pub(crate) fn noise(&self) -> f64 {
        self.foreign + self.stolen
    }
}
