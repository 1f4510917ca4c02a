//! What the program `footprint` measures.

use std::collections::BTreeMap;
use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::bench::site::Site;

/// The two that are compared, by the names that the program knows them by.
pub(super) const SUBJECTS: [&str; 2] = [OURS, LAPIN];
pub(super) const OURS: &str = "ours";
pub(super) const LAPIN: &str = "lapin";

/// The line that the program prints.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Footprint {
    /// How many there are of what was measured.
    pub(super) count: u32,
    /// KiB more that were resident, by role.
    pub(super) memory: BTreeMap<String, i64>,
    pub(super) threads: usize,
    /// How long it took until they were there.
    pub(super) seconds: f64,
}

impl Footprint {
    /// KiB of one of them, in the memory of a role.
    #[allow(clippy::cast_precision_loss, reason = "sizes far below 2^52")]
    pub(super) fn each(&self, role: &str) -> f64 {
        self.memory.get(role).copied().unwrap_or_default() as f64 / f64::from(self.count)
    }
}

/// The program, told what to measure and of whom.
pub(super) fn command(site: &Site, what: &str, subject: &str, topic: &str) -> Command {
    let mut command = site.programs.command("footprint");
    command.args([what, "--subject", subject, "--url", &site.broker.url(), "--topic", topic]);
    for pid in site.broker.pids() {
        command.arg("--watch").arg(format!("broker={pid}"));
    }
    command
}

/// A server for the clients of a subject, before it is started.
pub(super) fn server(site: &Site, subject: &str, topic: &str) -> Command {
    let mut command = site.programs.command(subject);
    command.args(["server", "--url", &site.broker.url(), "--topic", topic]);
    command
}
