//! Child processes that never outlive us unless they are meant to.
//!
//! A command that we wait for runs in its own process group, so that it can be stopped with all
//! that it started. A process that shall live on its own, a broker node, runs in its own session
//! and carries a mark in its environment: by the mark we know it again, and what it started.

mod background;
mod group;
mod marked;

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, mpsc};
use std::thread;
use std::time::Duration;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

pub(crate) use self::background::Background;
use self::group::Group;
pub(crate) use self::marked::{any_marked, detach, is_marked, signal, stop_marked};
use crate::failure::{Failure, Result};

/// How often we look whether something has happened.
const TICK: Duration = Duration::from_millis(50);

static INTERRUPTED: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// From here on Ctrl-C, SIGTERM and SIGHUP end our waits with [`Failure::Interrupted`] instead of
/// the process, so that guards run.
pub(crate) fn watch_signals() -> Result<()> {
    let flag = INTERRUPTED.get_or_init(Arc::default);
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        signal_hook::flag::register(signal, Arc::clone(flag))
            .map_err(|error| format!("cannot watch signal {signal}: {error}"))?;
    }
    Ok(())
}

/// Sleeps a little.
///
/// # Errors
///
/// [`Failure::Interrupted`] if somebody wants us to stop.
pub(crate) fn tick() -> Result<()> {
    check_interrupt()?;
    thread::sleep(TICK);
    Ok(())
}

fn check_interrupt() -> Result<()> {
    match INTERRUPTED.get() {
        Some(flag) if flag.load(Ordering::Relaxed) => Err(Failure::Interrupted),
        _ => Ok(()),
    }
}

/// How a command ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ended(ExitStatus);

impl Ended {
    /// Whether it exited with 0.
    pub(crate) fn is_success(self) -> bool {
        self.0.success()
    }

    /// A failure that names the command unless it exited with 0.
    pub(crate) fn check(self, name: &str) -> Result<()> {
        if self.is_success() { Ok(()) } else { Err(format!("{name} failed: {}", self.0).into()) }
    }
}

/// Runs a command to its end, with our terminal for its output.
pub(crate) fn run(command: &mut Command) -> Result<Ended> {
    Group::spawn(command)?.wait(None)
}

/// Runs a command to its end even if somebody asks us to stop meanwhile, and stops then: for a
/// package manager, which must not be cut off in the middle.
pub(crate) fn run_whole(command: &mut Command) -> Result<Ended> {
    let status = Group::spawn(command)?.finish()?;
    check_interrupt()?;
    Ok(Ended(status))
}

/// Runs a command to its end and hands out its standard output line by line as it comes.
pub(crate) fn run_lines(command: &mut Command, mut line: impl FnMut(&str)) -> Result<Ended> {
    let mut group = Group::spawn(command.stdout(Stdio::piped()))?;
    let (sender, lines) = mpsc::channel();
    if let Some(output) = group.take_output() {
        thread::spawn(move || {
            for read in BufReader::new(output).split(b'\n') {
                let Ok(read) = read else { break };
                if sender.send(read).is_err() {
                    break;
                }
            }
        });
    }
    loop {
        match lines.recv_timeout(TICK) {
            Ok(read) => line(&String::from_utf8_lossy(&read)),
            Err(mpsc::RecvTimeoutError::Timeout) => check_interrupt()?,
            Err(mpsc::RecvTimeoutError::Disconnected) => return group.wait(None),
        }
    }
}

/// Runs a command with its output in a file, for at most `limit`.
pub(crate) fn run_quietly(command: &mut Command, log: &Path, limit: Duration) -> Result<Ended> {
    let (out, err) = log_files(log)?;
    Group::spawn(command.stdout(out).stderr(err))?.wait(Some(limit))
}

/// A program on the PATH.
pub(crate) fn find_program(name: &str) -> bool {
    program(name).is_some()
}

/// Where a program is.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|it| it.is_file())
}

/// A word for `sh`, whatever is in it.
pub(crate) fn shell_quoted(word: &OsStr) -> OsString {
    let mut quoted = vec![b'\''];
    for byte in word.as_bytes() {
        match byte {
            b'\'' => quoted.extend_from_slice(b"'\\''"),
            other => quoted.push(*other),
        }
    }
    quoted.push(b'\'');
    OsString::from_vec(quoted)
}

pub(crate) fn log_files(log: &Path) -> Result<(File, File)> {
    let out = File::create(log).map_err(|error| Failure::file("write", log, error))?;
    let err = out.try_clone().map_err(|error| Failure::file("write", log, error))?;
    Ok((out, err))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Instant;

    use super::*;

    #[test]
    fn a_command_that_takes_too_long_is_stopped() {
        let log = std::env::temp_dir().join(format!("xtask-limit-{}", std::process::id()));
        let mut command = Command::new("sleep");
        let started = Instant::now();
        let ended = run_quietly(command.arg("60"), &log, Duration::from_millis(100));
        assert!(matches!(ended, Err(Failure::Message(_))));
        assert!(started.elapsed() < Duration::from_secs(30));
        fs::remove_file(log).unwrap();
    }

    #[test]
    fn quotes_survive_the_shell() {
        assert_eq!(shell_quoted("it's a \"$path\"".as_ref()), "'it'\\''s a \"$path\"'");
    }
}
