//! A process that serves and makes 40 calls in parallel: its connections and its threads.

use std::fs;
use std::process::Command;
use std::thread;
use std::time::Duration;

use serde_json::json;

use super::Outcome;
use super::footprint::{self, OURS};
use crate::bench::goal::Goal;
use crate::bench::program::Server;
use crate::bench::site::Site;
use crate::bench::table::Table;
use crate::failure::{Failure, Result};
use crate::workspace::Workspace;

/// How many calls.
const CALLERS: &str = "40";

/// How long it calls before it is looked at: the peer opens its connections as it needs them.
const WARM: Duration = Duration::from_secs(5);

/// Ours and the real oslo.messaging, one after the other.
pub(super) fn run(site: &Site, workspace: &Workspace) -> Result<Outcome> {
    let mut ours = footprint::command(site, "both", OURS, "parallel-ours");
    ours.args(["--callers", CALLERS]);
    let mut all = vec![("ours", look(site, ours)?)];
    if let Some(python) = &site.python {
        let mut oslo = Command::new(&python.program);
        oslo.arg(workspace.root().join("benches/python/parallel.py"));
        oslo.args(["--url", &site.broker.url(), "--topic", "parallel-oslo"]);
        oslo.args(["--callers", CALLERS]);
        all.push(("oslo.messaging", look(site, oslo)?));
    }

    println!("\nA process with a server and {CALLERS} calls in parallel\n");
    let mut table = Table::new(["whose", "connections", "threads"]);
    for (whose, (connections, threads)) in &all {
        table.row([(*whose).to_owned(), connections.to_string(), threads.to_string()]);
    }
    print!("{table}");

    let goal = Goal::at_most("connections, ours", f64::from(all[0].1.0), 2.0);
    let measured = all.iter().map(|(whose, (connections, threads))| {
        json!({ "whose": whose, "connections": connections, "threads": threads })
    });
    Ok((vec![goal], measured.collect()))
}

/// Connections, as the broker counts them beyond those that it had, and threads.
fn look(site: &Site, command: Command) -> Result<(u32, usize)> {
    let before = connections(site)?;
    let process: Server = site.programs.serve(command)?;
    thread::sleep(WARM);
    let connections = connections(site)?.saturating_sub(before);
    let tasks = format!("/proc/{}/task", process.pid());
    let threads =
        fs::read_dir(&tasks).map_err(|error| Failure::file("read", tasks.as_ref(), error))?.count();
    Ok((connections, threads))
}

fn connections(site: &Site) -> Result<u32> {
    let mut list = Command::new(site.broker.rabbitmqctl());
    let output = list
        .args(["list_connections", "pid", "--no-table-headers"])
        .output()
        .map_err(|error| format!("cannot run rabbitmqctl: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(format!("rabbitmqctl list_connections failed: {said}").into());
    }
    let lines = String::from_utf8_lossy(&output.stdout);
    let count = lines.lines().filter(|line| line.trim_start().starts_with('<')).count();
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}
