//! `cargo xtask bench codec`: what it costs to write and to read a request, a reply and a failure.

use std::process::ExitCode;

use clap::Args;

use super::counted::baseline::Baseline;
use super::counted::{self, callgrind, count, size};
use super::program::Programs;
use super::saved;
use super::table::Table;
use crate::failure::Result;
use crate::workspace::Workspace;

/// The groups whose instructions are counted, each of which is a program.
const GROUPS: [&str; 2] = ["codec", "dispatch"];

/// What to do with what is counted.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Counts the instructions of `codec` and `dispatch` alone, and writes them to
    /// `benches/baseline.json`, by which CI judges.
    #[arg(long)]
    renew: bool,
}

/// Counts, prints the table, and writes all of it.
pub(super) fn run(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    let programs = Programs::build(workspace)?;
    if options.renew {
        instructions(workspace, &programs)?.write(workspace)?;
        return Ok(ExitCode::SUCCESS);
    }
    let baseline = Baseline::read(workspace)?;
    let steps = counted::steps(workspace, &programs, "codec")?;
    let mut table = Table::new(["step", "size", "instructions", "moved", "ns", "blocks", "bytes"]);
    for step in &steps {
        table.row([
            step.name.clone(),
            size(step.size),
            count(Some(step.instructions)),
            baseline.moved("codec", step),
            count(step.nanoseconds),
            count(step.blocks),
            count(step.bytes),
        ]);
    }
    println!(
        "\nEach time: instructions by callgrind, and how they moved since benches/baseline.json; the \
         least time of ten rounds; blocks and bytes that were allocated.\n`request, written` has the \
         text copied first, which is to be subtracted.\n\n{table}"
    );
    saved::save(workspace, "codec", &steps)?;
    Ok(ExitCode::SUCCESS)
}

/// The step of CI: the instructions of both groups, beside the baseline.
///
/// # Errors
///
/// If they have grown by more than a tenth, or cannot be counted.
pub(crate) fn judge(workspace: &Workspace) -> Result<()> {
    let programs = Programs::build(workspace)?;
    Baseline::read(workspace)?.judge(&instructions(workspace, &programs)?)
}

fn instructions(workspace: &Workspace, programs: &Programs) -> Result<Baseline> {
    let mut all = Vec::new();
    for group in GROUPS {
        println!("counting the instructions of {group}");
        all.push((group, callgrind::run(workspace, programs, group)?));
    }
    Ok(Baseline::of(all.iter().map(|(group, steps)| (*group, &**steps))))
}
