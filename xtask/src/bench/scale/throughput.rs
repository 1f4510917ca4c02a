//! Calls by second over servers and callers.

use std::time::Duration;

use serde::Serialize;
use serde_json::json;

use super::Outcome;
use super::footprint::{self, OURS};
use crate::bench::rounds::{self, Effort};
use crate::bench::site::Site;
use crate::bench::table::Table;
use crate::bench::{cells, record::Record};
use crate::failure::Result;

const SERVERS: [u32; 3] = [1, 2, 4];
const CALLERS: [u32; 6] = [1, 4, 16, 64, 256, 1_024];

#[derive(Clone, Copy, Debug, Serialize)]
struct Case {
    servers: u32,
    callers: u32,
}

/// One client process, and servers that share its requests.
pub(super) fn run(site: &Site, effort: &Effort) -> Result<Outcome> {
    let of = |servers| CALLERS.map(|callers| Case { servers, callers });
    let cases: Vec<Case> = SERVERS.into_iter().flat_map(of).collect();
    let mut topics = 0..;
    let all = rounds::interleaved(effort.rounds, &cases, |case| {
        let topic = format!("throughput-{}", topics.next().unwrap_or(0));
        measure(site, *case, effort, &topic)
    })?;

    println!("\nCalls of 64 B by second, one client process, ours\n");
    let mut table = Table::new(["servers", "c=1", "c=4", "c=16", "c=64", "c=256", "c=1024"]);
    for (servers, row) in SERVERS.into_iter().zip(all.chunks(CALLERS.len())) {
        table.row([servers.to_string()].into_iter().chain(row.iter().map(cells::rate)));
    }
    print!("{table}");
    println!("\n{}", rounds::noise(&all));

    let measured = cases.iter().zip(&all);
    let measured = measured.map(|(case, runs)| json!({ "case": case, "runs": runs }));
    Ok((Vec::new(), measured.collect()))
}

fn measure(site: &Site, case: Case, effort: &Effort, topic: &str) -> Result<Record> {
    let servers = (0..case.servers)
        .map(|_| site.programs.serve(footprint::server(site, OURS, topic)))
        .collect::<Result<Vec<_>>>()?;
    let mut client = site.programs.command(OURS);
    client.args(["client", "--url", &site.broker.url(), "--topic", topic]);
    client.args(["--callers", &case.callers.to_string(), "--size", "64"]);
    client.args(["--warm", &effort.warm.to_string(), "--measure", &effort.measure.to_string()]);
    let servers = servers.iter().map(|it| format!("server={}", it.pid()));
    let brokers = site.broker.pids().into_iter().map(|pid| format!("broker={pid}"));
    for watch in servers.chain(brokers) {
        client.args(["--watch", &watch]);
    }
    site.programs.measure(client, Duration::from_millis(effort.warm + effort.measure))
}
