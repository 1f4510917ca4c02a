//! Lists and tuples.

use super::fits::{Finding, Fitting};
use super::shape::List;

impl Fitting<'_> {
    pub(super) fn lists(&mut self, writer: &List, reader: &List, path: &str) -> Vec<Finding> {
        let mut findings = Vec::new();
        if reader.min > writer.min || is_less(reader.max, writer.max) {
            let reads = length(reader.min, reader.max, "items");
            findings.extend(self.unless(false, path, &reads));
        }
        let is_written = |index: usize| {
            writer.max.is_none_or(|max| u64::try_from(index).is_ok_and(|it| it < max))
        };
        let longest = writer.prefix.len().max(reader.prefix.len());
        for index in (0..longest).filter(|index| is_written(*index)) {
            let path = format!("{path}[{index}]");
            findings.extend(self.schema(writer.item(index), reader.item(index), &path));
        }
        if is_written(longest) {
            findings.extend(self.schema(&writer.items, &reader.items, &format!("{path}[]")));
        }
        findings
    }
}

/// Whether the reader's end comes before the writer's.
pub(super) fn is_less(reader: Option<u64>, writer: Option<u64>) -> bool {
    reader.is_some_and(|reader| writer.is_none_or(|writer| writer > reader))
}

/// "2 items", "2 to 3 items", "2 items or more".
pub(super) fn length(min: u64, max: Option<u64>, what: &str) -> String {
    match max {
        Some(max) if max == min => format!("{min} {what}"),
        Some(max) => format!("{min} to {max} {what}"),
        None => format!("{min} {what} or more"),
    }
}
