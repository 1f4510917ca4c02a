//! Durations as people write them.

use std::time::Duration;

/// The units that a number may have, and how many seconds each is.
const UNITS: [(&str, f64); 6] =
    [("ms", 1e-3), ("us", 1e-6), ("s", 1.0), ("m", 60.0), ("h", 3600.0), ("", 1.0)];

/// Reads `250ms`, `5s`, `1.5m`, `2h`; a number without a unit is seconds.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let split = text.find(|it: char| !it.is_ascii_digit() && it != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let unit = UNITS.iter().find(|(name, _)| *name == unit.trim());
    let read = number.parse::<f64>().ok().zip(unit);
    let duration =
        read.and_then(|(number, (_, unit))| Duration::try_from_secs_f64(number * unit).ok());
    duration.ok_or_else(|| {
        "expected a number with `us`, `ms`, `s`, `m` or `h`: `250ms`, `5s`".to_owned()
    })
}

/// As people read it: `1.24 ms`, `3.5 s`, `2 h 5 min`.
pub(crate) fn show(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    match duration.as_secs() {
        0 if duration.as_micros() < 1000 => format!("{} µs", duration.as_micros()),
        0 => format!("{:.2} ms", seconds * 1e3),
        1..=119 => format!("{seconds:.1} s"),
        whole @ 120..=7199 => format!("{} min {} s", whole / 60, whole % 60),
        whole @ 7200..=172_799 => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
        whole => format!("{} d {} h", whole / 86_400, whole % 86_400 / 3600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_number_and_its_unit() {
        for (text, expected) in [
            ("5", Duration::from_secs(5)),
            ("5s", Duration::from_secs(5)),
            ("250ms", Duration::from_millis(250)),
            ("1.5m", Duration::from_secs(90)),
            ("2 h", Duration::from_secs(7200)),
        ] {
            assert_eq!(parse(text), Ok(expected), "{text}");
        }
        for text in ["", "s", "-1s", "5 parsecs", "1e400", "99999999999999999999999h"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_duration_is_shown_in_the_unit_that_fits() {
        for (millis, expected) in [
            (0, "0 µs"),
            (1, "1.00 ms"),
            (1500, "1.5 s"),
            (125_000, "2 min 5 s"),
            (7_500_000, "2 h 5 min"),
        ] {
            assert_eq!(show(Duration::from_millis(millis)), expected);
        }
    }
}
