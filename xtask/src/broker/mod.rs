//! Private RabbitMQ nodes on loopback: their own ports, folders, cookie and epmd; no service of
//! the system is touched.
//!
//! All of it lies in one folder under `target/rabbitmq/`, and every process carries that folder as
//! a mark in its environment, by which it is found and stopped.

mod cluster;
mod command;
mod config;
mod epmd;
mod installed;
mod node;
mod owned;
mod ports;

use std::fs::{self, File, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::failure::{Failure, Result};
use crate::process;
use crate::workspace::Workspace;

pub(crate) use self::command::{Command, parse_name, run};
use self::epmd::Epmd;
pub(crate) use self::installed::Installed;
use self::node::Node;
pub(crate) use self::owned::Owned;
use self::ports::{Claim, Ports};

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
        Self::start_with(installed, folder, nodes, false)
    }

    /// The same, with the management API if it is wanted, which takes some seconds more.
    fn start_with(
        installed: &Installed,
        folder: &Path,
        nodes: u16,
        management: bool,
    ) -> Result<Self> {
        // What an earlier run left behind, killed in the middle, must not hold the new one up.
        stop(folder)?;
        if folder.exists() {
            fs::remove_dir_all(folder).map_err(|error| Failure::file("remove", folder, error))?;
        }
        fs::create_dir_all(folder).map_err(|error| Failure::file("make", folder, error))?;

        // Ours alone until epmd listens, by which others see that they are taken.
        let claim = Claim::probe(nodes)?;
        claim.ports().save(folder)?;
        installed.link_plugins(folder, management)?;
        let epmd = Epmd::start(installed, folder, claim.ports().epmd())?;
        let broker = Self::of(folder, claim.ports());
        drop(claim);
        let cookie = config::cookie()?;
        for node in &broker.nodes {
            node.prepare(installed, &cookie, management)?;
            node.boot(installed)?;
        }
        epmd.check()?;
        Ok(broker)
    }

    /// The broker that was started in this folder and not stopped; some of its nodes may have been
    /// killed.
    pub(crate) fn find(folder: &Path) -> Option<Self> {
        let broker = Self::of(folder, Ports::load(folder)?);
        process::any_marked(&mark(folder)).then_some(broker)
    }

    fn of(folder: &Path, ports: Ports) -> Self {
        let nodes = (1..=ports.nodes()).map(|number| Node::new(folder, ports, number)).collect();
        Self { folder: folder.to_owned(), nodes }
    }

    /// Whether all of its nodes run.
    pub(crate) fn is_whole(&self) -> bool {
        self.nodes.iter().all(Node::is_running)
    }

    /// One of its nodes, counted from 1.
    fn node(&self, number: u16) -> Result<&Node> {
        let index = usize::from(number).checked_sub(1);
        let found = index.and_then(|index| self.nodes.get(index));
        found.ok_or_else(|| {
            format!("there is no node {number}; the broker has 1 to {}", self.nodes.len()).into()
        })
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

    /// The address of the management API of its first node, if it is on.
    fn management_url(&self) -> Result<String> {
        Ok(format!("http://guest:guest@127.0.0.1:{}", self.node(1)?.http_port()))
    }

    /// The process ids of its nodes.
    pub(crate) fn pids(&self) -> Vec<u32> {
        self.nodes.iter().filter_map(Node::pid).collect()
    }

    /// A script that runs `rabbitmqctl` against the first node.
    pub(crate) fn rabbitmqctl(&self) -> PathBuf {
        Node::rabbitmqctl_in(&self.folder, 1)
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

/// What the names of the brokers of a test run begin with: its own, and those that tests start to
/// break them.
const TEST: &str = "test";

/// The brokers of a test run, which are stopped when this is dropped: at the end, on failure, on
/// panic and on Ctrl-C.
#[derive(Debug)]
pub(crate) struct Guard {
    base: PathBuf,
    _alone: File,
}

impl Guard {
    /// Claims the folders that test runs use, and stops what an earlier one left behind, killed in
    /// the middle.
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
        let guard = Self { base, _alone: alone };
        guard.stop()?;
        Ok(guard)
    }

    /// Where the files of the broker go that all tests share.
    pub(crate) fn folder(&self) -> PathBuf {
        self.base.join(TEST)
    }

    /// Stops each broker; one that cannot be stopped does not keep the others up.
    fn stop(&self) -> Result<()> {
        let entries = fs::read_dir(&self.base).into_iter().flatten().flatten();
        let folders = entries.map(|entry| entry.path()).filter(|path| {
            let name = path.file_name().and_then(|name| name.to_str());
            path.is_dir() && name.is_some_and(|name| name.starts_with(TEST))
        });
        folders.map(|folder| stop(&folder)).fold(Ok(()), Result::and)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Err(failure) = self.stop() {
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
