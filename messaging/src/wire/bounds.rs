//! How much is taken of what a peer may make as long, or as many, as it likes.

use std::borrow::Cow;
use std::cell::Cell;

use serde::de::Error as _;
use serde_json::{Error, Value};

use super::json;

/// The longest name, in bytes: of a method, a namespace, a version, an argument, a value of the
/// context, an id, a queue. AMQP has no longer one of a queue (0-9-1, section 4.2.5.3, short
/// strings), and those of programs are tens of bytes long.
pub(super) const NAME: usize = 255;

/// The most arguments that a request has, and the most values of its context.
pub(super) const NAMED: usize = 1000;

/// How many bytes of JSON are kept as values where nobody has asked for their type yet: in a context
/// and in the data of a failure. A `Value` can take thirty times as much memory as its text.
const VALUES: usize = 256 * 1024;

/// Whether `name` is one.
///
/// # Errors
///
/// What is wrong with it, without the name.
pub(super) fn named<N: AsRef<str>>(name: N) -> Result<N, Error> {
    match name.as_ref().len() {
        0..=NAME => Ok(name),
        long => Err(Error::custom(format_args!("a name of {long} bytes, and {NAME} is the most"))),
    }
}

/// A name, or a null.
///
/// # Errors
///
/// If it is something else, or too long.
pub(super) fn name(json: &str) -> Result<Option<Cow<'_, str>>, Error> {
    if json == "null" {
        return Ok(None);
    }
    match json::string(json) {
        Some((name, "")) => named(name).map(Some),
        // For what is said of it.
        _ => json::read::<Option<String>>(json)?.map(Cow::Owned).map(named).transpose(),
    }
}

/// How much may still be kept as values.
pub(super) struct Budget(Cell<usize>);

impl Budget {
    pub(super) fn new() -> Self {
        Self(Cell::new(VALUES))
    }

    /// The value; its text where a `Value` cannot hold it, or would take too much memory.
    pub(super) fn held(&self, text: &str) -> Value {
        // A text is as long as its text.
        let cost = if text.starts_with('"') { 0 } else { text.len() };
        match self.0.get().checked_sub(cost) {
            Some(left) => {
                self.0.set(left);
                json::held(text)
            }
            None => text.into(),
        }
    }
}

/// How many bytes of a traceback are kept.
const TRACEBACK: usize = 64 * 1024;

/// How many bytes of one of its entries: a frame with its lines of source.
const ENTRY: usize = 8 * 1024;

/// How many of its entries; Python stops at a thousand frames by itself.
const ENTRIES: usize = 1024;

/// How many bytes it may take to say how much is left out.
const NOTE: usize = 48;

/// `text`, or its start and how much is left out, in at most `limit` bytes.
pub(super) fn bounded(text: &str, limit: usize) -> String {
    if text.len() <= limit {
        return text.to_owned();
    }
    let kept = text.get(..text.floor_char_boundary(limit - NOTE)).unwrap_or_default();
    format!("{kept}… ({} bytes left out)", text.len() - kept.len())
}

/// `lines`, or the first and the last of them: where a request came in and where it failed.
pub(super) fn bounded_lines(lines: &[String]) -> Vec<String> {
    let fits = |lines: &[String]| {
        lines.len() <= ENTRIES
            && lines.iter().map(String::len).sum::<usize>() <= TRACEBACK
            && lines.iter().all(|line| line.len() <= ENTRY)
    };
    if fits(lines) {
        return lines.to_vec();
    }
    // Most are of where it failed, which Python puts last.
    let first = kept(lines.iter(), ENTRIES / 4, TRACEBACK / 4);
    let rest = lines.get(first.len()..).unwrap_or_default();
    let last = kept(rest.iter().rev(), ENTRIES / 4 * 3 - 1, TRACEBACK / 4 * 3 - ENTRY);
    let mut all = first;
    match rest.len() - last.len() {
        0 => {}
        left_out => all.push(format!("  ... {left_out} entries left out ...\n")),
    }
    all.extend(last.into_iter().rev());
    all
}

fn kept<'a>(
    lines: impl Iterator<Item = &'a String>,
    entries: usize,
    mut bytes: usize,
) -> Vec<String> {
    let mut kept = Vec::new();
    for line in lines.take(entries) {
        let line = bounded(line, ENTRY);
        let Some(left) = bytes.checked_sub(line.len()) else { break };
        bytes = left;
        kept.push(line);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters_and_says_so() {
        let text = "é".repeat(32);
        assert_eq!(bounded(&text, 64), text);
        assert_eq!(bounded(&text, 63), "ééééééé… (50 bytes left out)");
        assert!(bounded(&text, 63).len() <= 63);
    }

    #[test]
    fn a_long_traceback_keeps_its_ends() {
        let lines: Vec<String> = (0..100_000).map(|line| format!("line {line}\n")).collect();
        let kept = bounded_lines(&lines);
        assert!(kept.len() <= ENTRIES && kept.iter().map(String::len).sum::<usize>() <= TRACEBACK);
        assert_eq!((kept.first(), kept.last()), (lines.first(), lines.last()));
        assert_eq!(kept.iter().filter(|line| line.contains("98977 entries left out")).count(), 1);

        let few = &lines[..ENTRIES];
        assert_eq!(bounded_lines(few), few);
        let wide = vec!["x".repeat(1 << 20), "last".to_owned()];
        let kept = bounded_lines(&wide);
        assert_eq!(kept.last(), wide.last());
        assert!(kept[0].starts_with("xxx") && kept[0].len() < ENTRY + 100);
    }
}
