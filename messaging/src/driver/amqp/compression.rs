//! Bodies that are compressed (wire document, section 6).

use std::borrow::Cow;
use std::io::{Read, Write as _};

use lapin::BasicProperties;
use lapin::types::{AMQPValue, FieldTable};

use crate::error::shortened;
use crate::{Compression, Error, ErrorKind};

/// The header that says how a body is compressed.
const HEADER: &str = "compression";

const ZLIB: &str = "application/x-gzip";
const BZIP2: &str = "application/x-bz2";

/// Says in `headers` how the body is compressed.
pub(super) fn mark(headers: &mut FieldTable, compression: Compression) {
    let kind = match compression {
        Compression::Zlib => ZLIB,
        Compression::Bzip2 => BZIP2,
    };
    headers.insert(HEADER.into(), AMQPValue::LongString(kind.into()));
}

/// `body`, as it is sent.
pub(super) fn compressed(
    compression: Option<Compression>,
    body: &[u8],
) -> Result<Cow<'_, [u8]>, Error> {
    let compressed = match compression {
        None => return Ok(Cow::Borrowed(body)),
        Some(Compression::Zlib) => {
            let mut zlib =
                flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
            zlib.write_all(body).and_then(|()| zlib.finish())
        }
        Some(Compression::Bzip2) => {
            let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
            bzip2.write_all(body).and_then(|()| bzip2.finish())
        }
    };
    compressed.map(Cow::Owned).map_err(|error| {
        Error::new(ErrorKind::Encode, "the message could not be compressed").with_source(error)
    })
}

/// `body`, as it was before it was compressed, in at most `longest` bytes: a short body can stand for
/// a thousand times its length. One that is not compressed has taken its memory already.
pub(super) fn read(
    properties: &BasicProperties,
    body: Vec<u8>,
    longest: usize,
) -> Result<Vec<u8>, Error> {
    match of(properties)? {
        None => Ok(body),
        Some(Compression::Zlib) => decompressed(flate2::read::ZlibDecoder::new(&*body), longest),
        Some(Compression::Bzip2) => decompressed(bzip2::read::BzDecoder::new(&*body), longest),
    }
}

/// What the headers say of the body.
fn of(properties: &BasicProperties) -> Result<Option<Compression>, Error> {
    let headers = properties.headers().as_ref();
    let kind = match headers.and_then(|headers| headers.inner().get(HEADER)) {
        None | Some(AMQPValue::Void) => return Ok(None),
        Some(AMQPValue::LongString(kind)) => String::from_utf8_lossy(kind.as_bytes()),
        Some(AMQPValue::ShortString(kind)) => Cow::Borrowed(kind.as_str()),
        Some(other) => return Err(unreadable(&format!("is no text but {:?}", other.get_type()))),
    };
    match &*kind {
        "" => Ok(None),
        ZLIB => Ok(Some(Compression::Zlib)),
        BZIP2 => Ok(Some(Compression::Bzip2)),
        word => match Compression::read(word) {
            Some(compression) => Ok(Some(compression)),
            None => Err(unreadable(&format!("says `{}`", shortened(word)))),
        },
    }
}

fn unreadable(what: &str) -> Error {
    Error::new(
        ErrorKind::Decode,
        format!(
            "its header `{HEADER}` {what}, and only `{ZLIB}` and `{BZIP2}` can be read; set \
             `kombu_compression` of the sender to gzip or bzip2"
        ),
    )
}

