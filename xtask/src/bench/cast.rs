//! `cargo xtask bench cast`: casts that the broker has confirmed.

use std::process::ExitCode;

use super::goal::Goal;
use super::group::{Case, Group, Options};
use super::rounds::Runs;
use super::side::Side;
use crate::failure::Result;
use crate::workspace::Workspace;

/// A cast is awaited until it is confirmed, so many are made at once; the peer with one thread and
/// with several.
const CASES: [Case; 4] = [
    case(Side::Ours, 64),
    case(Side::LapinConfirms, 64),
    case(Side::Oslo, 1),
    case(Side::Oslo, 16),
];

const fn case(side: Side, callers: u32) -> Case {
    Case { server: side, client: side, callers, options: "" }
}

/// Measures, prints the table, and writes all that was measured.
pub(super) fn run(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    let head = "Casts of 64 B, each awaited until the broker has confirmed it; what the server has \
                taken of them meanwhile is not counted";
    let group = Group { name: "cast", head, casts: true, size: 64, cases: &CASES };
    group.run(workspace, options, judge)
}

fn judge(all: &[Runs]) -> Vec<Goal> {
    let [ours, floor, oslo_of_one, oslo_of_many] = all else { return Vec::new() };
    [
        ("lapin, 64 tasks", floor, 0.95),
        ("oslo.messaging, 1 thread", oslo_of_one, 20.0),
        ("oslo.messaging, 16 threads", oslo_of_many, 20.0),
    ]
    .map(|(what, other, bound)| {
        let ratio = ours.ratio(other, |it| it.rate);
        Goal::at_least(format!("casts/s / {what}"), ratio, bound)
    })
    .into()
}
