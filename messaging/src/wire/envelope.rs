//! The envelope: `{"oslo.version": "2.0", "oslo.message": "..JSON as text.."}` (wire document,
//! section 7.1).

use std::borrow::Cow;

use super::json;
use crate::error::shortened;
use crate::{Error, ErrorKind, Version};

const VERSION: Version = Version::new(2, 0);

/// The envelope around `message`, which is JSON.
pub(super) fn wrap(message: &[u8]) -> Vec<u8> {
    let mut body = Vec::with_capacity(message.len() + message.len() / 4 + 48);
    body.extend_from_slice(br#"{"oslo.version":"2.0","oslo.message":""#);
    // JSON that serde_json wrote holds no control characters: two characters need an escape.
    for &byte in message {
        if matches!(byte, b'"' | b'\\') {
            body.push(b'\\');
        }
        body.push(byte);
    }
    body.extend_from_slice(br#""}"#);
    body
}

/// The message within `body`, as JSON text; a body without an envelope is the message itself.
pub(super) fn open(body: &[u8]) -> Result<Cow<'_, str>, Error> {
    let text = std::str::from_utf8(body)
        .map_err(|error| undecodable("the body is not UTF-8").with_source(error))?;
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
    let version = version.strip_suffix(".0").filter(|rest| rest.contains('.')).unwrap_or(version);
    version.parse().is_ok_and(|version| VERSION.serves(version))
}

pub(super) fn undecodable(why: &str) -> Error {
    Error::new(ErrorKind::Decode, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrapped_is_opened_again() {
        let message = r#"{"method":"a\"b\\c","args":{"text":"\n\u0001é\ud83d\ude00"}}"#;
        assert_eq!(open(&wrap(message.as_bytes())).unwrap(), message);
    }

    #[test]
    fn a_body_without_both_keys_is_the_message() {
        for body in [r#"{"method": "x"}"#, r#"{"oslo.version": "2.0", "method": "x"}"#, "{}"] {
            assert_eq!(open(body.as_bytes()).unwrap(), body);
        }
    }

    #[test]
    fn only_version_two_of_the_envelope_is_read() {
        let body = |version| format!(r#"{{"oslo.version": "{version}", "oslo.message": "{{}}"}}"#);
        for version in ["2.0", "2.0.0"] {
            assert_eq!(open(body(version).as_bytes()).unwrap(), "{}", "{version}");
        }
        for version in ["1.0", "2.1", "2.0.1", "3.0", "2", ""] {
            assert!(open(body(version).as_bytes()).is_err(), "{version}");
        }
    }

    #[test]
    fn a_body_that_is_no_object_is_refused() {
        let deep = "[".repeat(10_000);
        let bodies: [&[u8]; 8] = [
            b"",
            b"null",
            b"[]",
            b"not json",
            b"\xff\xfe",
            deep.as_bytes(),
            b"{} {}",
            br#"{"oslo.version": "2.0", "oslo.message": {}}"#,
        ];
        for body in bodies {
            assert_eq!(open(body).unwrap_err().kind(), ErrorKind::Decode);
        }
    }
}
