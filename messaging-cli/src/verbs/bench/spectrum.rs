//! How long requests took, percentile by percentile.

use std::fmt::Write as _;
use std::time::Duration;

use super::recorder::quantile;
use super::report::Report;

/// How many steps there are to each halving of what is left.
const STEPS: u32 = 5;

/// One point.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point {
    /// From 0 to 1.
    pub(super) share: f64,
    pub(super) measured: Duration,
    pub(super) corrected: Duration,
    /// How many of the corrected are no longer.
    count: u64,
}

/// The points, nearer to each other the nearer they are to the maximum, which is the last.
pub(super) fn points(report: &Report) -> Vec<Point> {
    let corrected = &report.corrected_durations;
    let all = corrected.iter_quantiles(STEPS).map(|step| {
        let share = step.quantile_iterated_to();
        Point {
            share,
            measured: quantile(&report.durations, share),
            corrected: quantile(corrected, share),
            count: corrected.count_between(0, corrected.value_at_quantile(share)),
        }
    });
    all.collect()
}

/// As CSV, with a head.
pub(super) fn csv(report: &Report) -> String {
    let mut csv = "percentile,measured_seconds,corrected_seconds,count\n".to_owned();
    for Point { share, measured, corrected, count } in points(report) {
        let percentile = share * 100.0;
        let (measured, corrected) = (measured.as_secs_f64(), corrected.as_secs_f64());
        let _ = writeln!(csv, "{percentile:.6},{measured:.9},{corrected:.9},{count}");
    }
    csv
}
