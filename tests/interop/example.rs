//! The scheduler of `examples/scheduler.rs`, as a process of its own, with Python on the other
//! side.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::json;

use crate::python::{Python, Server, rabbit_url};

/// `cargo run --example scheduler ROLE`, without the cargo.
fn scheduler(role: &str, url: &str) -> Command {
    let examples = std::env::var("MESSAGING_TEST_EXAMPLES").unwrap_or_else(|_| {
        panic!("MESSAGING_TEST_EXAMPLES is not set; run `cargo xtask test`: it builds the examples")
    });
    let mut command = Command::new(PathBuf::from(examples).join("scheduler"));
    command.arg(role).env("MESSAGING_URL", url).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A process that ends with the test.
struct Running(Child);

impl Running {
    /// Reads its output until it says `text`.
    fn wait_for(&mut self, text: &str) {
        use std::io::BufRead as _;
        let output = self.0.stdout.take().expect("standard output is a pipe");
        let mut lines = std::io::BufReader::new(output).lines();
        assert!(lines.any(|line| line.is_ok_and(|line| line.contains(text))), "it ends early");
        // The rest is read and thrown away, so that the process never waits for a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn the_scheduler_of_the_examples_is_called_by_rust_and_by_python() {
    let url = rabbit_url();
    let mut serving = Running(scheduler("serve", &url).spawn().expect("the example runs"));
    serving.wait_for("serving topic `scheduler`");

    called_by_rust(&url);

    let client = Python::spawn("client.py", &[]);
    let command = |op: &str, method: &str, version: &str, args: serde_json::Value| {
        json!({
            "op": op, "url": url, "topic": "scheduler", "version": version, "method": method,
            "args": args, "allowed_remote_exmods": ["scheduler_exceptions"],
        })
    };
    let args = json!({
        "request_spec": {"memory_mb": 2048},
        "filter_properties": {"ignore_hosts": ["host-3"]},
    });
    let hosts = client.ask(command("call", "select_hosts", "2.6", args)).await;
    assert_eq!(hosts, Ok(json!([{"host": "host-1", "memory_mb": 4096}])));

    // An older Python client does not know the filter.
    let old = json!({"request_spec": {"memory_mb": 65536}});
    let error = client.ask(command("call", "select_hosts", "2.0", old)).await.unwrap_err();
    assert_eq!(error["type"], "NoValidHost_Remote", "{error}");
    assert_eq!(error["kwargs"], json!({"reason": "65536 MB are needed"}));

    let args = json!({"host": "host-9", "capabilities": {"memory_mb": 100_000}});
    let mut update = command("cast", "update_capabilities", "2.3", args);
    update["fanout"] = json!(true);
    client.ask(update).await.unwrap();

    let mut ping = command("call", "ping", "1.1", json!({"arg": [1]}));
    ping["namespace"] = json!("baseapi");
    assert_eq!(client.ask(ping).await, Ok(json!({"service": "scheduler", "arg": [1]})));
    client.finish().await;
    drop(serving);

    // And the other way round: the same program calls the same API, served by Python.
    let server = Server::start_on("scheduler".to_owned(), "host-1", &[]).await;
    called_by_rust(&url);
    server.stop().await;
}

fn called_by_rust(url: &str) {
    let called = scheduler("call", url).output().expect("the example runs");
    let output = String::from_utf8_lossy(&called.stdout);
    let errors = String::from_utf8_lossy(&called.stderr);
    assert!(called.status.success(), "{output}{errors}");
    assert!(output.contains("ping: "), "{output}{errors}");
}
