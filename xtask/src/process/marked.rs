//! Processes of their own session, known by a mark in their environment.
//!
//! Children inherit the mark, so what such a process starts is found as well.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::{TICK, log_files};
use crate::failure::Result;

/// Starts a program in its own session, marked, with its output in a file; says its process id.
pub(crate) fn detach(command: &Command, mark: &str, log: &Path) -> Result<u32> {
    let (out, err) = log_files(log)?;
    // setsid(1) replaces itself by the program, so the process id stays; it forks only if it
    // leads a process group, which a child of ours does not.
    let mut detached = Command::new("setsid");
    detached.arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => detached.env(name, value),
            None => detached.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        detached.current_dir(folder);
    }
    let (name, value) = mark.split_once('=').unwrap_or((mark, ""));
    let child = detached.env(name, value).stdin(Stdio::null()).stdout(out).stderr(err).spawn();
    let child = child.map_err(|error| format!("cannot run setsid: {error}"))?;
    Ok(child.id())
}

/// Whether a process runs and carries the mark.
///
/// A process id alone proves nothing: it may have been given to another process.
pub(crate) fn is_marked(pid: u32, mark: &str) -> bool {
    let Ok(environment) = fs::read(format!("/proc/{pid}/environ")) else { return false };
    environment.split(|byte| *byte == 0).any(|entry| entry == mark.as_bytes())
}

/// Sends a signal to a process if it carries the mark.
pub(crate) fn signal(pid: u32, mark: &str, signal: Signal) {
    if is_marked(pid, mark)
        && let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw)
    {
        // It may have ended in this instant, which is what we want.
        let _ = kill_process(pid, signal);
    }
}

/// Ends every process that carries the mark: asked first, then made to. Not interruptible, and
/// bounded by `grace` and two seconds.
pub(crate) fn stop_marked(mark: &str, grace: Duration) -> Result<()> {
    for (request, patience) in [(Signal::TERM, grace), (Signal::KILL, Duration::from_secs(2))] {
        let end = Instant::now() + patience;
        let mut asked = Vec::new();
        loop {
            let left = marked(mark);
            if left.is_empty() {
                return Ok(());
            }
            for pid in left {
                // Asked once each: a second SIGTERM makes some programs hurry in a bad way.
                if !asked.contains(&pid) {
                    signal(pid, mark, request);
                    asked.push(pid);
                }
            }
            if Instant::now() >= end {
                break;
            }
            thread::sleep(TICK);
        }
    }
    Err(format!("these processes did not end: {:?}", marked(mark)).into())
}

/// Whether any process carries the mark.
pub(crate) fn any_marked(mark: &str) -> bool {
    !marked(mark).is_empty()
}

/// All processes that carry the mark.
fn marked(mark: &str) -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(|pid| is_marked(*pid, mark)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marked_process_is_known_again_and_stopped() {
        let mark = format!("XTASK_TEST_MARK={}", std::process::id());
        let log = std::env::temp_dir().join(format!("xtask-detach-{}", std::process::id()));
        let mut command = Command::new("sleep");
        let pid = detach(command.arg("60"), &mark, &log).unwrap();
        let end = Instant::now() + Duration::from_secs(10);
        while !is_marked(pid, &mark) && Instant::now() < end {
            thread::sleep(TICK);
        }
        assert!(is_marked(pid, &mark));
        assert!(!is_marked(pid, "XTASK_TEST_MARK=another"));
        stop_marked(&mark, Duration::from_secs(5)).unwrap();
        assert!(!is_marked(pid, &mark));
        fs::remove_file(log).unwrap();
    }
}
