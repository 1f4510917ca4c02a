//! What others wrote, made fit for a terminal.

use std::fmt::Write as _;

/// A text of a peer on one line, with what would speak to a terminal escaped.
pub(crate) fn line(text: &str) -> String {
    cleaned(text, false)
}

/// The same, which keeps its lines.
pub(crate) fn lines(text: &str) -> String {
    cleaned(text, true)
}

fn cleaned(text: &str, keeps_lines: bool) -> String {
    let mut clean = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' if keeps_lines => clean.push('\n'),
            '\t' if keeps_lines => clean.push_str("    "),
            letter if letter.is_control() || turns_writing(letter) => {
                clean.extend(letter.escape_default());
            }
            letter => clean.push(letter),
        }
    }
    clean
}

/// JSON, with what would speak to a terminal escaped as JSON has it: outside its strings there is none.
pub(crate) fn json(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' => clean.push('\n'),
            '\t' | '\r' => clean.push(' '),
            letter if letter.is_control() || turns_writing(letter) => {
                // All of them are in the plane that four digits name.
                let _ = write!(clean, "\\u{:04x}", u32::from(letter));
            }
            letter => clean.push(letter),
        }
    }
    clean
}

/// A text without what stands between `://` and `@` in it.
pub(crate) fn without_passwords(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        clean.push_str(before);
        clean.push_str("://");
        // A password may hold a slash.
        let end = after.find([' ', '"', '\'', '\n']).unwrap_or(after.len());
        let (authority, tail) = after.split_at(end);
        match authority.rsplit_once('@') {
            Some((_, host)) => {
                clean.push_str("***");
                clean.push('@');
                clean.push_str(host);
            }
            None => clean.push_str(authority),
        }
        rest = tail;
    }
    clean.push_str(rest);
    clean
}

/// Marks that turn the direction of writing, and so show one text for another.
fn turns_writing(letter: char) -> bool {
    matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_peer_speaks_to_the_terminal() {
        assert_eq!(line("a\u{1b}[2Jb\nc"), "a\\u{1b}[2Jb\\nc");
        assert_eq!(lines("a\n\tb\r\u{202e}c"), "a\n    b\\r\\u{202e}c");
        assert_eq!(json("[\n\"a\u{9b}b\u{202e}\"]"), "[\n\"a\\u009bb\\u202e\"]");
    }
}
