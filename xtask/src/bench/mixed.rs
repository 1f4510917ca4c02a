//! `cargo xtask bench mixed`: ours on one side, the real oslo.messaging on the other.

use std::process::ExitCode;

use super::goal::Goal;
use super::group::{Case, Group, Options};
use super::rounds::Runs;
use super::side::Side;
use crate::failure::Result;
use crate::workspace::Workspace;

const CASES: [Case; 3] = [
    Case { server: Side::Ours, client: Side::Oslo, callers: 16, options: "" },
    Case { server: Side::Oslo, client: Side::Ours, callers: 16, options: "" },
    Case { server: Side::Oslo, client: Side::Oslo, callers: 16, options: "" },
];

/// Measures, prints the table, and writes all that was measured.
pub(super) fn run(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    let head = "Calls of 64 B between ours and oslo.messaging";
    let group = Group { name: "mixed", head, casts: false, size: 64, cases: &CASES };
    group.run(workspace, options, judge)
}

fn judge(all: &[Runs]) -> Vec<Goal> {
    let [our_server, our_client, oslo] = all else { return Vec::new() };
    [("our server, oslo client", our_server), ("our client, oslo server", our_client)]
        .map(|(what, mixed)| {
            let ratio = mixed.ratio(oslo, |it| it.rate);
            Goal::at_least(format!("calls/s of {what} / oslo.messaging on both"), ratio, 1.6)
        })
        .into()
}
