//! `cargo xtask bench scale`: more servers, more callers, more clients; and what each of them takes.

mod clients;
mod footprint;
mod parallel;
mod size;
mod startup;
mod throughput;

use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde_json::{Map, Value};

use super::goal::{self, Goal};
use super::rounds::Effort;
use super::saved;
use super::side::Side;
use super::site::Site;
use crate::failure::Result;
use crate::workspace::Workspace;

/// What to measure, and how thoroughly.
#[derive(Debug, Args)]
pub(crate) struct Options {
    #[command(flatten)]
    effort: Effort,
    /// Which parts; all if none is named.
    #[arg(long, value_delimiter = ',', value_enum)]
    only: Vec<Part>,
}

/// One table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Calls by second over servers and callers.
    Throughput,
    /// Memory of a client, a server, and a call that waits.
    Size,
    /// Connections and threads of a process that serves and calls.
    Parallel,
    /// From the start of a process to its first answer.
    Startup,
    /// A thousand clients on one broker.
    Clients,
}

/// What came of a part: what is aimed at, and all that was measured.
type Outcome = (Vec<Goal>, Value);

/// Measures, prints the tables, and writes all that was measured.
pub(super) fn run(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    let site = Site::start(workspace, &[Side::Oslo])?;
    let logs = workspace.target().join("bench");
    let (mut goals, mut all) = (Vec::new(), Map::new());
    let parts = Part::value_variants().iter();
    for part in parts.filter(|part| options.only.is_empty() || options.only.contains(part)) {
        let (aims, measured) = match part {
            Part::Throughput => throughput::run(&site, &options.effort)?,
            Part::Size => size::run(&site, options.effort.rounds)?,
            Part::Parallel => parallel::run(&site, workspace)?,
            Part::Startup => startup::run(&site, &logs, options.effort.rounds)?,
            Part::Clients => clients::run(&site, &logs, &options.effort)?,
        };
        goals.extend(aims);
        all.insert(format!("{part:?}").to_lowercase(), measured);
    }
    if !goals.is_empty() {
        goal::print(&goals);
    }
    all.insert("goals".to_owned(), serde_json::to_value(&goals).unwrap_or_default());
    saved::save(workspace, "scale", &all)?;
    Ok(goal::code(&goals))
}
