//! What is aimed at.

use std::process::ExitCode;

use serde::Serialize;

use super::spread::Spread;
use super::table::Table;

/// Something measured, and what it is to be.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Goal {
    what: String,
    measured: Spread,
    bound: Bound,
}

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

impl Goal {
    /// It is to be as great as `bound`, or greater.
    pub(crate) fn at_least(
        what: impl Into<String>,
        measured: impl Into<Spread>,
        bound: f64,
    ) -> Self {
        Self { what: what.into(), measured: measured.into(), bound: Bound::AtLeast(bound) }
    }

    /// It is to be as small as `bound`, or smaller.
    pub(crate) fn at_most(
        what: impl Into<String>,
        measured: impl Into<Spread>,
        bound: f64,
    ) -> Self {
        Self { what: what.into(), measured: measured.into(), bound: Bound::AtMost(bound) }
    }

    /// Whether its median is; what is no number is not.
    pub(crate) fn is_met(&self) -> bool {
        match self.bound {
            Bound::AtLeast(bound) => self.measured.median >= bound,
            Bound::AtMost(bound) => self.measured.median <= bound,
        }
    }
}

/// Prints what is aimed at and how near it is.
pub(crate) fn print(goals: &[Goal]) {
    if goals.is_empty() {
        return;
    }
    let mut table = Table::new(["goal", "measured", "wanted", ""]);
    for goal in goals {
        let wanted = match goal.bound {
            Bound::AtLeast(bound) => format!(">= {bound}"),
            Bound::AtMost(bound) => format!("<= {bound}"),
        };
        let met = if goal.is_met() { "met" } else { "MISSED" };
        table.row([goal.what.clone(), number(goal.measured), wanted, met.to_owned()]);
    }
    println!("\n{table}");
}

/// The median, and how far single measurements lie apart.
fn number(measured: Spread) -> String {
    let Spread { median, least, most } = measured;
    // As many digits as say something.
    let digits = if median.abs() < 0.1 { 4 } else { 2 };
    if least < most {
        format!("{median:.digits$} ({least:.digits$}-{most:.digits$})")
    } else {
        format!("{median:.digits$}")
    }
}

/// A failure if one is missed.
pub(crate) fn code(goals: &[Goal]) -> ExitCode {
    if goals.iter().all(Goal::is_met) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_is_met_at_its_bound_and_never_by_what_is_no_number() {
        assert!(Goal::at_least("a", 0.95, 0.95).is_met() && Goal::at_most("b", 1.1, 1.1).is_met());
        let nothing = f64::NAN;
        for missed in [
            Goal::at_least("c", 0.94, 0.95),
            Goal::at_most("d", 1.11, 1.1),
            Goal::at_least("e", nothing, 0.0),
            Goal::at_most("f", nothing, 1.0),
        ] {
            assert!(!missed.is_met(), "{missed:?}");
        }
    }
}
