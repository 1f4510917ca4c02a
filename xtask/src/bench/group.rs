//! A group of few cases, which one table holds.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::goal::{self, Goal};
use super::rounds::{self, Effort, Runs};
use super::side::{self, Side};
use super::site::{Exchange, Site};
use super::table::Table;
use super::{cells, saved};
use crate::failure::Result;
use crate::workspace::Workspace;

/// How thoroughly to measure.
#[derive(Debug, Args)]
pub(crate) struct Options {
    #[command(flatten)]
    effort: Effort,
}

/// One of the cases.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    pub(crate) server: Side,
    pub(crate) client: Side,
    pub(crate) callers: u32,
    /// What is set at both ends, in the query of the URL.
    pub(crate) options: &'static str,
}

/// A group: its name, the head of its table, and whether its clients cast.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Group<'a> {
    pub(crate) name: &'a str,
    pub(crate) head: &'a str,
    pub(crate) casts: bool,
    /// How many bytes a message carries.
    pub(crate) size: u32,
    pub(crate) cases: &'a [Case],
}

impl Group<'_> {
    /// Measures, prints the table and the goals, and writes all that was measured.
    pub(crate) fn run(
        &self,
        workspace: &Workspace,
        options: &Options,
        judge: impl Fn(&[Runs]) -> Vec<Goal>,
    ) -> Result<ExitCode> {
        let sides = || self.cases.iter().flat_map(|case| [case.server, case.client]);
        let site = Site::start(workspace, &sides().collect::<Vec<_>>())?;
        let mut topics = 0..;
        let effort = options.effort;
        let all = rounds::interleaved(effort.rounds, self.cases, |case| {
            let Case { server, client, callers, options } = *case;
            // What a run has left in its queue is none of the next one's.
            let topic = format!("bench-{}-{}", self.name, topics.next().unwrap_or(0));
            let (casts, size) = (self.casts, self.size);
            let exchange = Exchange { server, client, topic, options, casts, callers, size };
            site.run(&exchange, &effort)
        })?;

        println!("\n{}\n", self.head);
        let mut table = Table::new([&["server", "client", "c", "set"], &cells::HEADS[..]].concat());
        for (case, runs) in self.cases.iter().zip(&all) {
            let names = [case.server, case.client].map(|side| side.name().to_owned());
            let names =
                names.into_iter().chain([case.callers.to_string(), case.options.to_owned()]);
            table.row(names.chain(cells::of(runs)));
        }
        print!("{table}");
        println!("\n{}", rounds::noise(&all));
        side::print_settings(sides());
        let goals = judge(&all);
        goal::print(&goals);

        let cases = self.cases.iter().zip(&all).map(|(case, runs)| {
            let Case { server, client, callers, options } = case;
            json!({
                "server": server, "client": client, "callers": callers, "options": options, "runs": runs
            })
        });
        let all = json!({ "cases": cases.collect::<Vec<_>>(), "goals": goals });
        saved::save(workspace, self.name, &all)?;
        Ok(goal::code(&goals))
    }
}
