//! Several measurements of one thing.

use serde::Serialize;

/// The middle of several measurements, and how far they lie apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
}

impl Spread {
    /// Of nothing measured all is 0.
    pub(crate) fn of(measured: impl IntoIterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = measured.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let (Some(&least), Some(&most)) = (sorted.first(), sorted.last()) else {
            return Self::default();
        };
        let middle = sorted.len() / 2;
        let median = match sorted.get(middle.wrapping_sub(1)) {
            Some(below) if sorted.len().is_multiple_of(2) => f64::midpoint(*below, sorted[middle]),
            _ => sorted[middle],
        };
        Self { median, least, most }
    }
}

impl From<f64> for Spread {
    /// Measured once.
    fn from(measured: f64) -> Self {
        Self { median: measured, least: measured, most: measured }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_or_between_the_two_that_are() {
        let spread = Spread::of([3.0, 1.0, 2.0]);
        assert_eq!(spread, Spread { median: 2.0, least: 1.0, most: 3.0 });
        assert_eq!(Spread::of([4.0, 1.0]).median.to_string(), "2.5");
        assert_eq!(Spread::of([]), Spread::default());
    }
}
