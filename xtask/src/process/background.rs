//! A process that runs beside us.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::group::Group;
use super::{TICK, check_interrupt};
use crate::failure::{Failure, Result};

/// A process that runs beside us, until it ends or this is dropped.
#[derive(Debug)]
pub(crate) struct Background {
    group: Group,
    lines: mpsc::Receiver<String>,
    log: PathBuf,
}

impl Background {
    /// Starts a command; what it says on its standard error goes to `log`.
    pub(crate) fn start(command: &mut Command, log: &Path) -> Result<Self> {
        let err = File::create(log).map_err(|error| Failure::file("write", log, error))?;
        let mut group = Group::spawn(command.stdout(Stdio::piped()).stderr(err))?;
        let (sender, lines) = mpsc::channel();
        if let Some(output) = group.take_output() {
            thread::spawn(move || {
                // Read to the end, whoever listens: a full pipe would stop the process.
                for line in BufReader::new(output).lines().map_while(std::io::Result::ok) {
                    let _ = sender.send(line);
                }
            });
        }
        Ok(Self { group, lines, log: log.to_owned() })
    }

    /// The next line of its output for which `found` gives something, within `limit`.
    pub(crate) fn find<T>(
        &self,
        limit: Duration,
        mut found: impl FnMut(&str) -> Option<T>,
    ) -> Result<T> {
        let end = Instant::now() + limit;
        loop {
            let what = match self.lines.recv_timeout(TICK) {
                Ok(line) => match found(&line) {
                    Some(found) => return Ok(found),
                    None => continue,
                },
                Err(mpsc::RecvTimeoutError::Disconnected) => "ended early",
                Err(mpsc::RecvTimeoutError::Timeout) if Instant::now() < end => {
                    check_interrupt()?;
                    continue;
                }
                Err(mpsc::RecvTimeoutError::Timeout) => "said nothing of it in time",
            };
            let said = fs::read(&self.log).unwrap_or_default();
            return Err(format!("it {what}:\n{}", String::from_utf8_lossy(&said)).into());
        }
    }

    /// Waits for its end, within `limit`.
    pub(crate) fn wait(self, limit: Duration) -> Result<()> {
        self.group.wait(Some(limit))?.check("it")
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.group.id()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found_and_an_early_end_told_with_what_was_said() {
        let log = std::env::temp_dir().join(format!("xtask-background-{}", std::process::id()));
        let said = "echo first; echo ready; echo why >&2";
        let beside = Background::start(Command::new("sh").args(["-c", said]), &log).unwrap();
        let limit = Duration::from_secs(30);
        beside.find(limit, |line| (line == "ready").then_some(())).unwrap();
        let ended = beside.find(limit, |line| (line == "more").then_some(()));
        assert!(ended.is_err_and(|why| why.to_string().contains("why")));
        fs::remove_file(log).unwrap();
    }
}
