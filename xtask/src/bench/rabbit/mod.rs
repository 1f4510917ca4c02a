//! `cargo xtask bench rabbit`: calls over RabbitMQ, beside the floors and the peers.

mod goals;
mod report;

use std::process::ExitCode;

use clap::{Args, ValueEnum as _};
use serde::Serialize;
use serde_json::json;

use super::rounds::{self, Effort, Runs};
use super::side::Side;
use super::site::{Exchange, Site};
use super::{goal, saved};
use crate::failure::Result;
use crate::workspace::Workspace;

/// What to measure, and how thoroughly.
#[derive(Debug, Args)]
pub(crate) struct Options {
    #[command(flatten)]
    effort: Effort,
    /// Which sides; all if none is named.
    #[arg(long, value_delimiter = ',', value_enum)]
    only: Vec<Side>,
    /// How many bytes a call carries.
    #[arg(long, value_delimiter = ',', default_values_t = [64, 1_024, 65_536])]
    sizes: Vec<u32>,
    /// How many call at once.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 16, 128])]
    callers: Vec<u32>,
}

/// What takes turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
struct Case {
    size: u32,
    callers: u32,
    side: Side,
}

/// Every case and its runs.
#[derive(Debug)]
struct Results(Vec<(Case, Runs)>);

impl Case {
    /// The sides of one load stand beside each other, so that what they are divided by is near.
    fn all(options: &Options) -> Vec<Self> {
        let mut all = Vec::new();
        for &size in &options.sizes {
            for &callers in &options.callers {
                let sides = Side::value_variants().iter().copied();
                let cases = sides.map(|side| Self { size, callers, side });
                all.extend(cases.filter(|case| case.is_asked(&options.only)));
            }
        }
        all
    }

    /// The peer at 64 KiB takes long, and only with 16 callers is anything aimed at.
    fn is_asked(self, only: &[Side]) -> bool {
        let long = self.side == Side::Oslo && self.size > 1_024 && self.callers != 16;
        (only.is_empty() || only.contains(&self.side)) && !long
    }

    fn exchange(self) -> Exchange {
        let Self { size, callers, side } = self;
        let topic = format!("bench-{side:?}");
        let options = "";
        Exchange { server: side, client: side, topic, options, casts: false, callers, size }
    }
}

impl Results {
    fn of(&self, case: Case) -> Option<&Runs> {
        self.0.iter().find(|(other, _)| *other == case).map(|(_, runs)| runs)
    }
}

/// Measures, prints the tables, and writes all that was measured.
pub(super) fn run(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    let cases = Case::all(options);
    let sides: Vec<Side> = cases.iter().map(|case| case.side).collect();
    let site = Site::start(workspace, &sides)?;
    let all = rounds::interleaved(options.effort.rounds, &cases, |case| {
        site.run(&case.exchange(), &options.effort)
    })?;
    let results = Results(cases.into_iter().zip(all).collect());
    let goals = goals::judge(&results);
    report::print(&results);
    goal::print(&goals);
    let runs = results.0.iter().map(|(case, runs)| json!({ "case": case, "runs": runs }));
    let all = json!({ "cases": runs.collect::<Vec<_>>(), "goals": goals });
    saved::save(workspace, "rabbit", &all)?;
    Ok(goal::code(&goals))
}
