//! How many instructions each step took when somebody last looked at it: `benches/baseline.json`.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde::{Deserialize, Serialize};

use super::{Step, size};
use crate::bench::table::Table;
use crate::failure::{Failure, Result};
use crate::workspace::Workspace;

/// What has moved by more is told, as a part of what it was.
const TOLD: f64 = 0.01;

/// What has grown by more is a failure.
const ALLOWED: f64 = 0.10;

/// The instructions of each step, and what they were counted with.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Baseline {
    /// What else decides how many there are.
    counted_with: BTreeMap<String, String>,
    instructions: BTreeMap<String, u64>,
}

impl Baseline {
    /// The one that is committed.
    pub(crate) fn read(workspace: &Workspace) -> Result<Self> {
        let path = path(workspace);
        let text =
            fs::read_to_string(&path).map_err(|error| Failure::file("read", &path, error))?;
        serde_json::from_str(&text).map_err(|error| Failure::file("read", &path, error))
    }

    /// What was counted now, of all groups.
    pub(crate) fn of<'s>(groups: impl IntoIterator<Item = (&'s str, &'s [Step])>) -> Self {
        let all = groups.into_iter().flat_map(|(group, steps)| {
            let ours = steps.iter().filter(|step| !step.beside);
            ours.map(move |step| (name(group, step), rounded(step.instructions)))
        });
        Self { instructions: all.collect(), counted_with: here() }
    }

    /// Has it committed.
    pub(crate) fn write(&self, workspace: &Workspace) -> Result<()> {
        let path = path(workspace);
        let text = serde_json::to_string_pretty(self)
            .map_err(|error| format!("the baseline is no JSON: {error}"))?;
        fs::write(&path, text + "\n").map_err(|error| Failure::file("write", &path, error))?;
        println!("the baseline is renewed: {}", path.display());
        Ok(())
    }

    /// How much a step has moved since, as it stands in tables.
    pub(crate) fn moved(&self, group: &str, step: &Step) -> String {
        let before = self.instructions.get(&name(group, step)).copied();
        before.map_or_else(String::new, |before| percent(part(before, rounded(step.instructions))))
    }

    /// Prints what has moved from here to `now`.
    ///
    /// # Errors
    ///
    /// If something has grown beyond what is allowed, or is in one of them alone.
    pub(crate) fn judge(&self, now: &Self) -> Result<()> {
        for (what, here) in &now.counted_with {
            let there = self.counted_with.get(what).map_or("something else", String::as_str);
            if there != here {
                println!("note: {what} is {here}, and the baseline was counted with {there}");
            }
        }
        let mut table = Table::new(["step", "before", "now", "moved", ""]);
        let (mut slower, mut faster, mut unlike) = (0, 0, 0);
        let mut told = 0;
        let names = self.instructions.keys().chain(now.instructions.keys());
        for name in names.collect::<std::collections::BTreeSet<_>>() {
            let counts = (self.instructions.get(name), now.instructions.get(name));
            let (Some(&before), Some(&after)) = counts else {
                let cell = |count: Option<&u64>| count.map_or("-".to_owned(), u64::to_string);
                table.row([
                    name.clone(),
                    cell(counts.0),
                    cell(counts.1),
                    String::new(),
                    "UNLIKE".to_owned(),
                ]);
                (unlike, told) = (unlike + 1, told + 1);
                continue;
            };
            let part = part(before, after);
            if part.abs() <= TOLD {
                continue;
            }
            let verdict = if part > ALLOWED {
                slower += 1;
                "SLOWER"
            } else if part < -ALLOWED {
                faster += 1;
                "faster"
            } else {
                ""
            };
            told += 1;
            table.row([
                name.clone(),
                before.to_string(),
                after.to_string(),
                percent(part),
                verdict.to_owned(),
            ]);
        }
        let all = now.instructions.len();
        println!("{all} steps were counted; {told} moved by more than 1 %");
        if told > 0 {
            println!("\n{table}");
        }
        const RENEW: &str =
            "`cargo xtask bench codec --renew` writes a new baseline, to be committed";
        if faster > 0 {
            println!("{faster} are faster by more than 10 %: {RENEW}");
        }
        if slower + unlike == 0 {
            return Ok(());
        }
        Err(format!(
            "{slower} steps take over 10 % more instructions than benches/baseline.json says, and \
             {unlike} are in one of the two alone: make them leaner, or, where that is meant, \
             {RENEW}"
        )
        .into())
    }
}

fn path(workspace: &Workspace) -> PathBuf {
    workspace.root().join("benches/baseline.json")
}

fn name(group: &str, step: &Step) -> String {
    format!("{group}: {}, {}", step.name, size(step.size))
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
fn rounded(instructions: f64) -> u64 {
    instructions.round() as u64
}

#[allow(clippy::cast_precision_loss, reason = "counts far below 2^52")]
fn part(before: u64, now: u64) -> f64 {
    now as f64 / before.max(1) as f64 - 1.0
}

fn percent(part: f64) -> String {
    format!("{:+.1} %", part * 100.0)
}

/// What decides, beside the code, how many instructions there are. valgrind shows every processor
/// with AVX2 as the same one, so memchr and the C library choose the same functions on all of them.
fn here() -> BTreeMap<String, String> {
    let said = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output().ok();
        let text = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
        text.unwrap_or_else(|| "not known".to_owned())
    };
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let avx2 = cpu.split_whitespace().any(|word| word == "avx2");
    let with = if avx2 { "with AVX2" } else { "without AVX2" };
    BTreeMap::from([
        ("rustc".to_owned(), said("rustc", &["--version"])),
        ("valgrind".to_owned(), said("valgrind", &["--version"])),
        ("C library".to_owned(), said("getconf", &["GNU_LIBC_VERSION"])),
        ("processor".to_owned(), format!("{} {with}", std::env::consts::ARCH)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(counts: &[(&str, u64)]) -> Baseline {
        let instructions = counts.iter().map(|(name, count)| ((*name).to_owned(), *count));
        Baseline { instructions: instructions.collect(), counted_with: BTreeMap::new() }
    }

    #[test]
    fn what_grows_beyond_a_tenth_fails_and_what_shrinks_does_not() {
        let before = of(&[("a", 1_000)]);
        for (now, fails) in [(1_099, false), (1_101, true), (500, false)] {
            assert_eq!(before.judge(&of(&[("a", now)])).is_err(), fails, "{now}");
        }
    }

    #[test]
    fn a_step_that_only_one_of_them_has_fails() {
        let (one, two) = (of(&[("a", 1)]), of(&[("a", 1), ("b", 1)]));
        assert!(one.judge(&two).is_err() && two.judge(&one).is_err() && two.judge(&two).is_ok());
    }
}
