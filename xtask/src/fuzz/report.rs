//! What libFuzzer said of a target.

use std::fmt::Write as _;

/// How a target did.
#[derive(Debug, PartialEq)]
pub(super) struct Report {
    target: &'static str,
    /// How many inputs were tried.
    runs: u64,
    /// How many places of the program were reached.
    covered: u64,
    /// How many of the inputs came to a place that was new.
    new: u64,
    /// The most memory that the program had, in MiB.
    memory: u64,
    /// The input that went wrong, as a file, or that there is none.
    pub(super) failed: Option<String>,
}

impl Report {
    /// Reads what was printed.
    pub(super) fn read(target: &'static str, succeeded: bool, said: &[u8]) -> Self {
        let said = String::from_utf8_lossy(said);
        let last = |mark: &str| said.rfind(mark).and_then(|at| said.get(at + mark.len()..));
        let number = |mark: &str| -> u64 {
            let word = last(mark).and_then(|rest| rest.split_whitespace().next());
            word.and_then(|word| word.parse().ok()).unwrap_or(0)
        };
        let runs = number("stat::number_of_executed_units:");
        let failed = (!succeeded || runs == 0).then(|| {
            let file = last("Test unit written to ").and_then(|rest| rest.lines().next());
            file.unwrap_or("no input; see what it printed").to_owned()
        });
        Self {
            target,
            runs,
            covered: number(" cov: "),
            new: number("stat::new_units_added:"),
            memory: number("stat::peak_rss_mb:"),
            failed,
        }
    }
}

/// The reports as a table, and how to run again what failed.
pub(super) fn table(reports: &[Report]) -> String {
    let mut table = "target      runs         places  new inputs  memory   outcome\n".to_owned();
    for Report { target, runs, covered, new, memory, failed } in reports {
        let outcome = if failed.is_some() { "FAILED" } else { "ok" };
        let _ = writeln!(
            table,
            "{target:<11} {runs:<12} {covered:<7} {new:<11} {memory:>3} MiB  {outcome}"
        );
    }
    for Report { target, failed, .. } in reports {
        if let Some(file) = failed {
            let _ = writeln!(table, "again: cargo xtask fuzz {target} --replay {file}");
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str = "#2 INITED cov: 20 ft: 21 corp: 1/1b\n#100 NEW    cov: 31 ft: 40\n\
        Done 100 runs in 1 second(s)\nstat::number_of_executed_units: 100\n\
        stat::new_units_added:          2\nstat::peak_rss_mb:              45\n";

    #[test]
    fn the_last_numbers_count() {
        let report = Report::read("url", true, SAID.as_bytes());
        let expected =
            Report { target: "url", runs: 100, covered: 31, new: 2, memory: 45, failed: None };
        assert_eq!(report, expected);
        assert!(table(&[report]).contains("url         100          31"));
    }

    /// Also where it ended without having begun.
    #[test]
    fn what_failed_is_named_with_how_to_see_it_again() {
        let said = format!("{SAID}Test unit written to /found/crash-1\nBase64: eA==\n");
        let reports = [
            Report::read("url", false, said.as_bytes()),
            Report::read("ini", true, b"no target is called ini"),
        ];
        let table = table(&reports);
        assert!(table.contains("again: cargo xtask fuzz url --replay /found/crash-1\n"), "{table}");
        assert_eq!(table.matches("FAILED").count(), 2);
    }
}
