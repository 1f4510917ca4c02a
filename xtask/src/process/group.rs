//! A child with all that it started.

use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use super::{Ended, TICK, check_interrupt, tick};
use crate::failure::Result;

/// How long a command may take to end once it was asked to.
const GRACE: Duration = Duration::from_secs(10);

/// A child and all that it started, which end with it or when this is dropped.
#[derive(Debug)]
pub(super) struct Group {
    child: Child,
    reaped: bool,
}

impl Group {
    /// Starts a command in a process group of its own.
    pub(super) fn spawn(command: &mut Command) -> Result<Self> {
        check_interrupt()?;
        let child = command.stdin(Stdio::null()).process_group(0).spawn().map_err(|error| {
            format!("cannot run {}: {error}", command.get_program().to_string_lossy())
        })?;
        Ok(Self { child, reaped: false })
    }

    /// Waits for its end, but not longer than `limit`, and not if somebody wants us to stop.
    pub(super) fn wait(mut self, limit: Option<Duration>) -> Result<Ended> {
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

    /// Waits for its end, whatever happens.
    pub(super) fn finish(&mut self) -> Result<ExitStatus> {
        let status = self.child.wait().map_err(|error| format!("cannot wait: {error}"))?;
        self.reaped = true;
        Ok(status)
    }

    /// Its standard output, if that is a pipe that nobody took yet.
    pub(super) fn take_output(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// The process id of the child.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
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
