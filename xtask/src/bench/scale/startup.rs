//! From the start of a process to its first answer, and its end.

use std::path::Path;

use serde_json::json;

use super::Outcome;
use super::footprint::{self, SUBJECTS};
use crate::bench::cost;
use crate::bench::goal::Goal;
use crate::bench::site::Site;
use crate::bench::spread::Spread;
use crate::bench::table::Table;
use crate::failure::Result;

/// How many runs of each there are for a round of the rest: they are short, and their times lie
/// far apart.
const RUNS: u32 = 3;

/// Processes that connect, call once and end; by the clock on the wall.
pub(super) fn run(site: &Site, logs: &Path, rounds: u32) -> Result<Outcome> {
    let topic = |subject: &str| format!("startup-{subject}");
    let _servers = SUBJECTS
        .iter()
        .map(|subject| site.programs.serve(footprint::server(site, subject, &topic(subject))))
        .collect::<Result<Vec<_>>>()?;
    let mut all = vec![Vec::new(); SUBJECTS.len()];
    // The first of each reads its program from the disk.
    for run in 0..=rounds * RUNS {
        for (subject, times) in SUBJECTS.into_iter().zip(&mut all) {
            let mut command = footprint::command(site, "once", subject, &topic(subject));
            let cost = cost::of(&mut command, &logs.join("once.log"))?;
            if run > 0 {
                times.push(cost.wall * 1e3);
            }
        }
    }

    println!(
        "\nStart of a process to its first answer and its end, ms, of {} runs\n",
        rounds * RUNS
    );
    let mut table = Table::new(["whose", "median", "min-max"]);
    for (subject, times) in SUBJECTS.into_iter().zip(&all) {
        let Spread { median, least, most } = Spread::of(times.iter().copied());
        let range = format!("{least:.1}-{most:.1}");
        table.row([subject.to_owned(), format!("{median:.1}"), range]);
    }
    print!("{table}");

    let pairs = all[0].iter().zip(&all[1]);
    let ratio = Spread::of(pairs.map(|(ours, floor)| ours / floor)).median;
    let goal = Goal::at_most("start to first answer / lapin", ratio, 1.3);
    Ok((vec![goal], json!({ "ours": all[0], "lapin": all[1] })))
}
