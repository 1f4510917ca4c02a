//! A histogram, drawn in a terminal.

use std::time::Duration;

use super::recorder::Durations;
use crate::duration;
use crate::output::{NAME, number};

/// How many rows it has at most.
const ROWS: u32 = 12;

/// Eighths of a cell.
const EIGHTHS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];

/// What a row is of: all that took longer than the one above, and no longer than this.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Row {
    pub(super) up_to: Duration,
    pub(super) count: u64,
}

/// As rows whose bounds are each as many times the one before.
pub(super) fn rows(durations: &Durations) -> Vec<Row> {
    if durations.is_empty() {
        return Vec::new();
    }
    let (least, most) = (durations.min().max(1), durations.max().max(1));
    #[allow(clippy::cast_precision_loss)] // a picture
    let (from, to) = ((least as f64).ln(), (most as f64).ln());
    let mut rows = Vec::new();
    let (mut below, mut counted) = (least - 1, 0);
    for row in 1..=ROWS {
        let bound = (from + (to - from) * f64::from(row) / f64::from(ROWS)).exp();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // no more than `most`
        let bound = if row == ROWS { most } else { (bound as u64).min(most) };
        if bound <= below {
            continue;
        }
        let count = match row {
            ROWS => durations.len() - counted,
            _ => durations
                .count_between(below.saturating_add(1), bound)
                .min(durations.len() - counted),
        };
        counted += count;
        below = durations.highest_equivalent(bound);
        rows.push(Row { up_to: Duration::from_nanos(bound), count });
    }
    rows
}

/// The same as lines for a terminal of so many columns.
pub(super) fn lines(durations: &Durations, width: usize) -> Vec<String> {
    let rows = rows(durations);
    let most = rows.iter().map(|row| row.count).max().unwrap_or(0);
    let for_bar = width.saturating_sub(30).max(10);
    let line = |row: &Row| {
        let bar = bar(row.count, most, for_bar);
        let up_to = duration::show(row.up_to);
        format!("{up_to:>12} {NAME}{bar:<for_bar$}{NAME:#} {:>12}", number(row.count))
    };
    rows.iter().map(line).collect()
}

fn bar(count: u64, most: u64, width: usize) -> String {
    if count == 0 || most == 0 {
        return String::new();
    }
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    // a picture
    let eighths = ((count as f64 / most as f64 * width as f64 * 8.0).round() as usize).max(1);
    let mut bar = "█".repeat(eighths / 8);
    if let Some(part) = (eighths % 8).checked_sub(1) {
        bar.push(EIGHTHS[part]);
    }
    bar
}

#[cfg(test)]
mod tests {
    use super::super::recorder::durations;
    use super::*;

    #[test]
    fn every_duration_is_in_one_row() {
        let mut some = durations();
        for (nanos, count) in [(900, 3), (1_000_000, 500), (1_010_000, 40), (7_000_000_000, 1)] {
            some.record_n(nanos, count).unwrap();
        }
        let rows = rows(&some);
        assert_eq!(rows.iter().map(|row| row.count).sum::<u64>(), 544);
        assert_eq!((rows[0].count, rows[rows.len() - 1].count), (3, 1));
        assert!(rows.is_sorted_by_key(|row| row.up_to), "{rows:?}");
        let same = {
            let mut same = durations();
            same.record_n(5, 9).unwrap();
            same
        };
        assert_eq!(super::rows(&same), [Row { up_to: Duration::from_nanos(5), count: 9 }]);
        assert_eq!(super::rows(&durations()), []);
    }

    #[test]
    fn a_bar_is_drawn_in_eighths() {
        assert_eq!(
            [bar(8, 8, 2), bar(3, 8, 2), bar(1, 1000, 2), bar(0, 8, 2)],
            ["██", "▊", "▏", ""]
        );
    }
}
