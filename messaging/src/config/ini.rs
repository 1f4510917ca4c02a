//! The INI dialect of oslo.config, whose files are read as they stand.
//!
//! No crate is used. `rust-ini` 0.21 refuses a lone quote, joins lines at a backslash and reads a
//! line without `=` into the next key; `configparser` 3 drops a continuation line that begins with
//! `#`, takes an indented line for a key of its own, and allows a key without value or group.
//! Neither says at which line something stands. An adapter for all that would be this parser.

use std::collections::BTreeMap;

/// A file, read.
#[derive(Clone, Default)]
pub(crate) struct Ini {
    groups: BTreeMap<String, BTreeMap<String, Entry>>,
}

/// What an option is set to, and where.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) value: String,
    pub(crate) line: usize,
}

/// A line that cannot be read. It does not hold the line, which may hold a password.
#[derive(Debug, PartialEq)]
pub(crate) struct BadLine {
    pub(crate) line: usize,
    pub(crate) why: &'static str,
}

impl Ini {
    /// Reads a file as oslo.config's `iniparser` does. A key that stands twice has its last value.
    pub(crate) fn parse(text: &str) -> Result<Self, BadLine> {
        // Python's text files know three ends of a line.
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let mut ini = Self::default();
        let mut group: Option<String> = None;
        let mut open: Option<(String, Entry)> = None;
        for (line, text) in (1..).zip(text.split('\n')) {
            let text = text.trim_end();
            let bad = |why| BadLine { line, why };
            if text.starts_with([' ', '\t']) {
                // Whatever it is, a comment or another key: it goes on with the value.
                let Some((_, entry)) = &mut open else {
                    return Err(bad(
                        "it is indented, and no value goes on here; take the blanks away",
                    ));
                };
                entry.value.push('\n');
                entry.value.push_str(text.trim_start());
                continue;
            }
            ini.keep(group.as_deref(), open.take());
            if text.is_empty() || text.starts_with(['#', ';']) {
                continue;
            }
            if let Some(header) = text.strip_prefix('[') {
                let name = header.strip_suffix(']').filter(|name| !name.is_empty());
                let name = name.ok_or_else(|| bad("a group is written as `[name]`"))?;
                group = Some(normalised(name));
                continue;
            }
            if group.is_none() {
                return Err(bad("an option stands before the first group; write `[DEFAULT]`"));
            }
            let Some((key, value)) = text.split_once(['=', ':']) else {
                return Err(bad("it holds neither `=` nor `:`; write `option = value`"));
            };
            let key = key.trim();
            if key.is_empty() {
                return Err(bad("no name stands before its `=` or `:`"));
            }
            let value = unquoted(value.trim()).to_owned();
            open = Some((key.to_owned(), Entry { value, line }));
        }
        ini.keep(group.as_deref(), open);
        Ok(ini)
    }

    fn keep(&mut self, group: Option<&str>, option: Option<(String, Entry)>) {
        if let (Some(group), Some((key, entry))) = (group, option) {
            self.groups.entry(group.to_owned()).or_default().insert(key, entry);
        }
    }

    /// What an option is set to.
    pub(crate) fn get(&self, group: &str, key: &str) -> Option<&Entry> {
        self.groups.get(normalised(group).as_str())?.get(key)
    }

    /// All options of a group.
    pub(crate) fn group(&self, group: &str) -> impl Iterator<Item = (&str, &Entry)> {
        let options = self.groups.get(group).into_iter().flatten();
        options.map(|(key, entry)| (key.as_str(), entry))
    }
}

/// Groups are compared without case, all but DEFAULT.
fn normalised(group: &str) -> String {
    if group == "DEFAULT" { group.to_owned() } else { group.to_lowercase() }
}

/// Takes a pair of equal quotes away. One quote alone is taken for a pair.
fn unquoted(value: &str) -> &str {
    ['"', '\'']
        .into_iter()
        .find_map(|quote| {
            let rest = value.strip_prefix(quote)?;
            if rest.is_empty() { Some(rest) } else { rest.strip_suffix(quote) }
        })
        .unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_cannot_be_read_is_named_without_its_text() {
        for (text, line, part) in [
            ("key = hunter2", 1, "before the first group"),
            ("[DEFAULT]\n\nhunter2\n", 3, "neither `=` nor `:`"),
            ("[DEFAULT]\n = hunter2\n", 2, "indented"),
            ("[DEFAULT]\n= hunter2\n", 2, "no name"),
            ("[DEFAULT]\na = 1\n\n  hunter2\n", 4, "indented"),
            ("[DEFAULT]\na = 1\n# comment\n  hunter2\n", 4, "indented"),
            ("[hunter2\n", 1, "`[name]`"),
            ("[]\n", 1, "`[name]`"),
        ] {
            let Err(bad) = Ini::parse(text) else { panic!("{text:?} was read") };
            assert_eq!(bad.line, line, "{text:?}");
            assert!(bad.why.contains(part) && !bad.why.contains("hunter2"), "{text:?}: {bad:?}");
        }
    }

    #[test]
    fn values_go_on_in_indented_lines_until_a_blank_one() {
        let ini = Ini::parse("[A]\r\na: one\r\n  # two = 2\r\n\tthree\r\n\r\nb = '\r\n").unwrap();
        assert_eq!(ini.get("a", "a").unwrap().value, "one\n# two = 2\nthree");
        assert_eq!(ini.get("A", "b").unwrap().value, "");
        assert_eq!(ini.group("a").count(), 2);
    }
}
