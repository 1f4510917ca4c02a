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
