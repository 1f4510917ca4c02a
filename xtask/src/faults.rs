//! `cargo xtask faults`: the fault matrix, made and measured.

use std::process::ExitCode;

use clap::Args;

use crate::broker::Guard;
use crate::failure::Result;
use crate::process;
use crate::python;
use crate::test;
use crate::workspace::Workspace;

/// What of the matrix, and how.
#[derive(Debug, Args)]
pub(crate) struct Chosen {
    /// Numbers of rows, `1` to `41`, ranges such as `3-8`, `soak`, or `scale`; all rows if none
    /// is named.
    rows: Vec<String>,
    /// Does the same to the real oslo.messaging, where it can be driven.
    #[arg(long)]
    peer: bool,
    /// How often each row is made.
    #[arg(long, default_value_t = 1)]
    rounds: u32,
    /// With optimisation, which takes minutes to build.
    #[arg(long)]
    release: bool,
    /// How long the soak is, in minutes.
    #[arg(long, default_value_t = 10)]
    minutes: u32,
}

/// Makes the rows, and prints their table; a failure if one is not met.
pub(crate) fn run(workspace: &Workspace, chosen: &Chosen) -> Result<ExitCode> {
    let (_, python) = test::prepare()?;
    // Stops what was started, at the end, on failure and on Ctrl-C.
    let _guard = Guard::claim(workspace)?;
    let mut command = workspace.cargo(["test", "--all-features", "-p", "messaging-tests"]);
    command.args(["--test", "outage"]);
    if chosen.release {
        command.arg("--release");
    }
    if chosen.peer {
        command.env("MESSAGING_TEST_PYTHON", python::environment(workspace, python)?);
    }
    command.env("MESSAGING_TEST_XTASK", test::xtask()?);
    command.env("MESSAGING_FAULTS_FOLDER", workspace.target().join("faults"));
    command.env("MESSAGING_FAULTS", chosen.rows.join(","));
    command.env("MESSAGING_FAULTS_ROUNDS", chosen.rounds.to_string());
    command.env("MESSAGING_FAULTS_MINUTES", chosen.minutes.to_string());
    let ended = process::run(&mut command)?;
    Ok(if ended.is_success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
