//! The memory of processes, before and after something.

use std::collections::BTreeMap;
use std::fs;
use std::time::Instant;

use messaging_benches::Watched;
use serde::Serialize;

/// What was measured before something came to be.
#[derive(Debug)]
pub(crate) struct Before {
    watched: Vec<Watched>,
    memory: BTreeMap<String, u64>,
    at: Instant,
}

/// What came to be, and what it takes.
#[derive(Debug, Serialize)]
pub(crate) struct Footprint {
    /// How many of them.
    count: u32,
    /// KiB more that are resident now, by role.
    memory: BTreeMap<String, i64>,
    /// Threads of this process.
    threads: usize,
    /// How long it took, in seconds.
    seconds: f64,
}

impl Before {
    /// Now.
    pub(crate) fn now(watched: &[Watched]) -> Self {
        let watched: Vec<_> =
            [Watched::client()].into_iter().chain(watched.iter().cloned()).collect();
        let memory = resident(&watched);
        Self { watched, memory, at: Instant::now() }
    }

    /// Prints what `count` things take that came to be since.
    pub(crate) fn print(&self, count: u32) {
        println!("{}", serde_json::to_string(&self.footprint(count)).unwrap_or_default());
    }

    /// The same, not printed.
    pub(crate) fn footprint(&self, count: u32) -> Footprint {
        let seconds = self.at.elapsed().as_secs_f64();
        let after = resident(&self.watched).into_iter().map(|(role, after)| {
            let before = self.memory.get(&role).copied().unwrap_or_default();
            (role, after.cast_signed() - before.cast_signed())
        });
        Footprint { count, memory: after.collect(), threads: threads(), seconds }
    }
}

/// KiB that are resident, by role (`proc_pid_status(5)`).
fn resident(watched: &[Watched]) -> BTreeMap<String, u64> {
    let mut resident = BTreeMap::new();
    for Watched { role, pid } in watched {
        let text = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let size: Option<u64> = line.and_then(|it| it.split_whitespace().next()?.parse().ok());
        *resident.entry(role.clone()).or_default() += size.unwrap_or_default();
    }
    resident
}

fn threads() -> usize {
    fs::read_dir("/proc/self/task").map_or(0, Iterator::count)
}
