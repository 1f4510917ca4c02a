//! The texts inside string literals: `"2.6"`, `"30s"`, names and paths.

use std::time::Duration;

use syn::LitStr;
use syn::parse::Parse;

use crate::diagnostics::Diagnostics;
use crate::model::{At, Version};

/// `"2.6"`; the same rule as `messaging::Version::parse`.
pub(crate) fn version(diagnostics: &Diagnostics, literal: &LitStr) -> Option<At<Version>> {
    let value = read_version(&literal.value());
    if value.is_none() {
        diagnostics.at(literal, "a version is written MAJOR.MINOR, such as `\"2.6\"`");
    }
    Some(At { value: value?, span: literal.span() })
}

/// `"30s"`: an integer above zero, and `ms`, `s`, `m` or `h`.
pub(crate) fn duration(diagnostics: &Diagnostics, literal: &LitStr) -> Option<Duration> {
    read_duration(&literal.value()).map_err(|message| diagnostics.at(literal, message)).ok()
}

/// A name that can be seen; `message` is what to say if there is nothing to see.
pub(crate) fn text(diagnostics: &Diagnostics, literal: &LitStr, message: &str) -> Option<String> {
    let value = literal.value();
    if value.chars().all(|c| c.is_whitespace() || c.is_control()) {
        diagnostics.at(literal, message);
        return None;
    }
    Some(value)
}

/// Rust inside a string, as in serde's `default = "path"`; `example` shows what it looks like.
pub(crate) fn quoted<T: Parse>(
    diagnostics: &Diagnostics,
    literal: &LitStr,
    example: &str,
) -> Option<T> {
    let parsed = literal.parse();
    if parsed.is_err() {
        diagnostics.at(literal, format_args!("expected {example}"));
    }
    parsed.ok()
}

fn read_version(text: &str) -> Option<Version> {
    let number = |digits: &str| {
        let plain = (1..=10).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| digits.parse().ok())?
    };
    let (major, minor) = text.split_once('.')?;
    Some(Version { major: number(major)?, minor: number(minor)? })
}

fn read_duration(text: &str) -> Result<Duration, &'static str> {
    const UNITS: &str = "a duration is an integer and a unit, `ms`, `s`, `m` or `h`, such as \
                         `\"30s\"`";
    const TOO_LONG: &str = "this duration is too long to be counted; write a shorter one";

    let unit_at = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(unit_at);
    if digits.is_empty() {
        return Err(UNITS);
    }
    let seconds_each = match unit {
        "ms" => 0,
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return Err(UNITS),
    };
    let count: u64 = digits.parse().map_err(|_| TOO_LONG)?;
    let duration = match seconds_each {
        0 => Duration::from_millis(count),
        each => Duration::from_secs(count.checked_mul(each).ok_or(TOO_LONG)?),
    };
    if duration.is_zero() {
        return Err("a call that waits for no time cannot succeed; write a duration above zero");
    }
    Ok(duration)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_two_numbers_and_a_dot_are_a_version() {
        for (text, major, minor) in
            [("0.0", 0, 0), ("2.6", 2, 6), ("10.4294967295", 10, u32::MAX), ("02.06", 2, 6)]
        {
            assert_eq!(read_version(text), Some(Version { major, minor }), "{text}");
        }
        for text in [
            "",
            ".",
            "2",
            "2.",
            ".6",
            "2.6.1",
            "a.b",
            "-1.0",
            "+1.0",
            "1.+0",
            " 2.6",
            "2.6 ",
            "2.4294967296",
            "1.00000000001",
            "٢.٦",
        ] {
            assert_eq!(read_version(text), None, "{text}");
        }
    }

    #[test]
    fn a_duration_is_an_integer_and_a_unit() {
        for (text, millis) in [("1ms", 1), ("30s", 30_000), ("2m", 120_000), ("1h", 3_600_000)] {
            assert_eq!(read_duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for text in [
            "",
            "30",
            "s",
            "30x",
            "30 s",
            "1.5s",
            "-1s",
            "0s",
            "0ms",
            "30S",
            "1h30m",
            "18446744073709551616s",
            "18446744073709551615m",
        ] {
            assert!(read_duration(text).is_err(), "{text}");
        }
    }
}
