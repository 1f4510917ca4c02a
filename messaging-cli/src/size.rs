//! Sizes in bytes as people write them.

/// The units that a number may have, and how many bytes each is.
const UNITS: [(&str, usize); 7] = [
    ("", 1),
    ("b", 1),
    ("k", 1 << 10),
    ("kib", 1 << 10),
    ("m", 1 << 20),
    ("mib", 1 << 20),
    ("kb", 1000),
];

/// Reads `64`, `4KiB`, `1MiB`; `k` and `m` are KiB and MiB.
pub(crate) fn parse(text: &str) -> Result<usize, String> {
    let text = text.trim();
    let split = text.find(|it: char| !it.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let unit = UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit.trim()));
    let read = number.parse::<usize>().ok().zip(unit);
    let size = read.and_then(|(number, (_, unit))| number.checked_mul(*unit));
    size.ok_or_else(|| {
        "expected a number of bytes, or one with `KiB` or `MiB`: `64`, `4KiB`".into()
    })
}

/// As people read it: `64 B`, `4.0 KiB`, `1.0 MiB`.
pub(crate) fn show(size: usize) -> String {
    #[allow(clippy::cast_precision_loss)] // for people
    let bytes = size as f64;
    match size {
        0..1024 => format!("{size} B"),
        1024..1_048_576 => format!("{:.1} KiB", bytes / 1024.0),
        _ => format!("{:.1} MiB", bytes / 1_048_576.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_a_number_and_its_unit() {
        for (text, expected) in [("64", 64), ("4KiB", 4096), ("4 k", 4096), ("1MiB", 1 << 20)] {
            assert_eq!(parse(text), Ok(expected), "{text}");
        }
        for text in ["", "KiB", "-1", "1.5k", "4 GiB", "99999999999999999999"] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert_eq!([show(64), show(4096), show(3 << 19)], ["64 B", "4.0 KiB", "1.5 MiB"]);
    }
}
