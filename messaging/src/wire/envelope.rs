//! The envelope: `{"oslo.version": "2.0", "oslo.message": "..JSON as text.."}` (wire document,
//! section 7.1).

use std::borrow::Cow;

use super::json::{self, token};
use crate::error::shortened;
use crate::version::Requested;
use crate::{Error, ErrorKind, Version};

const VERSION: Version = Version::new(2, 0);

/// The message within `text`, as JSON text; a body without an envelope is the message itself.
pub(super) fn open(text: &str) -> Result<Cow<'_, str>, Error> {
    if let Some(message) = straight(text) {
        return Ok(message);
    }
    if begins_bare(text.as_bytes()) && !text.contains("oslo.message") && !text.contains(r"\u") {
        // No key of it, in whatever letters it is written, is that of an envelope.
        return Ok(Cow::Borrowed(text));
    }
    let (mut version, mut message) = (None, None);
    json::for_each_field(text, |key, value| {
        match &**key {
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
    json::text(message).map_err(|error| {
        undecodable("the envelope holds no text under `oslo.message`").with_source(error)
    })
}

/// Whether a body begins as our messages without an envelope do, to the letter.
pub(super) fn begins_bare(body: &[u8]) -> bool {
    let beginnings = [&br#"{"method":""#[..], br#"{"result":"#];
    beginnings.into_iter().any(|beginning| body.starts_with(beginning))
}

/// The message of an envelope that is written as ours and the peer's are, in one pass.
fn straight(text: &str) -> Option<Cow<'_, str>> {
    let mut rest = text;
    for part in ["{", r#""oslo.version""#, ":", r#""2.0""#, ",", r#""oslo.message""#, ":"] {
        rest = token(rest).strip_prefix(part)?;
    }
    let (message, rest) = json::string(token(rest))?;
    token(token(rest).strip_prefix('}')?).is_empty().then_some(message)
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
    use super::super::writer::wrap;
    use super::*;

    #[test]
    fn what_is_wrapped_is_opened_again() {
        let message =
            "{\"method\":\"a\\\"b\\\\c\",\n\t\"args\":\r{\"text\":\"\\n\\u0001é\\ud83d\"}}";
        let body = String::from_utf8(wrap(message)).unwrap();
        assert_eq!(open(&body).unwrap(), message);
        assert!(!body.contains(char::is_control));
    }

    #[test]
    fn a_body_without_both_keys_is_the_message() {
        for body in [r#"{"method": "x"}"#, r#"{"oslo.version": "2.0", "method": "x"}"#, "{}"] {
            assert_eq!(open(body).unwrap(), body);
        }
    }

    /// However a message begins, and in whatever letters its keys are written.
    #[test]
    fn an_envelope_is_seen_wherever_its_keys_stand() {
        for key in ["oslo.message", r"oslo.\u006dessage"] {
            let body = format!(r#"{{"method":"m","oslo.version":"2.0","{key}":"{{}}"}}"#);
            assert_eq!(open(&body).unwrap(), "{}", "{body}");
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
