//! What is written, for people and for programs.
//!
//! Data goes to standard output, all else to standard error. Colours are for terminals alone, and
//! for nobody where `NO_COLOR` is set.

use std::fmt::Display;
use std::io::{self, Write as _};

use anstyle::{AnsiColor, Style};
use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;
use serde_json::json;

use crate::exit::{Exit, Failure};
use crate::text;

/// Names of things.
pub(crate) const NAME: Style = AnsiColor::Cyan.on_default();
/// What stands back: units, notes.
pub(crate) const FAINT: Style = Style::new().dimmed();
/// Heads of tables.
pub(crate) const HEAD: Style = Style::new().bold();
/// What is well.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// What deserves a look.
pub(crate) const WARN: Style = AnsiColor::Yellow.on_default();
/// What failed.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();

/// Where a verb writes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    json: bool,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether programs read it: `--json`.
    pub(crate) fn is_json(self) -> bool {
        self.json
    }

    /// A line for people, which may hold styles of this module.
    pub(crate) fn line(self, line: impl Display) -> Result<(), Failure> {
        debug_assert!(!self.json, "a line for people is written where programs read");
        Ok(writeln!(anstream::stdout(), "{line}")?)
    }

    /// A remark for people, beside the data; nothing with `--json`.
    pub(crate) fn note(self, line: impl Display) {
        if !self.json {
            let _ = writeln!(anstream::stderr(), "{FAINT}{line}{FAINT:#}");
        }
    }

    /// One document for programs, in lines where it is looked at.
    pub(crate) fn json(self, document: &impl Serialize) -> Result<(), Failure> {
        debug_assert!(self.json, "a document for programs is written where people read");
        let text = serde_json::to_string_pretty(document).map_err(io::Error::from)?;
        Ok(writeln!(io::stdout().lock(), "{}", text::json(&text))?)
    }

    /// One document of many for programs: a line of its own, written at once.
    pub(crate) fn json_line(self, document: &impl Serialize) -> Result<(), Failure> {
        self.raw_line(&serde_json::to_string(document).map_err(io::Error::from)?)
    }

    /// A line for programs that is JSON already, written at once.
    pub(crate) fn raw_line(self, line: &str) -> Result<(), Failure> {
        debug_assert!(self.json, "a document for programs is written where people read");
        // What came over several lines has no line end within a string.
        let line = text::json(&line.replace(['\n', '\r'], " "));
        let mut stdout = io::stdout().lock();
        writeln!(stdout, "{line}")?;
        Ok(stdout.flush()?)
    }

    /// A table for people. Cells are cleaned of what would speak to a terminal.
    pub(crate) fn table<const N: usize>(
        self,
        head: [&str; N],
        rows: impl IntoIterator<Item = [String; N]>,
    ) -> Result<(), Failure> {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_content_arrangement(ContentArrangement::Disabled);
        table.set_header(head);
        for row in rows {
            table.add_row(row.map(|cell| text::line(&cell)));
        }
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        let text = table.to_string();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim_end();
            match index {
                0 => self.line(format_args!("{HEAD}{line}{HEAD:#}"))?,
                _ => self.line(line)?,
            }
        }
        Ok(())
    }

    /// Tells why a verb failed, and gives its exit code.
    pub(crate) fn failed(self, failure: &Failure) -> Exit {
        let Failure { exit, kind, message, shown, hints, data, is_silent } = failure;
        if *is_silent {
            return *exit;
        }
        if self.json {
            let mut error = json!({ "exit": exit.code(), "message": message });
            if let Some(kind) = kind {
                error["kind"] = json!(format!("{kind:?}"));
            }
            if !hints.is_empty() {
                error["hints"] = json!(hints);
            }
            if let Some(data) = data {
                error["data"] = data.clone();
            }
            let _ = writeln!(io::stderr().lock(), "{}", json!({ "error": error }));
            return *exit;
        }
        let mut stderr = anstream::stderr();
        let message = shown.clone().unwrap_or_else(|| text::lines(message));
        let _ = writeln!(stderr, "{BAD}error:{BAD:#} {message}");
        for hint in hints {
            let _ = writeln!(stderr, "{FAINT}  hint:{FAINT:#} {}", text::lines(hint));
        }
        *exit
    }
}

/// A number with its thousands apart: `12 345`.
pub(crate) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_its_thousands_apart() {
        for (value, expected) in
            [(0, "0"), (999, "999"), (1000, "1 000"), (12_345_678, "12 345 678")]
        {
            assert_eq!(number(value), expected);
        }
    }
}
