//! Integers and texts.

use super::fits::{Finding, Fitting, unknown, wrong};
use super::lists::{is_less, length};
use super::shape::{Float, Kind, Range, Text};
use super::words::{listed, range, text};

/// Formats that a reader checks, since they are those of types.
const CHECKED: [&str; 12] = [
    "date",
    "date-time",
    "duration",
    "ip",
    "ipv4",
    "ipv6",
    "partial-date-time",
    "partial-time",
    "time",
    "uri",
    "url",
    "uuid",
];

impl Fitting<'_> {
    pub(super) fn integers(&self, writer: &Range, reader: &Range, path: &str) -> Vec<Finding> {
        let is_above = reader.min.is_none_or(|min| writer.min.is_some_and(|it| it >= min));
        let is_below = reader.max.is_none_or(|max| writer.max.is_some_and(|it| it <= max));
        if is_above && is_below {
            return Vec::new();
        }
        let (written, read) = (range(writer), range(reader));
        vec![wrong(path, format!("{} writes {written}, {} reads {read}", self.writes, self.reads))]
    }

    /// Serde reads any number as a float, and the nearest that there is: what is written is to be
    /// one.
    pub(super) fn floats(&self, writer: &Kind, reader: Float, path: &str) -> Vec<Finding> {
        let (writes, reads) = (self.writes, self.reads);
        let bits = match reader {
            Float::Single => 32,
            Float::Double => 64,
        };
        let (written, becomes) = match writer {
            Kind::Integer(integers) => {
                let holds = -reader.integers()..=reader.integers();
                let is_held = |end: Option<i128>| end.is_some_and(|end| holds.contains(&end));
                if is_held(integers.min) && is_held(integers.max) {
                    return Vec::new();
                }
                (range(integers), "large ones lose their last digits")
            }
            Kind::Number(Float::Double) if reader == Float::Single => {
                ("floats of 64 bits".to_owned(), "they lose digits, and large ones are infinite")
            }
            _ => return Vec::new(),
        };
        let why =
            format!("{writes} writes {written}, {reads} reads floats of {bits} bits: {becomes}");
        vec![wrong(path, why)]
    }

    pub(super) fn texts(&self, writer: &Text, reader: &Text, path: &str) -> Vec<Finding> {
        let does_not_fit = || {
            let (written, read) = (text(writer), text(reader));
            vec![wrong(
                path,
                format!("{} writes {written}, {} reads {read}", self.writes, self.reads),
            )]
        };
        if let Some(only) = &writer.only {
            let is_listed = reader.only.as_ref().is_none_or(|read| only.is_subset(read));
            if !is_listed || !only.is_disjoint(&reader.except) {
                return does_not_fit();
            }
            let length = |text: &String| u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
            let in_range = |text: &String| {
                length(text) >= reader.min && reader.max.is_none_or(|max| length(text) <= max)
            };
            if !only.iter().all(in_range) {
                return does_not_fit();
            }
            if reader.format.is_some() && reader.format != writer.format {
                let why = format!("whether {} is {} is not checked", listed(only), text(reader));
                return vec![unknown(path, why)];
            }
            return Vec::new();
        }
        if reader.only.is_some() || !reader.except.is_subset(&writer.except) {
            return does_not_fit();
        }
        let mut findings = Vec::new();
        if reader.min > writer.min || is_less(reader.max, writer.max) {
            let reads = length(reader.min, reader.max, "characters");
            findings.extend(self.unless(false, path, &reads));
        }
        match (&writer.format, &reader.format) {
            (_, None) => {}
            (Some(writer), Some(reader)) if writer == reader => {}
            (Some(writer), Some(reader)) if reader == "ip" && writer.starts_with("ipv") => {}
            (_, Some(reader)) if CHECKED.contains(&reader.as_str()) => {
                findings.extend(does_not_fit());
            }
            (_, Some(format)) => {
                let why = format!("the format `{format}` of {} is not known", self.reads);
                findings.push(unknown(path, why));
            }
        }
        findings
    }
}
