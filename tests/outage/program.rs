//! The processes of a load: this same program in another role, or the peer's in Python. Each is
//! told all by one argument, and ends well at the end of its standard input.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use messaging::Config;
use serde::{Deserialize, Serialize};

use crate::ledger::{Entry, Moment, Reader, What};

/// What a process is told. The peer's programs are told the same.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Task {
    pub(crate) role: Role,
    pub(crate) url: String,
    /// Options of oslo.messaging, such as `heartbeat_timeout_threshold`.
    pub(crate) options: Vec<(String, String)>,
    pub(crate) exchange: String,
    pub(crate) topic: String,
    pub(crate) name: String,
    pub(crate) ledger: PathBuf,
    /// Of a server: how many messages it runs at once.
    pub(crate) workers: usize,
    /// Of a server: how long each method takes, in milliseconds.
    pub(crate) work: u64,
    /// Of a client: the pause between two calls, in milliseconds; it does not wait for answers.
    pub(crate) every: u64,
    /// Of a client: how long each call and cast may take, in milliseconds.
    pub(crate) deadline: u64,
    /// Of a client: how many calls it makes; zero is as many as there is time for.
    pub(crate) calls: usize,
    /// Of a client: whether it casts and fans out as well.
    pub(crate) casts: bool,
}

impl Task {
    /// How a transport is made for it.
    pub(crate) fn config(&self) -> Config {
        let config = Config::new().url(&self.url).control_exchange(&self.exchange);
        self.options.iter().fold(config, |config, (name, value)| config.option(name, value))
    }
}

/// What a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    Serve,
    Send,
}

/// Which library the processes are made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) enum Side {
    Ours,
    /// The real oslo.messaging.
    Peer,
}

/// A process, and what it wrote down. Killed when dropped.
#[derive(Debug)]
pub(crate) struct Program {
    /// Of its ledger.
    pub(crate) name: String,
    /// What it is called for the broker.
    pub(crate) target: String,
    child: Child,
    pub(crate) ledger: Reader,
    log: PathBuf,
}

impl Program {
    pub(crate) fn start(side: Side, task: &Task) -> Self {
        Self::start_by(side, task, "exec \"$@\"")
    }

    /// Starts it by a line of shell, in which `"$@"` is the program.
    pub(crate) fn start_by(side: Side, task: &Task, shell: &str) -> Self {
        let log = task.ledger.with_extension("log");
        let text = serde_json::to_string(task).expect("it is JSON");
        let program = match side {
            Side::Ours => vec![std::env::current_exe().expect("this program has a path")],
            Side::Peer => {
                let python = std::env::var("MESSAGING_TEST_PYTHON").expect("`--peer` sets it");
                let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("outage/load.py");
                // No cache of compiled files beside the sources.
                vec![python.into(), "-B".into(), script]
            }
        };
        let mut command = Command::new("sh");
        command.args(["-c", shell, "sh"]);
        command.args(program).arg(text);
        let output = File::create(&log).expect("the folder of the row is there");
        let errors = output.try_clone().expect("it is a file");
        command.stdin(Stdio::piped()).stdout(output).stderr(errors);
        let child = command.spawn().expect("the program runs");
        let (name, ledger) = (task.name.clone(), Reader::new(task.ledger.clone()));
        Self { target: name.clone(), name, child, ledger, log }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends it by SIGKILL.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("it still runs");
        self.child.wait().expect("the child is ours");
        self.ledger.catch_up();
    }

    /// Asks it to end, and goes on at once.
    pub(crate) fn ask_to_end(&mut self) {
        drop(self.child.stdin.take());
    }

    /// Waits until it has ended; whether it did so in time. If not, it is killed.
    pub(crate) async fn ended(&mut self, within: Duration) -> bool {
        self.ask_to_end();
        let end = tokio::time::Instant::now() + within;
        while tokio::time::Instant::now() < end {
            if self.child.try_wait().expect("the child is ours").is_some() {
                self.ledger.catch_up();
                return true;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.kill();
        false
    }

    /// Whether it still runs.
    pub(crate) fn runs(&mut self) -> bool {
        self.child.try_wait().expect("the child is ours").is_none()
    }

    /// The first event of a kind at or after a moment.
    pub(crate) fn first(&mut self, what: What, from: Moment) -> Option<&Entry> {
        self.ledger.catch_up();
        self.ledger.entries.iter().find(|entry| entry.what == what && entry.at >= from)
    }

    /// The memory that it has, in MB.
    pub(crate) fn memory(&self) -> u64 {
        status(self.pid(), "VmRSS:") / 1024
    }

    /// The most memory that it has had, in MB.
    pub(crate) fn peak(&self) -> u64 {
        status(self.pid(), "VmHWM:") / 1024
    }

    /// How many threads it has.
    pub(crate) fn threads(&self) -> u64 {
        status(self.pid(), "Threads:")
    }

    /// How many files and sockets it has open.
    pub(crate) fn descriptors(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.pid())).map_or(0, Iterator::count)
    }

    /// The end of what it wrote on its standard error.
    pub(crate) fn log(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<_> = text.lines().collect();
        lines[lines.len().saturating_sub(12)..].join("\n")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A number that the kernel tells of a process.
pub(crate) fn status(pid: u32, name: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
