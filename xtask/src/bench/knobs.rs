//! `cargo xtask bench knobs`: what each setting that may be turned does to calls of ours.

use std::process::ExitCode;

use super::group::{Case, Group, Options};
use super::side::Side;
use crate::failure::Result;
use crate::workspace::Workspace;

/// The defaults first, then one setting each.
const CASES: [Case; 9] = [
    set(Side::Ours, ""),
    set(Side::OursIdempotent, ""),
    set(Side::Ours, "?rabbit_qos_prefetch_count=1"),
    set(Side::Ours, "?rabbit_qos_prefetch_count=64"),
    set(Side::Ours, "?direct_mandatory_flag=false"),
    set(Side::Ours, "?kombu_compression=gzip"),
    set(Side::Ours, "?amqp_durable_queues=true"),
    set(Side::Ours, "?rabbit_quorum_queue=true"),
    set(Side::Ours, "?rabbit_quorum_queue=true&rabbit_transient_quorum_queue=true"),
];

const fn set(side: Side, options: &'static str) -> Case {
    Case { server: side, client: side, callers: 16, options }
}

/// Measures, prints the table, and writes all that was measured. There are no goals: it is the user
/// who chooses.
pub(super) fn run(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    let head = "Calls of 64 B, with one setting turned at both ends";
    let group = Group { name: "knobs", head, casts: false, size: 64, cases: &CASES };
    group.run(workspace, options, |all| {
        let Some((defaults, others)) = all.split_first() else { return Vec::new() };
        println!("\nOf the defaults, calls/s and CPU of all three processes\n");
        for (case, runs) in CASES.iter().skip(1).zip(others) {
            let rate = runs.ratio(defaults, |it| it.rate).median;
            let cpu = runs.ratio(defaults, super::record::Record::cpu_of_all).median;
            let what = if case.options.is_empty() { case.client.name() } else { case.options };
            println!("* {what}: {rate:.2}, {cpu:.2}");
        }
        Vec::new()
    })
}
