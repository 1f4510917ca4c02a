//! The binary, while it runs.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::program::Home;

/// Long enough for a busy machine; nothing that works takes it.
pub(crate) const WITHIN: Duration = Duration::from_secs(30);

/// Times for what lasts as long as its time does, to be tried one after the other: something has to
/// have happened within it, for which the first is enough unless the machine is slow.
pub(crate) fn times(first: &str) -> [&str; 3] {
    [first, "3s", "20s"]
}

/// The binary, at a home of its own, before it runs.
pub(crate) struct Cli {
    home: Home,
    pub(crate) command: Command,
}

/// The binary, with what it is told.
pub(crate) fn cli(words: &[&str]) -> Cli {
    let home = Home::new();
    let command = home.command(words);
    Cli { home, command }
}

impl Cli {
    /// With a variable of the environment.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Starts it; the home is for as long as it runs.
    pub(crate) fn spawn(mut self) -> (Child, Home) {
        (self.command.spawn().expect("the binary is built"), self.home)
    }
}

/// A process of the command line; killed when dropped.
#[derive(Debug)]
pub(crate) struct Program {
    child: Option<Child>,
    home: Option<Home>,
    pid: Pid,
    output: mpsc::UnboundedReceiver<String>,
    complaints: mpsc::UnboundedReceiver<String>,
}

/// How a process ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    /// What it wrote to standard output, but for the lines that were read before.
    pub(crate) output: String,
    /// The same of standard error.
    pub(crate) complaints: String,
}

impl Program {
    /// Starts it; the home is for as long as it runs.
    pub(crate) fn start(cli: Cli) -> Self {
        let mut program = Self::of(cli.command);
        program.home = Some(cli.home);
        program
    }

    /// Starts it at a home that outlives it.
    pub(crate) fn of(mut command: Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary is built");
        let pid = Pid::from_child(&child);
        let output = child.stdout.take().expect("standard output is a pipe");
        let errors = child.stderr.take().expect("standard error is a pipe");
        let (output, complaints) = (lines(output), lines(errors));
        Self { child: Some(child), home: None, pid, output, complaints }
    }

    /// The next line on standard output.
    pub(crate) async fn line(&mut self) -> String {
        match timeout(WITHIN, self.output.recv()).await.expect("a line in time") {
            Some(line) => line,
            None => {
                let complaints = rest(&mut self.complaints).await;
                panic!("it ended before its next line: {complaints}");
            }
        }
    }

    /// The next line on standard output, which is JSON.
    pub(crate) async fn json(&mut self) -> Value {
        let line = self.line().await;
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }

    /// The next line on standard error.
    pub(crate) async fn complaint(&mut self) -> String {
        let line = timeout(WITHIN, self.complaints.recv()).await.expect("a line in time");
        line.expect("it says something before it ends")
    }

    /// Waits for a line on standard error that has this in it.
    pub(crate) async fn complains(&mut self, part: &str) {
        while !self.complaint().await.contains(part) {}
    }

    /// Ctrl-C.
    pub(crate) fn interrupt(&self) {
        kill_process(self.pid, Signal::INT).expect("it runs");
    }

    /// Waits until ctrl-C would be heard (proc_pid_status(5), `SigCgt`).
    pub(crate) async fn hears_interrupts(&self) {
        let path = format!("/proc/{}/status", self.pid.as_raw_nonzero());
        let hears = || {
            let status = std::fs::read_to_string(&path).expect("it runs");
            let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
            let caught = caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
            caught.expect("a mask") >> (Signal::INT.as_raw() - 1) & 1 == 1
        };
        while !hears() {
            tokio::task::yield_now().await;
        }
    }

    /// How it ended, by itself.
    pub(crate) async fn ended(mut self) -> Ended {
        let (output, complaints) = (rest(&mut self.output), rest(&mut self.complaints));
        let read_all = timeout(WITHIN, async { tokio::join!(output, complaints) });
        let (output, complaints) = read_all.await.expect("it ends in time");
        let mut child = self.child.take().expect("it is waited for once");
        // Its output is closed: this is a matter of an instant.
        let code = child.wait().expect("the child is ours").code();
        Ended { code, output, complaints }
    }
}

/// The lines that come from it.
fn lines(from: impl Read + Send + 'static) -> mpsc::UnboundedReceiver<String> {
    let (sender, lines) = mpsc::unbounded_channel();
    thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    lines
}

/// All that still come.
async fn rest(lines: &mut mpsc::UnboundedReceiver<String>) -> String {
    let mut rest = String::new();
    while let Some(line) = lines.recv().await {
        rest.push_str(&line);
        rest.push('\n');
    }
    rest
}

impl Ended {
    /// Standard output, which is one JSON document.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.output).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The last line of standard output, which is JSON.
    pub(crate) fn last_json(&self) -> Value {
        let line = self.output.lines().next_back().unwrap_or_default();
        serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Runs it to its end.
pub(crate) async fn run(words: &[&str]) -> Ended {
    Program::start(cli(words)).ended().await
}
