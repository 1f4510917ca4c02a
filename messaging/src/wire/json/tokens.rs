//! The tokens of a JSON text.

use std::fmt::Display;

use serde::de::{Error as _, IgnoredAny};
use serde_json::Error;

/// How deep a text may go, as serde_json has it: the last level is for what is no list or object.
const DEPTH: usize = 128;

/// What a value begins with.
#[derive(Debug)]
pub(super) enum Token<'de> {
    /// A number, a text, or a word of JSON; still to be checked.
    Scalar(&'de str),
    /// A word of Python.
    Float(f64),
    List,
    Object,
}

/// A text, and how far it was read.
pub(super) struct Tokens<'de> {
    text: &'de str,
    at: usize,
    depth: usize,
}

impl<'de> Tokens<'de> {
    pub(super) fn new(text: &'de str) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    /// The beginning of the next value; of a list or an object, what is in it is still to come.
    pub(super) fn next(&mut self) -> Result<Token<'de>, Error> {
        if let Some(b'[' | b'{') = self.peek() {
            if self.depth + 1 == DEPTH {
                return Err(self.error("recursion limit exceeded"));
            }
            self.depth += 1;
        }
        self.begin()
    }

    /// The same, at any depth.
    fn begin(&mut self) -> Result<Token<'de>, Error> {
        match self.peek() {
            Some(b'"') => self.string().map(Token::Scalar),
            Some(open @ (b'[' | b'{')) => {
                self.at += 1;
                Ok(if open == b'[' { Token::List } else { Token::Object })
            }
            _ => {
                let word = self.word();
                if word.is_empty() {
                    return Err(self.error("expected a value"));
                }
                self.at += word.len();
                Ok(float(word).map_or(Token::Scalar(word), Token::Float))
            }
        }
    }

    /// Reads over the next value, however deep it goes: whoever reads it may be nobody.
    pub(super) fn skip(&mut self) -> Result<(), Error> {
        // What is open: how it is closed, and whether nothing of it was read yet.
        let mut open: Vec<(u8, bool)> = Vec::new();
        loop {
            match self.begin()? {
                Token::Scalar(text) => {
                    serde_json::from_str::<IgnoredAny>(text)?;
                }
                Token::Float(_) => {}
                Token::List => open.push((b']', true)),
                Token::Object => open.push((b'}', true)),
            }
            loop {
                let Some((close, first)) = open.last_mut() else { return Ok(()) };
                let close = *close;
                if self.another(close, first)? {
                    if close == b'}' {
                        self.string()?;
                        self.expect(b':')?;
                    }
                    break;
                }
                self.expect(close)?;
                open.pop();
            }
        }
    }

    /// The number or the word that comes next, unread; empty if it is something else.
    pub(super) fn word(&mut self) -> &'de str {
        self.peek();
        let part_of_word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
        let length = self.rest().iter().take_while(|&b| part_of_word(b)).count();
        self.text.get(self.at..self.at + length).unwrap_or_default()
    }

    /// The word of Python that comes next, unread.
    pub(super) fn python_word(&mut self) -> Option<&'de str> {
        let word = self.word();
        float(word).map(|_| word)
    }

    /// Whether a null comes next; it is then read.
    pub(super) fn null(&mut self) -> bool {
        let null = self.word() == "null";
        if null {
            self.at += "null".len();
        }
        null
    }

    /// The text that comes next, with its quotes and its escapes.
    pub(super) fn string(&mut self) -> Result<&'de str, Error> {
        self.expect(b'"')?;
        let begin = self.at - 1;
        let mut bytes = self.rest().iter();
        while let Some(byte) = bytes.next() {
            match byte {
                b'"' => {
                    self.at = self.text.len() - bytes.len();
                    return Ok(self.since(begin));
                }
                b'\\' => _ = bytes.next(),
                _ => {}
            }
        }
        self.at = self.text.len();
        Err(self.error("a text has no end"))
    }

    /// Whether the list or the object that `close` ends has another element, before which a comma
    /// is read unless it is the first.
    pub(super) fn another(&mut self, close: u8, first: &mut bool) -> Result<bool, Error> {
        if self.peek() == Some(close) {
            return Ok(false);
        }
        if !std::mem::take(first) {
            self.expect(b',')?;
        }
        Ok(true)
    }

    /// Reads the end of a list or an object.
    pub(super) fn close(&mut self, close: u8) -> Result<(), Error> {
        self.depth -= 1;
        self.expect(close)
    }

    /// Reads one character.
    pub(super) fn expect(&mut self, expected: u8) -> Result<(), Error> {
        if self.peek() != Some(expected) {
            return Err(self.error(format_args!("expected `{}`", char::from(expected))));
        }
        self.at += 1;
        Ok(())
    }

    /// That nothing is left.
    pub(super) fn end(&mut self) -> Result<(), Error> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.error("trailing characters")),
        }
    }

    /// The first byte of what comes next.
    pub(super) fn peek(&mut self) -> Option<u8> {
        let space = |b: &&u8| matches!(b, b' ' | b'\t' | b'\n' | b'\r');
        self.at += self.rest().iter().take_while(space).count();
        self.rest().first().copied()
    }

    /// Where the next value begins, for [`since`](Self::since).
    pub(super) fn position(&mut self) -> usize {
        self.peek();
        self.at
    }

    /// What was read since `begin`.
    pub(super) fn since(&self, begin: usize) -> &'de str {
        self.text.get(begin..self.at).unwrap_or_default()
    }

    /// An error that says where it happened, in the way that serde_json understands.
    pub(super) fn error(&self, what: impl Display) -> Error {
        let read = self.text.get(..self.at).unwrap_or_default();
        let line = read.matches('\n').count() + 1;
        let column = read.len() - read.rfind('\n').map_or(0, |newline| newline + 1) + 1;
        Error::custom(format_args!("{what} at line {line} column {column}"))
    }

    fn rest(&self) -> &'de [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }
}

/// The float that a word of Python stands for.
fn float(word: &str) -> Option<f64> {
    match word {
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ => None,
    }
}
