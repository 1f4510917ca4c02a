//! The table, on the terminal and as files: `target/faults/report.md` and `report.json`.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use crate::finding::{Finding, short};
use crate::judge::Tally;
use crate::program::Side;

/// How a row ended.
#[derive(Debug, Serialize)]
pub(crate) struct Entry {
    pub(crate) row: String,
    pub(crate) fault: &'static str,
    pub(crate) accepted: &'static str,
    pub(crate) side: Side,
    /// What was found, or why nothing was.
    pub(crate) found: Result<Finding, String>,
    pub(crate) took: Duration,
}

impl Entry {
    pub(crate) fn is_met(&self) -> bool {
        self.found.as_ref().is_ok_and(Finding::is_met)
    }

    /// Some lines for the terminal, once the row is done.
    pub(crate) fn lines(&self) -> String {
        let mut text = format!("{}\n", self.markdown());
        match &self.found {
            Ok(finding) => {
                for check in &finding.checks {
                    let mark = if check.met { "ok " } else { "NOT" };
                    let _ = writeln!(text, "    {mark} {}", check.text);
                }
                for note in &finding.notes {
                    let _ = writeln!(text, "        {note}");
                }
                for (kind, sample) in finding.tally.iter().flat_map(|tally| &tally.texts) {
                    let _ = writeln!(text, "        {kind}: {sample}");
                }
            }
            Err(why) => {
                let _ = writeln!(text, "    NOT {why}");
            }
        }
        text
    }

    fn markdown(&self) -> String {
        let who = if self.side == Side::Ours { "" } else { " (peer)" };
        let met = match (&self.found, self.side) {
            (Err(_), _) => "failed",
            // The figures are ours; the peer's are there to be compared.
            (Ok(_), Side::Peer) => "",
            (Ok(_), Side::Ours) if self.is_met() => "yes",
            (Ok(_), Side::Ours) => "**no**",
        };
        let finding = self.found.as_ref().ok();
        let measured = match &self.found {
            Ok(finding) => {
                let checks = finding.checks.iter();
                let of_load = usize::from(finding.tally.is_some());
                let skip =
                    if finding.checks.first().is_some_and(|it| it.met) { of_load } else { 0 };
                checks.skip(skip).map(|check| check.text.clone()).collect::<Vec<_>>().join("; ")
            }
            Err(why) => why.lines().next().unwrap_or_default().to_owned(),
        };
        let recovery = finding.and_then(|it| it.recovery).map(short).unwrap_or_default();
        let load = match finding.and_then(|it| it.tally.as_ref()) {
            Some(tally) => {
                let failed = tally.failed.iter().map(|(kind, count)| format!("{count} {kind}"));
                let failed = failed.collect::<Vec<_>>().join(", ");
                format!(
                    "{} | {} | {} | {}/{} | {} | {} | {}",
                    tally.calls,
                    tally.answered,
                    if failed.is_empty() { "0".to_owned() } else { failed },
                    tally.confirmed,
                    tally.casts,
                    lost(tally),
                    tally.doubled.len(),
                    short(tally.stall),
                )
            }
            None => " | | | | | | ".to_owned(),
        };
        let Self { row, fault, accepted, .. } = self;
        let measured = measured.replace('|', "/");
        format!("| {row}{who} | {fault} | {load} | {recovery} | {accepted} | {measured} | {met} |")
    }
}

/// Casts that were cut off are told apart.
fn lost(tally: &Tally) -> String {
    match tally.cut_off.len() {
        0 => tally.lost.len().to_string(),
        cut_off => format!("{} + {cut_off} cut off", tally.lost.len()),
    }
}

const HEAD: &str = "| row | fault | calls | answered | failed with | casts confirmed | lost | doubled | longest stall | time to recover | accepted when | measured | met |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n";

/// The whole table.
pub(crate) fn table(entries: &[Entry]) -> String {
    let lines: Vec<_> = entries.iter().map(Entry::markdown).collect();
    format!("{HEAD}{}\n", lines.join("\n"))
}

/// Writes the files.
pub(crate) fn save(folder: &Path, entries: &[Entry]) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join("report.md"), table(entries))?;
    std::fs::write(folder.join("report.json"), serde_json::to_vec_pretty(entries)?)
}
