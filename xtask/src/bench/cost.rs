//! What a command costs.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::failure::{Failure, Result};
use crate::process;

/// What a command, with all that it started, cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// Seconds by the clock on the wall.
    pub(crate) wall: f64,
    /// Seconds of processors, to a hundredth.
    pub(crate) cpu: f64,
}

/// Runs a command to its end; what it says goes to `log`, and is told only if it fails.
pub(crate) fn of(command: &mut Command, log: &Path) -> Result<Cost> {
    let (out, err) = process::log_files(log)?;
    command.stdout(out).stderr(err);
    let (before, began) = (of_children()?, Instant::now());
    let ended = process::run_whole(command)?;
    let wall = began.elapsed().as_secs_f64();
    if !ended.is_success() {
        let said = fs::read(log).unwrap_or_default();
        return Err(format!("{command:?} failed:\n{}", String::from_utf8_lossy(&said)).into());
    }
    Ok(Cost { wall, cpu: of_children()? - before })
}

/// The processor time of the children that have ended: the 16th and 17th field of the process's
/// line (`proc_pid_stat(5)`), counted from behind its name, which may hold blanks.
fn of_children() -> Result<f64> {
    let fields = numbers("/proc/self/stat", |text| text.rsplit_once(')').map(|(_, rest)| rest))?;
    // The state is no number, so it is not among them.
    let ticks: f64 = fields.iter().skip(12).take(2).sum();
    Ok(ticks / ticks_per_second())
}

/// What the machine does beside us: begun here, read at the end.
#[derive(Debug)]
pub(crate) struct Load {
    began: Instant,
    busy: f64,
    ours: f64,
}

impl Load {
    /// From now on.
    pub(crate) fn watch() -> Result<Self> {
        Ok(Self { began: Instant::now(), busy: busy()?, ours: of_children()? })
    }

    /// How many processors others kept busy on average, the hypervisor's guests among them.
    pub(crate) fn of_others(&self) -> Result<f64> {
        let others = (busy()? - self.busy) - (of_children()? - self.ours);
        Ok((others / self.began.elapsed().as_secs_f64()).max(0.0))
    }
}

/// The time that all processors were not idle (`proc_stat(5)`).
fn busy() -> Result<f64> {
    let fields = numbers("/proc/stat", |text| text.lines().next())?;
    let [user, nice, system, _idle, _waiting, interrupts, soft, stolen] =
        fields.get(..8).and_then(|it| it.try_into().ok()).unwrap_or([0.0; 8]);
    Ok((user + nice + system + interrupts + soft + stolen) / ticks_per_second())
}

fn numbers(path: &str, part: impl Fn(&str) -> Option<&str>) -> Result<Vec<f64>> {
    let text =
        fs::read_to_string(path).map_err(|error| Failure::file("read", Path::new(path), error))?;
    let words = part(&text).unwrap_or_default().split_whitespace();
    Ok(words.filter_map(|word| word.parse().ok()).collect())
}

#[allow(clippy::cast_precision_loss, reason = "a hundred")]
fn ticks_per_second() -> f64 {
    rustix::param::clock_ticks_per_second() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_child_is_counted_and_its_failure_told() {
        let log = std::env::temp_dir().join(format!("xtask-cost-{}", std::process::id()));
        let busy = "i=0; while [ $i -lt 200000 ]; do i=$((i + 1)); done";
        let cost = of(Command::new("sh").args(["-c", busy]), &log).expect("it runs");
        assert!(cost.cpu > 0.0 && cost.wall > 0.0, "{cost:?}");
        let failed = of(Command::new("sh").args(["-c", "echo why; exit 1"]), &log);
        assert!(failed.is_err_and(|failure| failure.to_string().contains("why")));
        fs::remove_file(log).expect("the log is there");
    }
}
