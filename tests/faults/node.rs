//! A broker that the tests break: theirs alone.

use std::process::{Command, Output};

/// A broker of one node, stopped when this is dropped; should nobody come to that, the test run
/// stops it at its end.
#[derive(Debug)]
pub(crate) struct Node {
    name: &'static str,
    pub(crate) url: String,
}

impl Node {
    /// Starts one of a name that no other has, and waits until it is ready.
    pub(crate) async fn start(name: &'static str) -> Self {
        let output = xtask(name, &["up"]).await;
        let url = String::from_utf8(output.stdout).expect("a URL").trim().to_owned();
        Self { name, url }
    }

    /// Waits until it has written to its disk which quorum queues there are. RabbitMQ 3.10 does
    /// that half a second after it has said that a queue is declared; a queue that it forgets is
    /// not gone after a kill, but in the way of itself, without a leader.
    pub(crate) async fn settle(&self) {
        xtask(self.name, &["ctl", "eval", "[dets:sync(Table) || Table <- dets:all()]."]).await;
    }

    /// Kills it by SIGKILL.
    pub(crate) async fn kill(&self) {
        xtask(self.name, &["kill", "1"]).await;
    }

    /// Starts it again with what it has on its disk, and waits until it is ready.
    pub(crate) async fn boot(&self) {
        xtask(self.name, &["boot", "1"]).await;
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = command(self.name, &["down"]).output();
    }
}

async fn xtask(name: &'static str, arguments: &'static [&str]) -> Output {
    let running = tokio::task::spawn_blocking(|| command(name, arguments).output());
    let output = running.await.expect("it does not panic").expect("xtask runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo xtask broker {arguments:?}: {said}");
    output
}

fn command(name: &str, arguments: &[&str]) -> Command {
    let xtask = std::env::var("MESSAGING_TEST_XTASK")
        .expect("MESSAGING_TEST_XTASK names no program; run `cargo xtask test`");
    let mut command = Command::new(xtask);
    command.args(["broker", "--name", name]).args(arguments);
    command
}
