//! From the bytes of a body to its text.
//!
//! A body is UTF-8 whatever its property `content_encoding` says: the peer looks at neither that
//! property nor anything else of the kind when it reads JSON (wire document, section 6). ASCII is
//! UTF-8 too. UTF-16 is told by its first bytes, as JSON begins with ASCII (RFC 4627, section 3).

use std::borrow::Cow;

use super::envelope::undecodable;
use crate::Error;

/// The text of `body`; half a surrogate pair in UTF-16 is U+FFFD.
pub(super) fn text(body: &[u8]) -> Result<Cow<'_, str>, Error> {
    match body {
        [0xEF, 0xBB, 0xBF, text @ ..] => utf8(text),
        [0xFF, 0xFE, 0, 0, ..] | [_, 0, 0, 0, ..] | [0, 0, ..] => {
            Err(undecodable("the body is UTF-32, and this side reads UTF-8 and UTF-16"))
        }
        [0xFF, 0xFE, text @ ..] | text @ [_, 0, ..] => utf16(text, u16::from_le_bytes),
        [0xFE, 0xFF, text @ ..] | text @ [0, _, ..] => utf16(text, u16::from_be_bytes),
        text => utf8(text),
    }
}

fn utf8(text: &[u8]) -> Result<Cow<'_, str>, Error> {
    std::str::from_utf8(text)
        .map(Cow::Borrowed)
        .map_err(|error| undecodable("the body is neither UTF-8 nor UTF-16").with_source(error))
}

fn utf16(text: &[u8], unit: fn([u8; 2]) -> u16) -> Result<Cow<'_, str>, Error> {
    let (units, rest) = text.as_chunks();
    if !rest.is_empty() {
        return Err(undecodable("the body is UTF-16 with half a character at its end"));
    }
    let characters = char::decode_utf16(units.iter().copied().map(unit));
    Ok(characters.map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf_8_and_utf_16_are_read_and_anything_else_is_named() {
        const TEXT: &str = "{\"é\": \"😀\"}";
        let encoded = |mark: &str, unit: fn(u16) -> [u8; 2]| {
            format!("{mark}{TEXT}").encode_utf16().flat_map(unit).collect::<Vec<u8>>()
        };
        for body in [
            TEXT.as_bytes().to_vec(),
            format!("\u{feff}{TEXT}").into_bytes(),
            encoded("", u16::to_le_bytes),
            encoded("", u16::to_be_bytes),
            encoded("\u{feff}", u16::to_le_bytes),
            encoded("\u{feff}", u16::to_be_bytes),
        ] {
            assert_eq!(text(&body).unwrap(), TEXT, "{body:?}");
        }
        for (body, expected) in [
            (&b"{\0\0\0}\0\0\0"[..], "UTF-32"),
            (b"\0\0\0{\0\0\0}", "UTF-32"),
            (b"\xff\xfe\0\0{\0\0\0", "UTF-32"),
            (b"{\0}", "half a character"),
            (b"\"\xe9t\xe9\"", "neither UTF-8 nor UTF-16"),
        ] {
            let error = text(body).unwrap_err().to_string();
            assert!(error.contains(expected), "{body:?}: {error}");
        }
        assert_eq!(text(b"{\0\0\xd8}\0").unwrap(), "{\u{fffd}}");
        assert_eq!(text(b"").unwrap(), "");
    }
}
