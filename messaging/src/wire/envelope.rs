//! The envelope: `{"oslo.version": "2.0", "oslo.message": "..JSON as text.."}` (wire document,
//! section 7.1).

use std::borrow::Cow;
use std::io;

use serde::Serialize;

use super::json;
use crate::error::shortened;
use crate::version::Requested;
use crate::{Error, ErrorKind, Version};

const VERSION: Version = Version::new(2, 0);

/// The envelope around `message`, written as JSON.
pub(super) fn wrap(message: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    let mut body = br#"{"oslo.version":"2.0","oslo.message":""#.to_vec();
    serde_json::to_writer(Quoted(&mut body), message)?;
    body.extend_from_slice(br#""}"#);
    Ok(body)
}

/// Writes JSON as the inside of a text of JSON, so that a message exists but once.
struct Quoted<'b>(&'b mut Vec<u8>);

impl io::Write for Quoted<'_> {
    fn write(&mut self, json: &[u8]) -> io::Result<usize> {
        for part in json.split_inclusive(|&byte| escape(byte).is_some()) {
            match part.split_last() {
                Some((&last, plain)) if let Some(escape) = escape(last) => {
                    self.0.extend_from_slice(plain);
                    self.0.extend_from_slice(escape);
                }
                _ => self.0.extend_from_slice(part),
            }
        }
        Ok(json.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How a byte of JSON is written within a text. No other control characters are JSON; these three
/// are the white space of a `RawValue`.
fn escape(byte: u8) -> Option<&'static [u8]> {
    match byte {
        b'"' => Some(br#"\""#),
        b'\\' => Some(br"\\"),
        b'\n' => Some(br"\n"),
        b'\r' => Some(br"\r"),
        b'\t' => Some(br"\t"),
        _ => None,
    }
}

/// The message within `text`, as JSON text; a body without an envelope is the message itself.
pub(super) fn open(text: &str) -> Result<Cow<'_, str>, Error> {
    let (mut version, mut message) = (None, None);
    json::for_each_field(text, |key, value| {
        match key {
            "oslo.version" => version = json::read::<Option<String>>(value)?,
            "oslo.message" => message = Some(value),
            _ => {}
        }
        Ok(())
    })
    .map_err(|error| undecodable("the body is not a JSON object").with_source(error))?;
    let (Some(version), Some(message)) = (version, message) else {
        return Ok(Cow::Borrowed(text));
    };
    if !readable(&version) {
        return Err(undecodable(&format!(
            "the envelope's version is `{}`, and this side reads {VERSION}",
            shortened(&version)
        )));
    }
    // `Cow<str>` alone is always owned to serde; a plain `&str` only fits a text without escapes.
    match serde_json::from_str::<&str>(message) {
        Ok(message) => Ok(Cow::Borrowed(message)),
        Err(_) => json::read(message).map(Cow::Owned).map_err(|error| {
            undecodable("the envelope holds no text under `oslo.message`").with_source(error)
        }),
    }
}

/// `2.0`, and `2.0.0` for the peers that write a revision (wire document, section 16.1).
fn readable(version: &str) -> bool {
    Requested::parse(version).is_some_and(|version| version.served_by(VERSION))
}

pub(super) fn undecodable(why: &str) -> Error {
    Error::new(ErrorKind::Decode, why)
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use super::*;

    #[test]
    fn what_is_wrapped_is_opened_again() {
        let message =
            "{\"method\":\"a\\\"b\\\\c\",\n\t\"args\":\r{\"text\":\"\\n\\u0001é\\ud83d\"}}";
        let raw: &RawValue = serde_json::from_str(message).unwrap();
        let body = String::from_utf8(wrap(&raw).unwrap()).unwrap();
        assert_eq!(open(&body).unwrap(), message);
        assert!(!body.contains(char::is_control));
    }

    #[test]
    fn a_body_without_both_keys_is_the_message() {
        for body in [r#"{"method": "x"}"#, r#"{"oslo.version": "2.0", "method": "x"}"#, "{}"] {
            assert_eq!(open(body).unwrap(), body);
        }
    }

    #[test]
    fn only_version_two_of_the_envelope_is_read() {
        let body = |version| format!(r#"{{"oslo.version": "{version}", "oslo.message": "{{}}"}}"#);
        for version in ["2.0", "2.0.0"] {
            assert_eq!(open(&body(version)).unwrap(), "{}", "{version}");
        }
        for version in ["1.0", "2.1", "2.0.1", "3.0", "2", ""] {
            assert!(open(&body(version)).is_err(), "{version}");
        }
    }

    #[test]
    fn a_body_that_is_no_object_is_refused() {
        let deep = "[".repeat(10_000);
        for body in [
            "",
            "null",
            "[]",
            "not json",
            &deep,
            "{} {}",
            r#"{"oslo.version": "2.0", "oslo.message": {}}"#,
        ] {
            assert_eq!(open(body).unwrap_err().kind(), ErrorKind::Decode);
        }
    }
}
