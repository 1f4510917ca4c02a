//! Private RabbitMQ nodes on loopback: their own ports, folders, cookie and epmd; no service of
//! the system is touched.
//!
//! All of it lies in one folder under `target/rabbitmq/`, and every process carries that folder as
//! a mark in its environment, by which it is found and stopped.

mod command;
mod config;
mod epmd;
mod installed;
mod node;
mod ports;

use std::fs::{self, File, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::failure::{Failure, Result};
use crate::process;
use crate::workspace::Workspace;

pub(crate) use self::command::{Command, run};
use self::epmd::Epmd;
pub(crate) use self::installed::Installed;
use self::node::Node;
use self::ports::Ports;

/// How long a node may take to close its files before it is killed.
const STOP_WITHIN: Duration = Duration::from_secs(20);

/// A broker of one or more nodes.
#[derive(Debug)]
pub(crate) struct Broker {
    folder: PathBuf,
    nodes: Vec<Node>,
}

impl Broker {
    /// Starts nodes that share nothing with an earlier run, and returns before they are ready.
    pub(crate) fn start(installed: &Installed, folder: &Path, nodes: u16) -> Result<Self> {
        // What an earlier run left behind, killed in the middle, must not hold the new one up.
        stop(folder)?;
        if folder.exists() {
            fs::remove_dir_all(folder).map_err(|error| Failure::file("remove", folder, error))?;
        }
        fs::create_dir_all(folder).map_err(|error| Failure::file("make", folder, error))?;

        let ports = Ports::probe(nodes)?;
        ports.save(folder)?;
        let plugins = installed.link_plugins(folder)?;
        let epmd = Epmd::start(installed, folder, ports.epmd())?;
        let cookie = config::cookie()?;
        let nodes: Vec<Node> = (1..=nodes).map(|number| Node::new(folder, ports, number)).collect();
        for node in &nodes {
            node.start(installed, &plugins, &cookie)?;
        }
        epmd.check()?;
        Ok(Self { folder: folder.to_owned(), nodes })
    }

    /// The broker that was started in this folder and still runs.
    pub(crate) fn running(folder: &Path) -> Option<Self> {
        let ports = Ports::load(folder)?;
        let nodes: Vec<Node> =
            (1..=ports.nodes()).map(|number| Node::new(folder, ports, number)).collect();
        let up = nodes.iter().all(Node::is_running);
        up.then(|| Self { folder: folder.to_owned(), nodes })
    }

    /// Waits until every node speaks AMQP and knows the others.
    pub(crate) fn wait_ready(&self) -> Result<()> {
        self.nodes.iter().try_for_each(Node::wait_ready)?;
        if self.nodes.len() < 2 {
            return Ok(());
        }
        let mut join = std::process::Command::new(self.rabbitmqctl());
        join.arg("await_online_nodes").arg(self.nodes.len().to_string());
        process::run(&mut join)?.check("rabbitmqctl await_online_nodes")
    }

    /// The address of all nodes, as oslo.messaging writes it. `guest` may only come from loopback,
    /// and nothing of worth is behind it.
    pub(crate) fn url(&self) -> String {
        let host = |node: &Node| format!("guest:guest@127.0.0.1:{}", node.amqp_port());
        let hosts: Vec<String> = self.nodes.iter().map(host).collect();
        format!("rabbit://{}/", hosts.join(","))
    }

    /// A script that runs `rabbitmqctl` against the first node.
    pub(crate) fn rabbitmqctl(&self) -> PathBuf {
        self.folder.join("n1").join("rabbitmqctl")
    }
}

/// Stops all that runs in a folder; does nothing if nothing does.
pub(crate) fn stop(folder: &Path) -> Result<()> {
    if let Some(ports) = Ports::load(folder) {
        // Nodes before epmd: a node without epmd still runs, but complains.
        for number in 1..=ports.nodes() {
            Node::new(folder, ports, number).ask_to_stop();
        }
        for number in 1..=ports.nodes() {
            Node::new(folder, ports, number).wait_stopped(STOP_WITHIN);
        }
    }
    process::stop_marked(&mark(folder), Duration::from_secs(2))
}

/// A broker that is stopped when this is dropped: at the end, on failure, on panic and on Ctrl-C.
#[derive(Debug)]
pub(crate) struct Guard {
    folder: PathBuf,
    _alone: File,
}

impl Guard {
    /// Claims the folder that test runs use.
    ///
    /// # Errors
    ///
    /// If another test run of this checkout is using it.
    pub(crate) fn claim(workspace: &Workspace) -> Result<Self> {
        let base = folder(workspace);
        fs::create_dir_all(&base).map_err(|error| Failure::file("make", &base, error))?;
        let path = base.join("test.lock");
        let alone = File::create(&path).map_err(|error| Failure::file("write", &path, error))?;
        alone.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => Failure::Message(
                "another `cargo xtask test` of this checkout is running; wait for it to end"
                    .to_owned(),
            ),
            TryLockError::Error(error) => Failure::file("lock", &path, error),
        })?;
        Ok(Self { folder: base.join("test"), _alone: alone })
    }

    /// Where this broker's files go.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Err(failure) = stop(&self.folder) {
            // Not eprintln: it panics if nobody reads any more.
            let _ = writeln!(std::io::stderr(), "xtask: {failure}");
        }
    }
}

/// Where brokers live.
fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target().join("rabbitmq")
}

/// What the processes of a folder carry in their environment.
fn mark(folder: &Path) -> String {
    format!("MESSAGING_BROKER_FOLDER={}", folder.display())
}
