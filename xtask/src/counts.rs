//! Adds up what test programs print.

use std::fmt;
use std::process::ExitCode;

/// How many tests passed and failed.
///
/// Fed with the output of `cargo test` line by line. A program that dies in the middle prints no
/// result; it counts as one failure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    passed: u64,
    failed: u64,
    open: bool,
}

impl Counts {
    /// Reads one line of a test program's output.
    pub(crate) fn read(&mut self, line: &str) {
        if let Some(result) = line.strip_prefix("test result: ") {
            // The word before the counts may be coloured, so the numbers are found by their names.
            self.passed += number_before(result, "passed");
            self.failed += number_before(result, "failed");
            self.open = false;
        } else if is_start(line) {
            self.end();
            self.open = true;
        }
    }

    /// The output is over.
    pub(crate) fn end(&mut self) {
        self.failed += u64::from(self.open);
        self.open = false;
    }

    /// Counts one more test of our own.
    pub(crate) fn add(&mut self, passed: bool) {
        if passed {
            self.passed += 1;
        } else {
            self.failed += 1;
        }
    }

    /// Whether no test failed so far.
    pub(crate) fn is_clean(&self) -> bool {
        self.failed == 0
    }

    /// Prints the closing line, which CI reads, and says how the process should exit: nothing run
    /// is a failure too.
    pub(crate) fn close(self) -> ExitCode {
        println!("{self}");
        if self.is_clean() && self.passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// `running 3 tests`, as a test program begins.
fn is_start(line: &str) -> bool {
    let Some(rest) = line.strip_prefix("running ") else { return false };
    let Some((count, word)) = rest.split_once(' ') else { return false };
    count.parse::<u64>().is_ok() && matches!(word, "test" | "tests")
}

fn number_before(text: &str, name: &str) -> u64 {
    let words: Vec<&str> = text.split([' ', ';']).filter(|word| !word.is_empty()).collect();
    let pair = words.windows(2).find(|pair| pair[1] == name);
    pair.and_then(|pair| pair[0].parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(output: &str) -> String {
        let mut counts = Counts::default();
        output.lines().for_each(|line| counts.read(line));
        counts.end();
        counts.to_string()
    }

    #[test]
    fn results_of_several_programs_are_added_up() {
        let output = "running 3 tests\n\
            test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 1 filtered out; finished in 0.00s\n\
            running 1 test\n\
            test result: \u{1b}[31mFAILED\u{1b}(B\u{1b}[m. 10 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.00s\n";
        assert_eq!(count(output), "13 passed, 2 failed");
    }

    #[test]
    fn a_program_that_dies_counts_as_one_failure() {
        let output = "running 3 tests\ntest a ... ok\nrunning 1 test\n\
            test result: ok. 1 passed; 0 failed; 0 ignored\nrunning 9 tests\n";
        assert_eq!(count(output), "1 passed, 2 failed");
    }

    #[test]
    fn other_lines_count_for_nothing() {
        assert_eq!(
            count("running late\nthe test result: 3 passed; 0 failed\n"),
            "0 passed, 0 failed"
        );
    }

    #[test]
    fn nothing_run_is_a_failure() {
        assert_eq!(Counts::default().close(), ExitCode::FAILURE);
        assert_eq!(Counts { passed: 1, ..Counts::default() }.close(), ExitCode::SUCCESS);
    }
}
