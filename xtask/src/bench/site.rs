//! A broker with a server and a client, each a process of its own.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use super::program::Programs;
use super::record::Record;
use super::rounds::Effort;
use super::side::{Python, Side};
use crate::broker::{Installed, Owned};
use crate::failure::{Failure, Result};
use crate::install::{self, Need};
use crate::python;
use crate::workspace::Workspace;

/// What runs over the broker.
#[derive(Debug)]
pub(crate) struct Site {
    pub(super) broker: Owned,
    pub(super) programs: Programs,
    pub(super) python: Option<Python>,
}

/// One case: who serves, who calls, and how much.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    pub(crate) server: Side,
    pub(crate) client: Side,
    /// What it is served as.
    pub(crate) topic: String,
    /// What is set at both ends, in the query of the URL.
    pub(crate) options: &'static str,
    /// Whether the client casts instead of calling.
    pub(crate) casts: bool,
    pub(crate) callers: u32,
    pub(crate) size: u32,
}

impl Site {
    /// Builds the programs, and starts a broker; with the peer where `sides` has it.
    pub(crate) fn start(workspace: &Workspace, sides: &[Side]) -> Result<Self> {
        let programs = Programs::build(workspace)?;
        let python = if sides.contains(&Side::Oslo) { Some(peer(workspace)?) } else { None };
        if Installed::find().is_none() {
            install::install(&[Need::RabbitMq])?;
        }
        let installed = Installed::find().ok_or_else(|| {
            Failure::from("rabbitmq-server is installed, but not under /usr/lib/rabbitmq")
        })?;
        let broker = Owned::start(&installed, workspace, "bench")?;
        Ok(Self { broker, programs, python })
    }

    /// Starts the server, and runs the client to its end.
    pub(crate) fn run(&self, exchange: &Exchange, effort: &Effort) -> Result<Record> {
        let mut server = self.command(exchange, exchange.server, "server");
        server.env("RUST_BACKTRACE", "1");
        let server = self.programs.serve(server)?;
        let role = if exchange.casts { "cast" } else { "client" };
        let mut client = self.command(exchange, exchange.client, role);
        let warm = effort.warm.max(exchange.client.warm()).max(exchange.server.warm());
        for (name, value) in [
            ("--callers", exchange.callers.to_string()),
            ("--size", exchange.size.to_string()),
            ("--warm", warm.to_string()),
            ("--measure", effort.measure.to_string()),
            ("--watch", format!("server={}", server.pid())),
        ] {
            client.args([name, &value]);
        }
        for pid in self.broker.pids() {
            client.arg("--watch").arg(format!("broker={pid}"));
        }
        self.programs.measure(client, Duration::from_millis(warm + effort.measure))
    }

    fn command(&self, exchange: &Exchange, side: Side, role: &str) -> Command {
        let mut command = side.command(&self.programs, self.python.as_ref());
        let url = format!("{}{}", self.broker.url(), exchange.options);
        command.arg(role).args(["--url", &url, "--topic", &exchange.topic]);
        command
    }
}

/// The real oslo.messaging, and the program that it runs.
fn peer(workspace: &Workspace) -> Result<Python> {
    if python::find().is_none() {
        install::install(&[Need::Python])?;
    }
    let found = python::find().ok_or_else(|| {
        Failure::from("the installed Python is older than 3.11, which oslo.messaging needs")
    })?;
    let program: PathBuf = python::environment(workspace, found)?;
    Ok(Python { program, script: workspace.root().join("benches/python/oslo.py") })
}
