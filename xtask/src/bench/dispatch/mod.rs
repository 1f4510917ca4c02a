//! `cargo xtask bench dispatch`: what a call costs in code of ours, without a broker, an AMQP client
//! and the user's JSON; and who allocates for a call over RabbitMQ.

mod allocations;
mod shares;

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::counted::baseline::Baseline;
use super::counted::{self, count, size};
use super::program::Programs;
use super::table::Table;
use super::{goal, saved};
use crate::failure::Result;
use crate::workspace::Workspace;

use self::allocations::Allocations;
use self::shares::Shares;

/// How much to look at.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// How many calls over RabbitMQ are looked at.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..))]
    calls: u32,
    /// How many bytes of text each of them carries there and back.
    #[arg(long, default_value_t = 64)]
    size: u32,
    /// How many places that allocate are listed.
    #[arg(long, default_value_t = 25)]
    top: usize,
}

/// Counts, prints the tables, and writes all of it.
pub(super) fn run(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    let programs = Programs::build(workspace)?;
    let baseline = Baseline::read(workspace)?;
    let steps = counted::steps(workspace, &programs, "dispatch")?;
    let allocations = Allocations::count(workspace, &programs, options.calls, options.size)?;

    let mut table = Table::new(["size", "what", "instructions", "moved", "ns", "blocks", "bytes"]);
    let shares: Vec<Shares> = shares::of(&steps);
    for shares in &shares {
        for (what, share) in shares.rows() {
            let of_baseline =
                steps.iter().find(|step| step.size == shares.size && step.name == what);
            table.row([
                size(shares.size),
                what.to_owned(),
                count(Some(share.instructions)),
                of_baseline.map_or_else(String::new, |step| baseline.moved("dispatch", step)),
                count(Some(share.nanoseconds)),
                count(Some(share.blocks)),
                count(Some(share.bytes)),
            ]);
        }
    }
    println!(
        "\nA call over a driver that hands everything on at once: instructions by callgrind, and how \
         they moved since benches/baseline.json; the least time of ten rounds; blocks and bytes that \
         were allocated.\n`ours` is the call without what the driver and serde do for this program; of \
         it `ours, client` is what remains where answers are ready, and `ours, server` the rest. \
         tokio's part in it is not taken out.\n\n{table}"
    );
    if let Some(call) = steps.iter().find(|step| step.name == "call") {
        print_crates(call);
    }
    allocations.print(options.top);
    let goals = [goal::Goal::at_most(
        "blocks allocated by ours, each call over RabbitMQ",
        allocations.ours(),
        allocations::GOAL,
    )];
    goal::print(&goals);
    let all =
        json!({ "steps": steps, "shares": shares, "allocations": allocations, "goals": goals });
    saved::save(workspace, "dispatch", &all)?;
    Ok(goal::code(&goals))
}

fn print_crates(call: &counted::Step) {
    let mut crates: Vec<_> = call.by_crate.iter().collect();
    crates.sort_by(|one, other| other.1.total_cmp(one.1));
    let mut table = Table::new(["instructions of a call in", "each", "part"]);
    for (name, instructions) in crates.into_iter().take(12) {
        let part = format!("{:.1} %", instructions * 100.0 / call.instructions);
        table.row([name.clone(), count(Some(*instructions)), part]);
    }
    println!(
        "Where they are, {}; what is inlined counts where it is written:\n\n{table}",
        size(call.size)
    );
}
