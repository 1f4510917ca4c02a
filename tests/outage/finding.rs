//! What a row found.

use std::fmt::Display;
use std::time::Duration;

use serde::Serialize;

use crate::judge::Tally;
use crate::patience;

/// What a row found, on one side.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Finding {
    pub(crate) tally: Option<Tally>,
    /// From the end of the fault, or from what the row counts from, until all served again.
    pub(crate) recovery: Option<Duration>,
    pub(crate) checks: Vec<Check>,
    /// What is worth knowing beside.
    pub(crate) notes: Vec<String>,
}

/// One figure of a row.
#[derive(Debug, Serialize)]
pub(crate) struct Check {
    pub(crate) text: String,
    pub(crate) met: bool,
}

impl Finding {
    /// A finding of a load: with what is judged of every row.
    pub(crate) fn of(tally: Tally) -> Self {
        let faults = tally.faults();
        let text = match faults.is_empty() {
            true => {
                let cut_off = tally.cut_off.len();
                format!("each call ended once and in time; lost 0, doubled 0, {cut_off} cut off")
            }
            false => faults.join("; "),
        };
        let checks = vec![Check { text, met: faults.is_empty() }];
        Self { tally: Some(tally), checks, ..Self::default() }
    }

    /// Adds a figure: what was measured, and whether it is within what the row allows.
    pub(crate) fn check(&mut self, text: impl Into<String>, met: bool) {
        self.checks.push(Check { text: text.into(), met });
    }

    /// Adds a time that may not be above a limit.
    pub(crate) fn within(&mut self, what: impl Display, time: Duration, limit: Duration) {
        let limit = patience::limit(limit);
        self.check(format!("{what} {} (≤ {})", short(time), short(limit)), time <= limit);
    }

    /// Adds the time until all served again, which may not be above a limit.
    pub(crate) fn recovered(&mut self, time: Duration, limit: Duration) {
        self.recovery = Some(time);
        self.within("serving again after", time, limit);
    }

    /// Adds what is worth knowing.
    pub(crate) fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    pub(crate) fn is_met(&self) -> bool {
        self.checks.iter().all(|check| check.met)
    }
}

/// A time in the unit that suits it.
pub(crate) fn short(time: Duration) -> String {
    match time.as_millis() {
        ..10 => format!("{:.1} ms", time.as_secs_f64() * 1000.0),
        millis @ 10..1000 => format!("{millis} ms"),
        _ => format!("{:.1} s", time.as_secs_f64()),
    }
}
