//! What is printed at the end: how each case went under each set of options.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Mutex;

use crate::cases::Case;
use crate::options::{Options, SETS};
use crate::topology::{CAPTURES, PARTS};
use crate::trial::Trial;

/// Whether what has been run so far holds, by name.
#[derive(Debug, Default)]
pub(crate) struct Outcomes(Mutex<BTreeMap<String, bool>>);

impl Outcomes {
    pub(crate) fn note(&self, name: String, holds: bool) {
        self.0.lock().unwrap().insert(name, holds);
    }

    /// Empty if it was not run.
    fn cell(&self, name: &str, yes: &'static str, no: &'static str) -> &'static str {
        self.0.lock().unwrap().get(name).map_or("", |holds| if *holds { yes } else { no })
    }

    /// The cases of every direction, and the topologies; without what was not run.
    pub(crate) fn tables(&self, cases: &[Case]) -> String {
        let mut text = String::new();
        let sets = SETS.map(|set| set.name);
        for direction in directions(cases) {
            let rows = cases.iter().filter(|case| case.direction == direction).map(|case| {
                let cell = |set| self.cell(&Trial::Case(set, *case).name(), "ok", "FAILED");
                (case.name, SETS.map(cell).to_vec())
            });
            table(&mut text, direction, &sets, rows);
        }
        for Options { name, query } in SETS.iter().filter(|set| self.is_used(set)) {
            let _ =
                writeln!(text, "{name}: {}", if query.is_empty() { "no option" } else { query });
        }
        text.push('\n');
        let rows = CAPTURES.into_iter().map(|capture| {
            let cell = |part: &str| self.cell(&Self::part(capture, part), "equal", "DIFFERENT");
            (capture, PARTS.map(cell).to_vec())
        });
        table(&mut text, "topology", &PARTS, rows);
        text
    }

    fn is_used(&self, options: &Options) -> bool {
        let trials = format!("{}::", options.name);
        self.0.lock().unwrap().keys().any(|name| name.starts_with(&trials))
    }

    /// The name under which the part of a topology is noted.
    pub(crate) fn part(capture: &'static str, part: &str) -> String {
        format!("{} {part}", Trial::Topology(capture).name())
    }
}

/// In their order.
fn directions(cases: &[Case]) -> Vec<&'static str> {
    let mut all = Vec::new();
    for case in cases {
        if !all.contains(&case.direction) {
            all.push(case.direction);
        }
    }
    all
}

fn table<'a>(
    text: &mut String,
    title: &str,
    columns: &[&str],
    rows: impl Iterator<Item = (&'a str, Vec<&'static str>)>,
) {
    let run: Vec<_> = rows.filter(|(_, cells)| cells.iter().any(|cell| !cell.is_empty())).collect();
    let Some(first) = run.iter().map(|(name, _)| name.len()).max() else { return };
    let mut line = |name: &str, cells: &[&str]| {
        let _ = write!(text, "{name:first$}");
        for (column, cell) in columns.iter().zip(cells) {
            let _ = write!(text, "  {cell:0$}", column.len().max("DIFFERENT".len()));
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    };
    line(title, columns);
    for (name, cells) in &run {
        line(name, cells);
    }
    text.push('\n');
}
