//! A thousand clients on one broker.

use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Outcome;
use super::footprint::{self, Footprint, OURS};
use crate::bench::goal::Goal;
use crate::bench::record::Record;
use crate::bench::rounds::Effort;
use crate::bench::site::Site;
use crate::bench::table::Table;
use crate::failure::Result;
use crate::process::Background;

const PROCESSES: u32 = 4;
const EACH: u32 = 250;

/// When they begin to call, in seconds from their start: all must be connected by then.
const CONNECT_WITHIN: u32 = 60;

/// How long they are measured at least, in milliseconds: a call among so many takes long.
const MEASURE: u64 = 5_000;

/// How long it may take beside the load.
const LIMIT: Duration = Duration::from_secs(300);

/// What a process of clients measured.
#[derive(Debug, Serialize, Deserialize)]
struct Measured {
    connected: Footprint,
    called: Record,
}

/// Four processes of 250 clients, each with its two connections, that all call once they are
/// connected; once, since it is long.
pub(super) fn run(site: &Site, logs: &Path, effort: &Effort) -> Result<Outcome> {
    let (topic, measure) = ("clients", effort.measure.max(MEASURE));
    let server = site.programs.serve(footprint::server(site, OURS, topic))?;
    let processes = (0..PROCESSES)
        .map(|number| {
            let mut command = footprint::command(site, "many", OURS, topic);
            command.args(["--callers", &EACH.to_string(), "--within", &CONNECT_WITHIN.to_string()]);
            command.args(["--warm", &effort.warm.to_string(), "--measure", &measure.to_string()]);
            Background::start(&mut command, &logs.join(format!("clients-{number}.log")))
        })
        .collect::<Result<Vec<_>>>()?;
    let mut all: Vec<Measured> = Vec::new();
    for process in &processes {
        let load = LIMIT + Duration::from_millis(measure);
        all.push(process.find(load, |line| serde_json::from_str(line).ok())?);
    }
    processes.into_iter().try_for_each(|process| process.wait(LIMIT))?;
    drop(server);

    let sum = |of: fn(&Measured) -> f64| all.iter().map(of).sum::<f64>();
    let rate = sum(|it| it.called.rate);
    let errors: u64 = all.iter().map(|it| it.called.errors).sum();
    let longest = all.iter().map(|it| it.connected.seconds).fold(0.0, f64::max);
    let each = sum(|it| it.connected.each("client")) / f64::from(PROCESSES);
    let slowest = all.iter().map(|it| it.called.p99).fold(0.0, f64::max) / 1e3;
    println!(
        "\n{} clients in {PROCESSES} processes on one broker and one server\n",
        PROCESSES * EACH
    );
    let heads = ["connected in s", "calls/s", "p99 ms", "failed", "KiB a client"];
    let mut table = Table::new(heads);
    table.row([
        format!("{longest:.1}"),
        format!("{rate:.0}"),
        format!("{slowest:.0}"),
        errors.to_string(),
        format!("{each:.0}"),
    ]);
    print!("{table}");

    // Where a process had no answer at all, none failed either.
    let answered = all.iter().all(|it| it.called.calls > 0);
    #[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
    let failed = if answered { errors as f64 } else { f64::NAN };
    let goal = Goal::at_most("calls that failed, 1,000 clients", failed, 0.0);
    Ok((vec![goal], json!(all)))
}
