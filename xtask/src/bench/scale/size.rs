//! The memory of a client, a server, and a call that waits.

use std::time::Duration;

use serde_json::json;

use super::Outcome;
use super::footprint::{self, Footprint, LAPIN, OURS};
use crate::bench::goal::Goal;
use crate::bench::site::Site;
use crate::bench::spread::Spread;
use crate::bench::table::Table;
use crate::failure::Result;

/// How long a thing may take to be made and measured.
const LIMIT: Duration = Duration::from_secs(300);

/// What is measured: how it is called in the table, what the program is told, and of whom.
const CASES: [(&str, &str, &str); 5] = [
    ("idle client, two connections", "idle", OURS),
    ("idle client, two connections", "idle", LAPIN),
    ("idle server, two connections", "servers", OURS),
    ("call in flight", "in-flight", OURS),
    ("call in flight", "in-flight", LAPIN),
];

/// Medians of rounds that take turns, and the goals.
pub(super) fn run(site: &Site, rounds: u32) -> Result<Outcome> {
    let mut all = vec![Vec::new(); CASES.len()];
    for round in 1..=rounds {
        println!("memory, round {round} of {rounds}");
        for (number, (case, runs)) in CASES.into_iter().zip(&mut all).enumerate() {
            runs.push(measure(site, case, &format!("size-{round}-{number}"))?);
        }
    }

    println!("\nMemory of one, KiB that are resident more: 50 clients or servers in a process, or");
    println!(
        "10,000 calls in flight; the broker has no server for those of lapin and holds them\n"
    );
    let heads = ["what", "whose", "client process", "server process", "broker", "threads of all"];
    let mut table = Table::new(heads);
    let of = |runs: &[Footprint], role| Spread::of(runs.iter().map(|it| it.each(role)));
    for ((what, told, subject), runs) in CASES.into_iter().zip(&all) {
        let cell = |role| {
            let Spread { median, least, most } = of(runs, role);
            format!("{median:.2} ({least:.2}-{most:.2})")
        };
        let own = if told == "servers" {
            ["-".to_owned(), cell("client")]
        } else {
            let held = (told, subject) == ("in-flight", OURS);
            [cell("client"), if held { cell("server") } else { "-".to_owned() }]
        };
        let threads = runs.first().map_or(0, |it| it.threads).to_string();
        let names = [what.to_owned(), subject.to_owned()];
        table.row(names.into_iter().chain(own).chain([cell("broker"), threads]));
    }
    print!("{table}");

    let goal = |number: usize, bound| {
        let (what, ..) = CASES[number];
        Goal::at_most(format!("KiB, {what}"), of(&all[number], "client").median, bound)
    };
    let measured = CASES.iter().zip(&all);
    let measured = measured.map(|(case, runs)| json!({ "case": case, "runs": runs }));
    Ok((vec![goal(0, 300.0), goal(3, 2.5)], measured.collect()))
}

fn measure(site: &Site, case: (&str, &str, &str), topic: &str) -> Result<Footprint> {
    let (_, told, subject) = case;
    let mut command = footprint::command(site, told, subject, topic);
    let server = match (told, subject) {
        ("idle", _) => Some(footprint::server(site, subject, topic)),
        ("in-flight", OURS) => Some(footprint::command(site, "hold", subject, topic)),
        _ => None,
    };
    let server = server.map(|server| site.programs.serve(server)).transpose()?;
    if let Some(server) = &server {
        command.arg("--watch").arg(format!("server={}", server.pid()));
    }
    site.programs.measure(command, LIMIT)
}
