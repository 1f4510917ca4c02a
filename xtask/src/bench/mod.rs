//! `cargo xtask bench`: measurements beside others, made on one machine in one run.

mod compile;
mod cost;
mod spread;

use std::process::ExitCode;

use clap::Subcommand;

use crate::failure::Result;
use crate::workspace::Workspace;

/// What to measure.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// What `#[rpc_api]` costs to compile: a large trait with it, with tarpc's `service`, and with
    /// no macro. Tables, and `target/bench/compile.json`.
    Compile(compile::Options),
}

/// Measures; a goal that is missed is a failure.
pub(crate) fn run(workspace: &Workspace, command: &Command) -> Result<ExitCode> {
    match command {
        Command::Compile(options) => compile::run(workspace, options),
    }
}
