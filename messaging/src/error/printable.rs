//! Texts from outside, as a log or a terminal may show them.

use std::fmt::{self, Write as _};

/// A text with everything escaped that ends a line, speaks to a terminal, or turns the direction of
/// writing: a peer that puts it into a message cannot forge a line of a log (CWE-117) or move the
/// cursor (CWE-150).
pub(crate) struct Printable<'a>(pub(crate) &'a str);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some(at) = rest.find(speaks) {
            let (plain, from) = rest.split_at(at);
            f.write_str(plain)?;
            let mut characters = from.chars();
            for character in characters.next().into_iter().flat_map(char::escape_default) {
                f.write_char(character)?;
            }
            rest = characters.as_str();
        }
        f.write_str(rest)
    }
}

fn speaks(character: char) -> bool {
    character.is_control()
        // Separators of lines and paragraphs, and the controls of bidirectional text.
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}')
        || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_speaks_to_a_terminal_or_ends_a_line() {
        for (text, expected) in [
            ("", ""),
            ("plain é 😀 \\ \"'", "plain é 😀 \\ \"'"),
            ("a\r\nb\tc", r"a\r\nb\tc"),
            ("\u{1b}[2J\u{7}", r"\u{1b}[2J\u{7}"),
            ("\u{9b}31m\u{7f}", r"\u{9b}31m\u{7f}"),
            ("a\u{202e}b\u{2028}", r"a\u{202e}b\u{2028}"),
        ] {
            assert_eq!(Printable(text).to_string(), expected);
        }
    }
}
