//! `cargo xtask bench memory`: calls within one process.

use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, ValueEnum};
use serde::Serialize;
use serde_json::json;

use super::goal::{self, Goal};
use super::program::Programs;
use super::rounds::{self, Effort, Runs};
use super::table::Table;
use super::{cells, saved};
use crate::failure::Result;
use crate::workspace::Workspace;

/// What to measure, and how thoroughly.
#[derive(Debug, Args)]
pub(crate) struct Options {
    #[command(flatten)]
    effort: Effort,
    /// How many bytes a call carries.
    #[arg(long, value_delimiter = ',', default_values_t = [64, 1_024, 65_536])]
    sizes: Vec<u32>,
    /// How many call at once.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 16, 128])]
    callers: Vec<u32>,
    /// What the tasks run on: one thread, as the anchors were measured, or one for each processor.
    #[arg(long, value_delimiter = ',', value_enum, default_values_t = [Runtime::Current])]
    runtime: Vec<Runtime>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
enum Runtime {
    Current,
    Multi,
}

/// The names by which the program knows them, in the order in which they take turns.
const SUBJECTS: [(&str, &str); 4] = [
    (OURS, "over memory:// with the defaults, client and server on one transport"),
    (TARPC, "in-memory transport, values are moved and nothing is serialised; the defaults"),
    (CHANNEL, "tokio's mpsc and oneshot, a task for each call; values are moved"),
    (CHANNEL_JSON, "the same, with serde_json at both ends"),
];
const OURS: &str = "ours";
const TARPC: &str = "tarpc";
const CHANNEL: &str = "channel";
const CHANNEL_JSON: &str = "channel-json";

/// What takes turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
struct Case {
    runtime: Runtime,
    size: u32,
    callers: u32,
    subject: &'static str,
}

/// Every case and its runs.
#[derive(Debug)]
struct Results(Vec<(Case, Runs)>);

impl Case {
    /// The subjects of one load stand beside each other.
    fn all(options: &Options) -> Vec<Self> {
        let mut all = Vec::new();
        for &runtime in &options.runtime {
            for &size in &options.sizes {
                for &callers in &options.callers {
                    let subjects = SUBJECTS.map(|(subject, _)| subject);
                    all.extend(subjects.map(|subject| Self { runtime, size, callers, subject }));
                }
            }
        }
        all
    }
}

/// Measures, prints the tables, and writes all that was measured.
pub(super) fn run(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    let programs = Programs::build(workspace)?;
    let (effort, cases) = (options.effort, Case::all(options));
    let all = rounds::interleaved(effort.rounds, &cases, |case| {
        let Case { runtime, size, callers, subject } = *case;
        let mut command = programs.command("inside");
        command.arg(subject).args(["--runtime", runtime.name()]);
        for (name, value) in [("--callers", callers.into()), ("--size", size.into())]
            .into_iter()
            .chain([("--warm", effort.warm), ("--measure", effort.measure)])
        {
            command.arg(name).arg(value.to_string());
        }
        programs.measure(command, Duration::from_millis(effort.warm + effort.measure))
    })?;
    let results = Results(cases.into_iter().zip(all).collect());
    results.print(options);
    let goals = results.judge(options);
    goal::print(&goals);
    let runs = results.0.iter().map(|(case, runs)| json!({ "case": case, "runs": runs }));
    let all = json!({ "cases": runs.collect::<Vec<_>>(), "goals": goals });
    saved::save(workspace, "memory", &all)?;
    Ok(goal::code(&goals))
}

impl Results {
    /// A table for each runtime and size.
    fn print(&self, options: &Options) {
        for &runtime in &options.runtime {
            for &size in &options.sizes {
                println!("\nCalls of {size} B within one process, runtime {}\n", runtime.name());
                let heads = ["subject", "c", "calls/s (min-max)", "p50 us", "p99 us"];
                let more = ["CPU us a call", "of channel-json", "of tarpc"];
                let mut table = Table::new([&heads[..], &more].concat());
                for (case, runs) in &self.0 {
                    if (case.runtime, case.size) == (runtime, size) {
                        table.row(self.cells(*case, runs));
                    }
                }
                print!("{table}");
            }
        }
        println!("\n{}", rounds::noise(self.0.iter().map(|(_, runs)| runs)));
        println!("\nSettings\n");
        SUBJECTS.iter().for_each(|(subject, settings)| println!("* {subject}: {settings}."));
    }

    fn cells(&self, case: Case, runs: &Runs) -> Vec<String> {
        let time = |time: f64| format!("{time:.1}");
        let of = |other| {
            let ratio = self.ratio(case, other);
            ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}"))
        };
        vec![
            case.subject.to_owned(),
            case.callers.to_string(),
            cells::rate(runs),
            time(runs.of(|it| it.p50).median),
            time(runs.of(|it| it.p99).median),
            // Seconds for 10,000 are a hundred times microseconds for one.
            format!("{:.2}", runs.of(|it| it.cpu_of_all()).median * 100.0),
            of(CHANNEL_JSON),
            of(TARPC),
        ]
    }

    /// Calls by second, of those of another subject under the same load.
    fn ratio(&self, case: Case, subject: &'static str) -> Option<f64> {
        let of = |case| self.0.iter().find(|(other, _)| *other == case).map(|(_, runs)| runs);
        let other = of(Case { subject, ..case })?;
        Some(of(case)?.ratio(other, |it| it.rate).median)
    }

    fn judge(&self, options: &Options) -> Vec<Goal> {
        let ours = |runtime| Case { runtime, size: 64, callers: 16, subject: OURS };
        let goals = options.runtime.iter().flat_map(|runtime| {
            [(CHANNEL_JSON, 0.6), (TARPC, 1.5)].into_iter().filter_map(|(other, bound)| {
                let what = format!("calls/s / {other}, 64 B, c=16, {}", runtime.name());
                let ratio = self.ratio(ours(*runtime), other)?;
                Some(Goal::at_least(what, ratio, bound))
            })
        });
        goals.collect()
    }
}

impl Runtime {
    fn name(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Multi => "multi",
        }
    }
}
