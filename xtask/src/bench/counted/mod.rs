//! Steps that are counted: in instructions, which are the same each time, in time and in
//! allocations.

pub(crate) mod baseline;
pub(crate) mod callgrind;
mod profile;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::program::Programs;
use crate::failure::Result;
use crate::process;
use crate::workspace::Workspace;

/// What one step costs, each time.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Step {
    pub(crate) name: String,
    /// How many bytes of text go through it.
    pub(crate) size: u32,
    /// How often it was done where instructions were counted.
    pub(crate) times: u32,
    /// Whether it is none of ours, but a part of others that is to be subtracted.
    pub(crate) beside: bool,
    #[serde(default)]
    pub(crate) instructions: f64,
    /// The same by the crate in whose source they are.
    #[serde(default)]
    pub(crate) by_crate: BTreeMap<String, f64>,
    pub(crate) nanoseconds: Option<f64>,
    /// Blocks that were allocated; one that grows counts again.
    pub(crate) blocks: Option<f64>,
    /// Bytes that were allocated.
    pub(crate) bytes: Option<f64>,
}

/// All that can be counted of the steps of `group`, which is the name of their program.
pub(crate) fn steps(workspace: &Workspace, programs: &Programs, group: &str) -> Result<Vec<Step>> {
    println!("{group}: instructions");
    let mut steps = callgrind::run(workspace, programs, group)?;
    println!("{group}: time and allocations");
    let timed = lines(programs.command(group))?;
    let mut allocated = programs.command("allocated");
    allocated.arg(group);
    let allocated = lines(allocated)?;
    for (step, (timed, allocated)) in steps.iter_mut().zip(timed.into_iter().zip(allocated)) {
        step.nanoseconds = timed.nanoseconds;
        (step.blocks, step.bytes) = (allocated.blocks, allocated.bytes);
    }
    Ok(steps)
}

/// The steps that a program prints.
fn lines(mut command: std::process::Command) -> Result<Vec<Step>> {
    let (mut steps, mut unread) = (Vec::new(), None);
    let ended = process::run_lines(&mut command, |line| match serde_json::from_str(line) {
        Ok(step) => steps.push(step),
        Err(error) => unread = Some(format!("`{line}`, which is no step: {error}")),
    })?;
    ended.check(&format!("{command:?}"))?;
    match unread {
        Some(unread) => Err(format!("{command:?} printed {unread}").into()),
        None => Ok(steps),
    }
}

/// A size as it stands in tables.
pub(crate) fn size(bytes: u32) -> String {
    if bytes < 1_024 { format!("{bytes} B") } else { format!("{} KiB", bytes / 1_024) }
}

/// A count as it stands in tables: none is a dash.
pub(crate) fn count(count: Option<f64>) -> String {
    count.map_or_else(|| "-".to_owned(), |count| format!("{count:.0}"))
}
