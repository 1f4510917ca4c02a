//! Writing a message: within its envelope, where it gets one, from the first byte on.

use std::io::{self, Write as _};

use serde::Serialize;

use super::Id;
use super::json::{copy_plain, plain};

/// What stands before a message, up to the quote that begins its text.
const BEFORE: &[u8] = br#"{"oslo.version":"2.0","oslo.message":""#;

/// What stands behind it.
const BEHIND: &[u8] = br#""}"#;

/// How a message is written. Either is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Form {
    /// As the text within an envelope (wire document, section 7.1).
    #[default]
    Enveloped,
    /// As the object that it is.
    Bare,
}

impl Form {
    /// How many bytes `json` takes within a message.
    pub(super) fn room(self, json: &[u8]) -> usize {
        match self {
            Self::Enveloped => room(json),
            Self::Bare => json.len(),
        }
    }
}

/// How many bytes a message takes within an envelope.
pub(super) fn enveloped(message: &[u8]) -> usize {
    BEFORE.len() + room(message) + BEHIND.len()
}

/// No fewer than that, and known at once.
pub(super) fn enveloped_at_most(message: &[u8]) -> usize {
    message.len().saturating_mul(2).saturating_add(BEFORE.len() + BEHIND.len())
}

/// A message that is being written: one object, within its envelope from the first byte on, so that
/// it is written once.
pub(super) struct Writer {
    body: Vec<u8>,
    form: Form,
}

impl Writer {
    /// A message of about `room` bytes, its quotes with their backslashes included.
    pub(super) fn new(room: usize, form: Form) -> Self {
        // With what is copied too much and taken off again.
        let mut body = Vec::with_capacity(BEFORE.len() + room + BEHIND.len() + 8);
        if form == Form::Enveloped {
            body.extend_from_slice(BEFORE);
        }
        body.push(b'{');
        Self { body, form }
    }

    /// The key of the next field, in which there is nothing to escape.
    pub(super) fn key(&mut self, key: &str) -> &mut Self {
        self.comma();
        self.parts(["", key]);
        self.body.push(b':');
        self
    }

    /// The key of the next field, which begins with `prefix`, in which there is nothing to escape.
    pub(super) fn prefixed(&mut self, prefix: &str, key: &str) -> &mut Self {
        self.comma();
        self.quoted(prefix, key);
        self.body.push(b':');
        self
    }

    fn comma(&mut self) {
        // A value never ends like this.
        if self.body.last() != Some(&b'{') {
            self.body.push(b',');
        }
    }

    /// A text.
    pub(super) fn text(&mut self, text: &str) {
        self.quoted("", text);
    }

    fn quoted(&mut self, prefix: &str, text: &str) {
        if plain(text.as_bytes()) < text.len() {
            return self.value(&format_args!("{prefix}{text}"));
        }
        self.parts([prefix, text]);
    }

    /// A text of two parts, in which there is nothing to escape.
    fn parts(&mut self, parts: [&str; 2]) {
        let quote = self.quote();
        self.body.extend_from_slice(quote);
        for part in parts {
            self.body.extend_from_slice(part.as_bytes());
        }
        self.body.extend_from_slice(quote);
    }

    fn quote(&self) -> &'static [u8] {
        match self.form {
            Form::Enveloped => br#"\""#,
            Form::Bare => b"\"",
        }
    }

    /// An id.
    pub(super) fn id(&mut self, id: &Id) {
        id.with_text(|id| self.text(id));
    }

    /// A text in which there is nothing to escape, as it is displayed.
    pub(super) fn plain(&mut self, text: impl std::fmt::Display) {
        let quote = self.quote();
        self.body.extend_from_slice(quote);
        // A vector takes everything.
        let _ = write!(self.body, "{text}");
        self.body.extend_from_slice(quote);
    }

    /// What has nothing to be escaped as JSON: a number, a flag, a null.
    pub(super) fn bare(&mut self, value: impl std::fmt::Display) {
        // A vector takes everything.
        let _ = write!(self.body, "{value}");
    }

    /// What is JSON already.
    pub(super) fn json(&mut self, json: &[u8]) {
        match self.form {
            // A vector takes everything.
            Form::Enveloped => _ = Quoted(&mut self.body).write(json),
            Form::Bare => self.body.extend_from_slice(json),
        }
    }

    /// Anything that can be written as JSON, such as texts and JSON values.
    pub(super) fn value<T: Serialize + ?Sized>(&mut self, value: &T) {
        // A vector takes everything, and nothing that is given here refuses.
        let _ = match self.form {
            Form::Enveloped => serde_json::to_writer(Quoted(&mut self.body), value),
            Form::Bare => serde_json::to_writer(&mut self.body, value),
        };
    }

    /// The body.
    pub(super) fn end(mut self) -> Vec<u8> {
        self.body.push(b'}');
        if self.form == Form::Enveloped {
            self.body.extend_from_slice(BEHIND);
        }
        self.body
    }
}

/// How many bytes `json` takes as text within an envelope.
fn room(json: &[u8]) -> usize {
    // So many at once that a byte can count them, which compilers make the most of.
    let (blocks, rest) = json.as_chunks::<128>();
    let escaped = |bytes: &[u8]| bytes.iter().map(|&byte| u8::from(is_escaped(byte))).sum::<u8>();
    let blocks = blocks.iter().map(|block| usize::from(escaped(block))).sum::<usize>();
    json.len() + blocks + usize::from(escaped(rest))
}

/// Writes JSON as the inside of a text of JSON.
struct Quoted<'b>(&'b mut Vec<u8>);

impl io::Write for Quoted<'_> {
    fn write(&mut self, json: &[u8]) -> io::Result<usize> {
        let mut rest = json;
        while let Some(from) = rest.get(copy_plain(rest, self.0)..) {
            let Some((&special, behind)) = from.split_first() else { break };
            match escape(special) {
                Some(escape) => self.0.extend_from_slice(&escape),
                None => self.0.push(special),
            }
            rest = behind;
        }
        Ok(json.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How a byte of JSON is written within a text. No other control characters are JSON; these three
/// are the white space of a `RawValue`.
fn escape(byte: u8) -> Option<[u8; 2]> {
    match byte {
        b'"' => Some(*br#"\""#),
        b'\\' => Some(*br"\\"),
        b'\n' => Some(*br"\n"),
        b'\r' => Some(*br"\r"),
        b'\t' => Some(*br"\t"),
        _ => None,
    }
}

/// Whether a byte of JSON is written as two.
fn is_escaped(byte: u8) -> bool {
    (byte == b'"') | (byte == b'\\') | (byte == b'\n') | (byte == b'\r') | (byte == b'\t')
}

/// The envelope around a message that is written already.
#[cfg(any(test, fuzzing))]
pub(super) fn wrap(message: &str) -> Vec<u8> {
    let mut writer = Writer { body: BEFORE.to_vec(), form: Form::Enveloped };
    writer.json(message.as_bytes());
    writer.body.extend_from_slice(BEHIND);
    writer.body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_takes_the_room_that_was_told() {
        for length in 0..300_u16 {
            for last in [1, 251] {
                let json: Vec<_> =
                    (0..length).map(|place| b'"'.wrapping_add((place % last) as u8)).collect();
                let mut written = Vec::new();
                Quoted(&mut written).write_all(&json).unwrap();
                assert_eq!(written.len(), room(&json), "{length}");
                let escaped = |&byte: &u8| escape(byte).is_some();
                assert_eq!(room(&json), json.len() + json.iter().filter(|it| escaped(it)).count());
            }
        }
    }
}
