//! Runs the Python programs of this folder and talks to them in JSON lines.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::events::Events;

/// How long a Python program may take to answer; the tests ask for nothing that takes as long.
const PATIENCE: Duration = Duration::from_secs(30);

/// The broker of this run, as a transport URL.
pub(crate) fn rabbit_url() -> String {
    variable("MESSAGING_TEST_RABBIT")
}

/// A topic that no other test uses, so that all of them share one broker.
pub(crate) fn unique_topic(name: &str) -> String {
    format!("{name}-{}", uuid::Uuid::new_v4().simple())
}

/// A command for `client.py`; set more keys on it as needed.
pub(crate) fn command(topic: &str, op: &str, method: &str, args: Value) -> Value {
    let mut command = json!({
        "op": op,
        "url": rabbit_url(),
        "topic": topic,
        "version": "1.0",
        "method": method,
    });
    command["args"] = args;
    command
}

/// What `cargo xtask test` tells the tests by a variable of the environment.
pub(crate) fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        panic!("{name} is not set; run `cargo xtask test`: it installs what this needs")
    })
}

/// A Python program; killed when dropped.
#[derive(Debug)]
pub(crate) struct Python {
    child: Child,
    input: Mutex<Option<ChildStdin>>,
    pending: Pending,
    events: Arc<Events>,
    log: Arc<Mutex<String>>,
    next_id: AtomicU64,
}

type Pending = Arc<Mutex<HashMap<u64, oneshot::Sender<Value>>>>;

impl Python {
    /// Starts a program of this folder.
    pub(crate) fn spawn(script: &str, arguments: &[&str]) -> Self {
        // From whichever member of the workspace the test is.
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/interop").join(script);
        let mut command = Command::new(variable("MESSAGING_TEST_PYTHON"));
        // No cache of compiled files beside the sources, and no word of what is deprecated in the
        // libraries.
        command.args(["-B", "-W", "ignore"]).arg(script).args(arguments);
        // Where its queue manager keeps locks.
        command.env("OSLO_LOCK_PATH", env!("CARGO_TARGET_TMPDIR"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("MESSAGING_TEST_PYTHON names a program that runs");

        let output = child.stdout.take().expect("standard output is a pipe");
        let errors = child.stderr.take().expect("standard error is a pipe");
        let input = Mutex::new(child.stdin.take());
        let pending = Pending::default();
        let log = Arc::default();
        let events = Arc::<Events>::default();
        thread::spawn({
            let (pending, events) = (Arc::clone(&pending), Arc::clone(&events));
            move || read_output(output, &pending, &events)
        });
        thread::spawn({
            let log = Arc::clone(&log);
            move || read_log(errors, &log)
        });
        Self { child, input, pending, events, log, next_id: AtomicU64::new(1) }
    }

    /// Sends a command and waits for its answer: the result, or the error as `client.py`
    /// describes it.
    pub(crate) async fn ask(&self, mut command: Value) -> Result<Value, Value> {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        command["id"] = json!(id);
        let (sender, answer) = oneshot::channel();
        self.pending.lock().unwrap().insert(id, sender);
        self.write(&command);
        let mut answer = match timeout(PATIENCE, answer).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => panic!("Python ended before it answered {command}{}", self.log()),
            Err(_) => panic!("Python did not answer {command}{}", self.log()),
        };
        match answer.get_mut("error") {
            Some(error) => Err(error.take()),
            None => Ok(answer["result"].take()),
        }
    }

    /// Waits for the next event of a name; others are kept for later.
    pub(crate) async fn event(&self, name: &str) -> Value {
        self.event_that(name, |_| true).await
    }

    /// Waits for the next event of a name that is the one wanted; others are kept for later.
    pub(crate) async fn event_that(&self, name: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let event = self.events.take(|event| event["event"] == name && wanted(event));
        match timeout(PATIENCE, event).await {
            Ok(Some(event)) => event,
            Ok(None) => panic!("Python ended before the event {name}{}", self.log()),
            Err(_) => panic!("Python did not tell of the event {name}{}", self.log()),
        }
    }

    /// Ends its input and waits until it has ended for that reason, well. Returns the events that
    /// nobody has asked for.
    pub(crate) async fn finish(mut self) -> Vec<Value> {
        drop(self.input.lock().unwrap().take());
        let Ok(told) = timeout(PATIENCE, self.events.ended()).await else {
            panic!("Python did not end with its input{}", self.log());
        };
        // Its output is closed, so this wait is a matter of an instant.
        let status = self.child.wait().expect("the child is ours");
        assert!(status.success(), "Python ended with {status}{}", self.log());
        told
    }

    fn write(&self, command: &Value) {
        let mut input = self.input.lock().unwrap();
        let input = input.as_mut().expect("the input is open until `finish`");
        if let Err(error) = writeln!(input, "{command}") {
            panic!("Python takes no commands: {error}{}", self.log());
        }
    }

    /// What it logged, to follow on a message.
    pub(crate) fn log(&self) -> String {
        format!("; its log:\n{}", self.log.lock().unwrap())
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An RPC server in Python, on a topic of its own.
#[derive(Debug)]
pub(crate) struct Server {
    python: Python,
    topic: String,
}

impl Server {
    /// Starts one on a new topic, and waits until it listens.
    pub(crate) async fn start(topic: &str, name: &str) -> Self {
        Self::start_on(unique_topic(topic), name, &[]).await
    }

    /// Starts one on a given topic, with more arguments for `server.py`.
    pub(crate) async fn start_on(topic: String, name: &str, more: &[&str]) -> Self {
        let url = rabbit_url();
        let mut arguments = vec!["--url", &url, "--topic", &topic, "--server", name];
        arguments.extend(more);
        let python = Python::spawn("server.py", &arguments);
        python.event("ready").await;
        Self { python, topic }
    }

    /// The topic that it serves.
    pub(crate) fn topic(&self) -> &str {
        &self.topic
    }

    /// The program, for its events.
    pub(crate) fn python(&self) -> &Python {
        &self.python
    }

    /// Stops it, and waits until what it runs is done. Returns the events that nobody has asked
    /// for.
    pub(crate) async fn stop(self) -> Vec<Value> {
        self.python.finish().await
    }
}

/// Hands out answers and events until the program closes its output.
fn read_output(output: impl Read, pending: &Pending, events: &Events) {
    for line in BufReader::new(output).lines() {
        let Ok(line) = line else { break };
        let document: Value = serde_json::from_str(&line).unwrap_or_else(
            |error| json!({"event": "not JSON", "line": line, "error": error.to_string()}),
        );
        if document.get("event").is_some() {
            events.tell(document);
            continue;
        }
        let id = document["id"].as_u64().unwrap_or(0);
        if let Some(asked) = pending.lock().unwrap().remove(&id) {
            let _ = asked.send(document);
        }
    }
    // Whoever still waits learns by this that nothing will come.
    pending.lock().unwrap().clear();
    events.end();
}

/// Keeps what the program logs, to be shown when a test fails.
fn read_log(errors: impl Read, log: &Mutex<String>) {
    for line in BufReader::new(errors).split(b'\n') {
        let Ok(line) = line else { break };
        let mut log = log.lock().unwrap();
        log.push_str(&String::from_utf8_lossy(&line));
        log.push('\n');
    }
}
