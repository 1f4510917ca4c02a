//! `cargo xtask bench compile`: what the macro costs to compile.
//!
//! Three programs do the same work: a trait, its implementation, a server and a client that calls
//! every method. One has no macro and calls the implementation, one has `#[rpc_api]`, one has
//! tarpc's `service`. Each is there with one method and with many, so that what a method costs can
//! be told from what a framework costs. Dependencies are built before anything is measured, and
//! the programs take turns, so that whatever else the machine does befalls all of them.

mod subject;
mod source;
mod package;
mod stage;
mod expansion;
mod results;
mod goals;
mod report;

use std::process::ExitCode;

use clap::Args;

use super::cost::Load;
use super::{goal, saved};
use crate::failure::Result;
use crate::workspace::Workspace;

use self::package::Packages;
use self::results::Results;
use self::stage::Stage;
use self::subject::Subject;

/// How thoroughly to measure.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// How often everything is measured; the medians count.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// How many methods the large trait has.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(2..=1000))]
    methods: u32,
}

/// Measures, prints the tables, and writes all that was measured.
pub(super) fn run(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    let subjects = Subject::all(options.methods);
    let mut packages = Packages::write(workspace, &subjects)?;
    println!("building what the programs depend on");
    packages.build_all(&subjects)?;

    let mut results = Results::new(options.methods);
    for subject in &subjects {
        results.expanded(*subject, expansion::lines(&packages, *subject)?);
        results.binary(*subject, packages.binary_size(*subject)?);
    }
    packages.do_the_same(&subjects)?;

    let load = Load::watch()?;
    for round in 1..=options.rounds {
        println!("round {round} of {}", options.rounds);
        for stage in Stage::ALL {
            for subject in &subjects {
                results.add(*subject, stage, packages.measure(*subject, stage)?);
            }
        }
    }
    results.load_of_others = load.of_others()?;

    let goals = goals::judge(&results);
    report::print(&results);
    goal::print(&goals);
    saved::save(workspace, "compile", &report::all(&results, &goals))?;
    Ok(goal::code(&goals))
}