fn decompressed(stream: impl Read, longest: usize) -> Result<Vec<u8>, Error> {
    let mut body = Vec::new();
    // One more than is allowed, to see that it is too long.
    let limit = u64::try_from(longest).map_or(u64::MAX, |longest| longest.saturating_add(1));
    match stream.take(limit).read_to_end(&mut body) {
        Ok(_) if body.len() <= longest => Ok(body),
        Ok(_) => Err(Error::new(
            ErrorKind::Decode,
            format!(
                "its body has more than the {longest} bytes of the option `max_message_size` once \
                 it is decompressed"
            ),
        )),
        Err(error) => {
            Err(Error::new(ErrorKind::Decode, "its body cannot be decompressed").with_source(error))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MUCH: usize = 1 << 20;
    const BOTH: [Compression; 2] = [Compression::Zlib, Compression::Bzip2];

    fn marked(kind: AMQPValue) -> BasicProperties {
        let mut headers = FieldTable::default();
        headers.insert(HEADER.into(), kind);
        BasicProperties::default().with_headers(headers)
    }

    fn text(kind: &str) -> AMQPValue {
        AMQPValue::LongString(kind.into())
    }

    #[test]
    fn what_is_compressed_is_read_back() {
        let body = "{\"oslo.message\": \"{}\"}".repeat(100).into_bytes();
        for compression in BOTH {
            let sent = compressed(Some(compression), &body).unwrap();
            assert!(sent.len() < body.len());
            let mut headers = FieldTable::default();
            mark(&mut headers, compression);
            let properties = BasicProperties::default().with_headers(headers);
            assert_eq!(read(&properties, sent.into_owned(), MUCH).unwrap(), body);
        }
        assert_eq!(*compressed(None, &body).unwrap(), *body);
        for nothing in [BasicProperties::default(), marked(AMQPValue::Void), marked(text(""))] {
            assert_eq!(read(&nothing, body.clone(), MUCH).unwrap(), body);
        }
    }

    /// The bytes of a capture that is no text.
    fn captured(name: &str) -> (BasicProperties, Vec<u8>) {
        let path = format!("{}/../tests/fixtures/oslo/{name}.json", env!("CARGO_MANIFEST_DIR"));
        let fixture = std::fs::read_to_string(path).unwrap();
        let fixture: serde_json::Value = serde_json::from_str(&fixture).unwrap();
        let kind = fixture["properties"]["headers"]["compression"].as_str().unwrap();
        let (mut bits, mut count, mut body) = (0_u32, 0, Vec::new());
        for letter in fixture["body_base64"].as_str().unwrap().bytes() {
            let digit = match letter {
                b'A'..=b'Z' => letter - b'A',
                b'a'..=b'z' => letter - b'a' + 26,
                b'0'..=b'9' => letter - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                _ => break,
            };
            (bits, count) = (bits << 6 | u32::from(digit), count + 6);
            if count >= 8 {
                count -= 8;
                body.push(u8::try_from(bits >> count & 0xFF).unwrap());
            }
        }
        (marked(text(kind)), body)
    }

    #[test]
    fn what_oslo_messaging_compressed_is_read() {
        for name in ["rpc_cast_request_compressed_gzip", "rpc_cast_request_compressed_bzip2"] {
            let (properties, body) = captured(name);
            let body = read(&properties, body, MUCH).unwrap();
            let request = crate::wire::Request::decode(&body).unwrap();
            assert_eq!(request.method(), "note", "{name}");
        }
    }

    /// kombu takes its own words for the types as well.
    #[test]
    fn a_type_may_be_told_by_its_word() {
        for (word, compression) in
            [("gzip", BOTH[0]), ("zlib", BOTH[0]), ("bzip2", BOTH[1]), ("bzip", BOTH[1])]
        {
            let sent = compressed(Some(compression), b"{}").unwrap().into_owned();
            assert_eq!(read(&marked(text(word)), sent, MUCH).unwrap(), b"{}", "{word}");
        }
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        let zeroes = vec![0; 1 << 20];
        for compression in BOTH {
            let bomb = compressed(Some(compression), &zeroes).unwrap();
            let unpack = |longest| match compression {
                Compression::Zlib => decompressed(flate2::read::ZlibDecoder::new(&*bomb), longest),
                Compression::Bzip2 => decompressed(bzip2::read::BzDecoder::new(&*bomb), longest),
            };
            assert_eq!(unpack(1 << 20).unwrap(), zeroes);
            let error = unpack((1 << 20) - 1).unwrap_err();
            assert!(error.to_string().contains("more than the 1048575 bytes"), "{error}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_an_error_that_says_why() {
        for (kind, expected) in [
            (text("application/x-brotli"), "`application/x-brotli`"),
            (AMQPValue::Boolean(true), "is no text"),
            (text(ZLIB), "cannot be decompressed"),
            (text(BZIP2), "cannot be decompressed"),
        ] {
            let error = read(&marked(kind), b"{}".to_vec(), MUCH).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Decode);
            assert!(error.to_string().contains(expected), "{error}");
        }
    }
}
