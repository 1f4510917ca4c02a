//! The brokers that the rows break, by `xtask broker`.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::{Command, Output};
use std::time::Duration;

use tokio::time::Instant;

use crate::ledger::{Moment, now};

/// A broker of one or three nodes. `cargo xtask faults`, or the test run, stops it at its end.
#[derive(Clone, Debug)]
pub(crate) struct Broker {
    name: String,
    /// `127.0.0.1:port` of each node.
    pub(crate) nodes: Vec<String>,
}

impl Broker {
    /// Starts one of a name that no other has, and waits until it is ready.
    pub(crate) async fn start(name: &str, nodes: usize) -> Self {
        Self::start_by(name, nodes, "exec \"$@\"").await
    }

    /// Starts it by a line of shell, in which `"$@"` is the program.
    pub(crate) async fn start_by(name: &str, nodes: usize, shell: &str) -> Self {
        let output = xtask_by(shell, name, &["up", "--nodes", &nodes.to_string()]).await;
        let url = String::from_utf8(output.stdout).expect("a URL");
        let hosts = url.trim().trim_start_matches("rabbit://").trim_end_matches('/');
        let nodes = hosts.split(',').map(|host| host.replace("guest:guest@", "")).collect();
        Self { name: name.to_owned(), nodes }
    }

    /// The transport URL of all nodes.
    pub(crate) fn url(&self) -> String {
        url_to(&self.nodes)
    }

    /// Of some of them, counted from 1.
    pub(crate) fn url_of(&self, nodes: &[usize]) -> String {
        url_to(&nodes.iter().map(|node| self.nodes[node - 1].clone()).collect::<Vec<_>>())
    }

    /// A verb of `xtask broker`, such as `kill`, done to a node.
    pub(crate) async fn verb(&self, verb: &str, node: usize) {
        xtask(&self.name, &[verb, &node.to_string()]).await;
    }

    /// Starts a node again, and says when it spoke AMQP.
    pub(crate) async fn boot(&self, node: usize) -> Moment {
        xtask(&self.name, &["boot", &node.to_string(), "--no-wait"]).await;
        self.ready(node).await
    }

    /// Waits until a node speaks AMQP, and says when it did.
    pub(crate) async fn ready(&self, node: usize) -> Moment {
        let end = Instant::now() + Duration::from_secs(90);
        let address = self.nodes[node - 1].clone();
        while !is_ready(&address).await {
            assert!(Instant::now() < end, "node {node} of {} does not come back", self.name);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        now()
    }

    /// Runs rabbitmqctl against a node; what it prints.
    pub(crate) async fn ctl(&self, node: usize, arguments: &[&str]) -> String {
        let node = node.to_string();
        let all = [&["ctl", "--node", &node], arguments].concat();
        String::from_utf8(xtask(&self.name, &all).await.stdout).expect("text")
    }

    /// Stops it, with all that runs for it.
    pub(crate) async fn down(&self) {
        xtask(&self.name, &["down"]).await;
    }
}

/// `rabbit://` to `host:port`s.
pub(crate) fn url_to(hosts: &[String]) -> String {
    let hosts: Vec<_> = hosts.iter().map(|host| format!("guest:guest@{host}")).collect();
    format!("rabbit://{}/", hosts.join(","))
}

/// Whether a broker answers the AMQP header with `Connection.Start`.
async fn is_ready(address: &str) -> bool {
    let address: SocketAddr =
        address.parse().unwrap_or_else(|_| SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    let asking = tokio::task::spawn_blocking(move || -> std::io::Result<u8> {
        let second = Duration::from_secs(1);
        let mut stream = TcpStream::connect_timeout(&address, second)?;
        stream.set_read_timeout(Some(second))?;
        stream.write_all(b"AMQP\x00\x00\x09\x01")?;
        let mut kind = [0];
        stream.read_exact(&mut kind)?;
        Ok(kind[0])
    });
    matches!(asking.await, Ok(Ok(1)))
}

async fn xtask(name: &str, arguments: &[&str]) -> Output {
    xtask_by("exec \"$@\"", name, arguments).await
}

async fn xtask_by(shell: &str, name: &str, arguments: &[&str]) -> Output {
    let program = std::env::var("MESSAGING_TEST_XTASK")
        .expect("MESSAGING_TEST_XTASK names no program; run `cargo xtask faults`");
    let mut command = Command::new("sh");
    command.args(["-c", shell, "sh", &program, "broker", "--name", name]).args(arguments);
    let running = tokio::task::spawn_blocking(move || command.output());
    let output = running.await.expect("it does not panic").expect("xtask runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "xtask broker --name {name} {arguments:?}: {said}");
    output
}
