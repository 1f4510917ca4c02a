//! What may be given any bytes whatever: functions for a fuzzer, and for the tests of properties.
//!
//! Each panics if something does not hold that is promised of everything that a peer can send.
//! `cargo fuzz`, which sets `cfg(fuzzing)`, finds them in `messaging::__private::targets`.
#![cfg_attr(not(fuzzing), expect(unreachable_pub, reason = "a fuzzer alone reaches them"))]

use serde_json::Value;

use super::text::text;
use super::{Reply, Request, envelope, failure, json};

/// A body of which nothing is known.
pub fn body(bytes: &[u8]) {
    if let Ok(text) = text(bytes)
        && let Ok(message) = envelope::open(&text)
    {
        failure(message.as_bytes());
        json(message.as_bytes());
    }
    request(bytes);
    reply(bytes);
}

/// A request: its arguments are read as who knows their types may read them.
pub fn request(body: &[u8]) {
    let Ok(request) = Request::decode(body) else { return };
    for value in request.args.values() {
        let _ = value.read::<Value>();
        let _ = value.read::<Vec<Option<f64>>>();
        let _ = value.read::<String>();
    }
}

/// A reply.
pub fn reply(body: &[u8]) {
    if let Ok(Reply { outcome: Ok(result), .. }) = Reply::decode(body) {
        let _ = result.read::<Value>();
    }
}

/// The text of a failure: what was read is written so that the same is read again.
pub fn failure(text: &[u8]) {
    let Ok(failure) = failure::decode(&String::from_utf8_lossy(text)) else { return };
    let again = failure::decode(&failure::encode(&failure)).expect("what we write, we read");
    assert_eq!(again, failure);
}

/// JSON: the reader for what Python writes differs from serde_json in Python's words alone.
pub fn json(text: &[u8]) {
    let text = String::from_utf8_lossy(text);
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
