//! What processes use, as Linux tells it under `/proc`.

use std::collections::BTreeMap;
use std::fs;
use std::str::FromStr;
use std::time::Instant;

/// Hundredths of a second: what Linux counts in on every platform that this runs on (`time(7)`, on
/// `USER_HZ`).
const TICKS_PER_SECOND: f64 = 100.0;

/// A process that is watched beside this one: `broker=1234`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watched {
    /// What it is in the tables; several processes may be one.
    pub role: String,
    /// Its id.
    pub pid: u32,
}

impl FromStr for Watched {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unlike = || format!("`{text}` is not ROLE=PID, such as broker=1234");
        let (role, pid) = text.split_once('=').ok_or_else(unlike)?;
        Ok(Self { role: role.to_owned(), pid: pid.parse().map_err(|_| unlike())? })
    }
}

impl Watched {
    /// This process, as the client.
    #[must_use]
    pub fn client() -> Self {
        Self { role: "client".to_owned(), pid: std::process::id() }
    }
}

/// What was used up to a moment.
#[derive(Clone, Debug)]
pub struct Usage {
    /// The moment.
    pub at: Instant,
    /// Seconds of processors, for each role.
    pub cpu: BTreeMap<String, f64>,
    /// Seconds that processors were busy with anything.
    pub busy: f64,
    /// Seconds that the hypervisor gave to other guests.
    pub stolen: f64,
}

impl Usage {
    /// Up to now.
    #[must_use]
    pub fn of(watched: &[Watched]) -> Self {
        let mut cpu = BTreeMap::new();
        for Watched { role, pid } in watched {
            *cpu.entry(role.clone()).or_default() += cpu_of(*pid);
        }
        let (busy, stolen) = machine();
        Self { at: Instant::now(), cpu, busy, stolen }
    }
}

/// The most memory that each role has had resident, in KiB.
#[must_use]
pub(crate) fn peaks(watched: &[Watched]) -> BTreeMap<String, u64> {
    let mut peaks = BTreeMap::new();
    for Watched { role, pid } in watched {
        *peaks.entry(role.clone()).or_default() += peak_of(*pid);
    }
    peaks
}

/// Time in user and in kernel mode, of all threads: the 14th and 15th field (`proc_pid_stat(5)`),
/// counted from behind the process's name, which may hold blanks.
fn cpu_of(pid: u32) -> f64 {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields = text.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = fields.split_whitespace().skip(11).take(2);
    ticks.filter_map(|it| it.parse::<f64>().ok()).sum::<f64>() / TICKS_PER_SECOND
}

fn peak_of(pid: u32) -> u64 {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|it| it.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

/// Busy and stolen time of all processors together (`proc_stat(5)`).
fn machine() -> (f64, f64) {
    let text = fs::read_to_string("/proc/stat").unwrap_or_default();
    let line = text.lines().next().unwrap_or_default();
    let ticks: Vec<f64> =
        line.split_whitespace().skip(1).filter_map(|it| it.parse().ok()).collect();
    let &[user, nice, system, _idle, _waiting, interrupts, soft, stolen, ..] = ticks.as_slice()
    else {
        return (0.0, 0.0);
    };
    let busy = user + nice + system + interrupts + soft;
    (busy / TICKS_PER_SECOND, stolen / TICKS_PER_SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_works_has_used_time_and_memory() {
        let watched = [Watched::client()];
        let before = Usage::of(&watched);
        while Usage::of(&watched).cpu["client"] <= before.cpu["client"] {
            std::hint::black_box((0..100_000).sum::<u64>());
        }
        assert!(Usage::of(&watched).busy > 0.0);
        assert!(peaks(&watched)["client"] > 1_000);
    }

    #[test]
    fn what_is_watched_is_written_role_and_id() {
        let broker = Watched { role: "broker".to_owned(), pid: 12 };
        assert_eq!("broker=12".parse(), Ok(broker));
        assert!("broker".parse::<Watched>().is_err_and(|why| why.contains("ROLE=PID")));
    }
}
