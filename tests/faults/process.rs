//! Processes that are killed, and what they told before.

use std::io::{BufRead as _, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::broker::WITHIN;

/// A process that tells what happens in JSON lines, such as `{"event": "begun", "id": "7"}`. Killed
/// when dropped.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    lines: mpsc::UnboundedReceiver<Event>,
    told: Vec<Event>,
    /// What it wrote on standard error, to be shown when a test fails.
    log: Arc<Mutex<String>>,
}

/// What happened, to what.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Event {
    pub(crate) what: String,
    pub(crate) id: String,
}

/// More messages than any test sends.
pub(crate) const ALL: usize = 1_000_000;

impl Process {
    /// A server in Rust, ready. It works at once on so many messages, and for ever on the next.
    pub(crate) async fn serve(
        url: &str,
        topic: &str,
        server: &str,
        workers: usize,
        at_once: usize,
    ) -> Self {
        let (workers, at_once) = (workers.to_string(), at_once.to_string());
        let program = env!("CARGO_BIN_EXE_faults-program");
        let arguments = ["serve", url, topic, server, &workers, &at_once];
        let mut process = Self::spawn(Command::new(program).args(arguments));
        process.until("ready", 1).await;
        process
    }

    /// A client in Rust that calls `ask`.
    pub(crate) fn call(url: &str, topic: &str) -> Self {
        let program = env!("CARGO_BIN_EXE_faults-program");
        Self::spawn(Command::new(program).args(["call", url, topic]))
    }

    /// A server on oslo.messaging, of the same kind.
    pub(crate) async fn serve_python(
        url: &str,
        topic: &str,
        server: &str,
        workers: usize,
        at_once: usize,
    ) -> Self {
        let python = std::env::var("MESSAGING_TEST_PYTHON").expect("run `cargo xtask test`");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("interop/server.py");
        let mut command = Command::new(python);
        // No cache of compiled files beside the sources.
        command.arg("-B").arg(script);
        command.args(["--url", url, "--topic", topic, "--server", server]);
        command.args(["--at-once", &at_once.to_string()]);
        command.arg("--set").arg(format!("executor_thread_pool_size={workers}"));
        let mut process = Self::spawn(&mut command);
        process.until("ready", 1).await;
        process
    }

    fn spawn(command: &mut Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program runs");
        let output = child.stdout.take().expect("standard output is a pipe");
        let errors = child.stderr.take().expect("standard error is a pipe");
        let (sender, lines) = mpsc::unbounded_channel();
        let log = Arc::default();
        thread::spawn(move || read_output(output, &sender));
        thread::spawn({
            let log = Arc::clone(&log);
            move || read_log(errors, &log)
        });
        Self { child, lines, told: Vec::new(), log }
    }

    /// Waits until something has happened so often.
    pub(crate) async fn until(&mut self, what: &str, count: usize) {
        while self.told.iter().filter(|event| event.what == what).count() < count {
            self.next(&format!("{count} times {what}")).await;
        }
    }

    /// Waits until something has happened to one message.
    pub(crate) async fn until_event(&mut self, what: &str, id: &str) {
        let wanted = Event { what: what.to_owned(), id: id.to_owned() };
        while !self.told.contains(&wanted) {
            self.next(&format!("{what} {id}")).await;
        }
    }

    async fn next(&mut self, wanted: &str) {
        match timeout(3 * WITHIN, self.lines.recv()).await {
            Ok(Some(event)) => self.told.push(event),
            Ok(None) => panic!("it ended before {wanted}{}", self.log()),
            Err(_) => panic!("not {wanted} in time{}", self.log()),
        }
    }

    /// Kills it by SIGKILL; says all that it told, to the last line.
    pub(crate) async fn kill(mut self) -> Vec<Event> {
        self.child.kill().expect("it still runs");
        self.child.wait().expect("the child is ours");
        self.rest().await
    }

    /// Ends its input, and waits until it has ended for that reason, well.
    pub(crate) async fn finish(mut self) -> Vec<Event> {
        drop(self.child.stdin.take());
        let told = self.rest().await;
        let status = self.child.wait().expect("the child is ours");
        assert!(status.success(), "it ended with {status}{}", self.log());
        told
    }

    async fn rest(&mut self) -> Vec<Event> {
        let all = async {
            while let Some(event) = self.lines.recv().await {
                self.told.push(event);
            }
        };
        timeout(WITHIN, all).await.expect("its output ends in time");
        std::mem::take(&mut self.told)
    }

    fn log(&self) -> String {
        format!("; its log:\n{}", self.log.lock().unwrap())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read_output(output: impl Read, events: &mpsc::UnboundedSender<Event>) {
    for line in BufReader::new(output).lines() {
        let Ok(line) = line else { break };
        let document: Value = serde_json::from_str(&line).expect("a JSON line");
        let text = |key: &str| document[key].as_str().unwrap_or_default().to_owned();
        let _ = events.send(Event { what: text("event"), id: text("id") });
    }
}

fn read_log(mut errors: impl Read, log: &Mutex<String>) {
    let mut bytes = [0; 1024];
    while let Ok(count @ 1..) = errors.read(&mut bytes) {
        log.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..count]));
    }
}

/// To what something happened, once for each time.
pub(crate) fn ids(told: &[Event], what: &str) -> Vec<String> {
    told.iter().filter(|event| event.what == what).map(|event| event.id.clone()).collect()
}
