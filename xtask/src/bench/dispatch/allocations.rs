//! Who allocates for a call over RabbitMQ: the program `allocations` lays each block to a crate.

use serde::{Deserialize, Serialize};

use crate::bench::counted::count;
use crate::bench::program::Programs;
use crate::bench::table::Table;
use crate::broker::{Installed, Owned};
use crate::failure::{Failure, Result};
use crate::install::{self, Need};
use crate::process;
use crate::workspace::Workspace;

/// How many blocks ours may allocate for a call, client and server together.
pub(super) const GOAL: f64 = 12.0;

/// Whose they are, and what that is called in the table.
const OWNERS: [(&str, &str); 6] = [
    ("ours", "ours: messaging, and what its macro wrote"),
    ("lapin", "lapin and its family"),
    ("json", "the user's JSON: argument and result, read"),
    ("runtime", "tokio"),
    ("bench", "the program that measures"),
    ("unknown", "not known"),
];

/// Which side of the call, as far as the way to a block tells.
const SIDES: [&str; 3] = ["client", "server", "driver"];

/// What was allocated for each call.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Allocations {
    calls: u32,
    places: Vec<Place>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Place {
    owner: String,
    side: String,
    place: String,
    function: String,
    called: String,
    callers: String,
    blocks: f64,
    bytes: f64,
}

impl Allocations {
    /// Makes calls over a broker of their own.
    pub(super) fn count(
        workspace: &Workspace,
        programs: &Programs,
        calls: u32,
        size: u32,
    ) -> Result<Self> {
        if Installed::find().is_none() {
            install::install(&[Need::RabbitMq])?;
        }
        let installed = Installed::find().ok_or_else(|| {
            Failure::from("rabbitmq-server is installed, but not under /usr/lib/rabbitmq")
        })?;
        let broker = Owned::start(&installed, workspace, "bench-dispatch")?;
        println!("dispatch: allocations of {calls} calls over RabbitMQ");
        let mut command = programs.command("allocations");
        command.args(["--url", &broker.url()]);
        command.args(["--calls", &calls.to_string(), "--size", &size.to_string()]);
        command.arg("--kept").arg(workspace.target().join("bench/dhat.json"));
        let mut counted = None;
        let ended = process::run_lines(&mut command, |line| {
            counted = counted.take().or_else(|| serde_json::from_str(line).ok());
        })?;
        ended.check("the program `allocations`")?;
        counted.ok_or_else(|| "the program `allocations` printed nothing of what it counted".into())
    }

    /// How many blocks are ours.
    pub(super) fn ours(&self) -> f64 {
        self.sum("ours", None, |place| place.blocks)
    }

    fn sum(&self, owner: &str, side: Option<&str>, of: impl Fn(&Place) -> f64) -> f64 {
        let of_owner = self.places.iter().filter(|place| place.owner == owner);
        of_owner
            .filter(|place| side.is_none_or(|side| place.side == side))
            .map(of)
            .fold(0.0, |sum, it| sum + it)
    }

    /// Prints whose they are, and the `top` places of ours.
    pub(super) fn print(&self, top: usize) {
        let mut table =
            Table::new(["blocks, each call", "client", "server", "driver's tasks", "all", "bytes"]);
        for (owner, name) in OWNERS {
            let cell = |side| format!("{:.1}", self.sum(owner, side, |place| place.blocks));
            let [client, server, driver] = SIDES.map(|side| cell(Some(side)));
            let bytes = count(Some(self.sum(owner, None, |place| place.bytes)));
            table.row([name.to_owned(), client, server, driver, cell(None), bytes]);
        }
        println!(
            "Who allocates for a call over RabbitMQ: what std, serde, tokio and the like allocate is \
             their caller's, and a block that grows counts again.\n\n{table}"
        );
        let mut ours: Vec<&Place> = self.places.iter().filter(|it| it.owner == "ours").collect();
        ours.sort_by(|one, other| other.blocks.total_cmp(&one.blocks));
        let mut table =
            Table::new(["ours", "blocks", "bytes", "side", "function", "it called", "called by"]);
        for place in ours.iter().take(top) {
            table.row([
                place.place.trim_start_matches("src/").to_owned(),
                format!("{:.1}", place.blocks),
                count(Some(place.bytes)),
                place.side.clone(),
                place.function.clone(),
                place.called.clone(),
                place.callers.clone(),
            ]);
        }
        println!("{table}");
        let left: f64 = ours.iter().skip(top).map(|place| place.blocks).sum();
        if left > 0.0 {
            println!("and {left:.1} in {} places more\n", ours.len() - top);
        }
    }
}
