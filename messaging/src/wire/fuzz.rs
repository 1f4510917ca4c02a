//! What a fuzzer gives to this folder: see `targets`.

use serde_json::Value;
use serde_json::value::RawValue;

use super::text::text;
use super::writer::wrap;
use super::{MaxSize, Reply, Request, json};
use super::{envelope as wrapped, failure as failed};
use crate::Version;
use crate::version::Requested;

/// A body of which nothing is known.
pub(crate) fn body(bytes: &[u8]) {
    let _ = MaxSize::caller(bytes);
    if let Ok(text) = text(bytes)
        && let Ok(message) = wrapped::open(&text)
    {
        failure(message.as_bytes());
        json(message.as_bytes());
    }
    request(bytes);
    reply(bytes);
}

/// An envelope: what is in one is found again in another around it.
pub(crate) fn envelope(bytes: &[u8]) {
    let Ok(text) = text(bytes) else { return };
    let Ok(message) = wrapped::open(&text) else { return };
    if let Ok(raw) = serde_json::from_str::<&RawValue>(&message) {
        let body = String::from_utf8(wrap(raw.get())).expect("JSON is text");
        assert_eq!(wrapped::open(&body).expect("what we write, we read"), raw.get());
    }
}

/// A version, as a program and as a request write it.
pub(crate) fn version(text: &[u8]) {
    let text = String::from_utf8_lossy(text);
    if let Ok(version) = text.parse::<Version>() {
        assert_eq!(version.to_string().parse(), Ok(version));
        let requested = Requested::parse(&text).expect("a version can be asked for");
        assert!(requested.served_by(version) && requested.version() == version);
    }
    if let Some(requested) = Requested::parse(&text) {
        let _ = requested.served_by(Version::new(2, 3));
    }
}

/// A request: its arguments are read as who knows their types may read them.
pub(crate) fn request(body: &[u8]) {
    let request = match Request::decode(body) {
        Ok(request) => request,
        Err((_, caller)) => {
            assert!(caller.is_none_or(|to| to.queue.len() <= 255 && to.msg_id.len() <= 255));
            return;
        }
    };
    assert!(request.method().len() <= 255 && request.args.len() <= 1000);
    for (_, value) in request.args.iter() {
        let _ = json::read::<Value>(value);
        let _ = json::read::<Vec<Option<f64>>>(value);
        let _ = json::read::<String>(value);
    }
}

/// A reply.
pub(crate) fn reply(body: &[u8]) {
    if let Ok(Reply { outcome: Ok(result), .. }) = Reply::decode(body) {
        let _ = result.read::<Value>();
    }
}

/// The text of a failure: what was read is written so that the same is read again.
pub(crate) fn failure(text: &[u8]) {
    let Ok(failure) = failed::decode(&String::from_utf8_lossy(text)) else { return };
    let again = failed::decode(&failed::encode(&failure)).expect("what we write, we read");
    assert_eq!(again, failure);
    assert!(!failure.to_string().contains(char::is_control));
}

/// JSON: the reader for what Python writes differs from serde_json in Python's words alone.
pub(crate) fn json(text: &[u8]) {
    let text = String::from_utf8_lossy(text);
    json::fields_alike(&text);
    let strict = serde_json::from_str::<Value>(&text);
    let python = json::python::read::<Value>(&text);
    match (&strict, &python) {
        (Ok(strict), Ok(python)) => assert_eq!(strict, python),
        (Err(_), Err(_)) => {}
        _ => panic!("serde_json has {strict:?}, and the reader for Python {python:?}"),
    }
    if let Ok(strict) = strict {
        assert_eq!(json::read::<Value>(&text).expect("it is JSON"), strict);
    }
}
