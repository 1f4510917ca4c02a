//! Child processes that never outlive us unless they are meant to.
//!
//! A command that we wait for runs in its own process group, so that it can be stopped with all
//! that it started. A process that shall live on its own, a broker node, runs in its own session
//! and carries a mark in its environment: by the mark we know it again, and what it started.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, waitid,
};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use crate::failure::{Failure, Result};

/// How often we look whether something has happened.
const TICK: Duration = Duration::from_millis(50);

/// How long a command may take to end once it was asked to.
const GRACE: Duration = Duration::from_secs(10);

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
    if let Some(output) = group.child.stdout.take() {
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

/// All processes that carry the mark.
fn marked(mark: &str) -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(|pid| is_marked(*pid, mark)).collect()
}

/// A program on the PATH.
pub(crate) fn find_program(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
}

/// A word for `sh`, whatever is in it.
pub(crate) fn shell_quoted(word: &std::ffi::OsStr) -> OsString {
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

fn log_files(log: &Path) -> Result<(File, File)> {
    let out = File::create(log).map_err(|error| Failure::file("write", log, error))?;
    let err = out.try_clone().map_err(|error| Failure::file("write", log, error))?;
    Ok((out, err))
}

/// A child and all that it started, which end with it or when this is dropped.
#[derive(Debug)]
struct Group {
    child: Child,
    reaped: bool,
}

impl Group {
    fn spawn(command: &mut Command) -> Result<Self> {
        check_interrupt()?;
        let child = command.stdin(Stdio::null()).process_group(0).spawn().map_err(|error| {
            format!("cannot run {}: {error}", command.get_program().to_string_lossy())
        })?;
        Ok(Self { child, reaped: false })
    }

    fn wait(mut self, limit: Option<Duration>) -> Result<Ended> {
        let end = limit.map(|limit| Instant::now() + limit);
        while !self.is_over() {
            if end.is_some_and(|end| Instant::now() >= end) {
                let limit = limit.unwrap_or_default();
                return Err(format!("not done after {limit:?}, so it was stopped").into());
            }
            tick()?;
        }
        // It is over but not yet reaped, so the group's id is still its own: what it left running
        // ends here.
        self.signal(Signal::KILL);
        self.finish().map(Ended)
    }

    fn finish(&mut self) -> Result<ExitStatus> {
        let status = self.child.wait().map_err(|error| format!("cannot wait: {error}"))?;
        self.reaped = true;
        Ok(status)
    }

    /// Whether the child has ended; does not reap it.
    fn is_over(&self) -> bool {
        let Some(pid) = self.pid() else { return true };
        let how = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
        !matches!(waitid(WaitId::Pid(pid), how), Ok(None) | Err(Errno::INTR))
    }

    fn signal(&self, signal: Signal) {
        if let Some(pid) = self.pid() {
            let _ = kill_process_group(pid, signal);
        }
    }

    fn pid(&self) -> Option<Pid> {
        i32::try_from(self.child.id()).ok().and_then(Pid::from_raw)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if self.reaped {
            return;
        }
        self.signal(Signal::TERM);
        let end = Instant::now() + GRACE;
        while !self.is_over() && Instant::now() < end {
            thread::sleep(TICK);
        }
        self.signal(Signal::KILL);
        let _ = self.child.wait();
    }
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
