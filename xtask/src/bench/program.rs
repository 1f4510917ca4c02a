//! The programs that are measured.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde::de::DeserializeOwned;

use crate::failure::{Failure, Result};
use crate::process::{self, Background};
use crate::workspace::Workspace;

/// How long a server may take until it serves.
const READY_WITHIN: Duration = Duration::from_secs(60);

/// How long a client may take beside its load.
const BESIDE_LOAD: Duration = Duration::from_secs(120);

/// The programs of `benches/`, built as a user builds for use.
#[derive(Debug)]
pub(crate) struct Programs {
    built: PathBuf,
    logs: PathBuf,
}

/// A server that serves, until this is dropped.
#[derive(Debug)]
pub(crate) struct Server(Background);

impl Programs {
    /// Builds them.
    pub(crate) fn build(workspace: &Workspace) -> Result<Self> {
        println!("building the programs");
        let mut build =
            workspace.cargo(["build", "--release", "--quiet", "-p", "messaging-benches"]);
        process::run(&mut build)?.check("cargo build")?;
        let (built, logs) = (workspace.target().join("release"), workspace.target().join("bench"));
        fs::create_dir_all(&logs).map_err(|error| Failure::file("make", &logs, error))?;
        Ok(Self { built, logs })
    }

    /// A program by its name.
    pub(crate) fn command(&self, name: &str) -> Command {
        Command::new(self.built.join(name))
    }

    /// Starts a server, and waits until it is ready.
    pub(crate) fn serve(&self, mut command: Command) -> Result<Server> {
        let server = Background::start(&mut command, &self.logs.join("server.log"))?;
        let ready = server.find(READY_WITHIN, |line| (line == "ready").then_some(()));
        ready.map_err(|failure| of(&command, failure))?;
        Ok(Server(server))
    }

    /// Runs a client to what it measured. `load` is how long it is to make its load.
    pub(crate) fn measure<T: DeserializeOwned>(
        &self,
        mut command: Command,
        load: Duration,
    ) -> Result<T> {
        let client = Background::start(&mut command, &self.logs.join("client.log"))?;
        let found = client.find(load + BESIDE_LOAD, |line| serde_json::from_str(line).ok());
        let measured = found.map_err(|failure| of(&command, failure))?;
        // Its end is part of it: what it declared goes with it.
        client.wait(BESIDE_LOAD).map_err(|failure| of(&command, failure))?;
        Ok(measured)
    }
}

impl Server {
    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.0.pid()
    }
}

fn of(command: &Command, failure: Failure) -> Failure {
    match failure {
        Failure::Interrupted => failure,
        Failure::Message(why) => format!("{command:?}: {why}").into(),
    }
}
