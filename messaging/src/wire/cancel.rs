//! The message that asks a server to end methods whose callers have given up: ours alone, and sent
//! to nobody but a server that has named the reply queue for it (see [`notes`](super::notes)).

use super::json;
use super::text::text;

/// How many calls one message names at most.
pub(crate) const MOST: usize = 256;

/// The body that names these calls, by their ids.
pub(crate) fn encode(calls: &[String]) -> Vec<u8> {
    // Texts are always written.
    serde_json::to_vec(calls).unwrap_or_default()
}

/// The calls that a body names; none if it is not one of these.
pub(crate) fn decode(body: &[u8]) -> Vec<String> {
    // An id has 32 digits; with its quotes and a comma it takes 35.
    if body.len() > MOST * 64 {
        return Vec::new();
    }
    let read = |text: &str| json::read::<Vec<String>>(text).ok();
    let mut calls = text(body).ok().and_then(|text| read(&text)).unwrap_or_default();
    calls.truncate(MOST);
    calls
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_calls_is_read_as_it_was_written_and_anything_else_is_none() {
        let calls = vec!["1".to_owned(), "\u{e9}\"".to_owned()];
        assert_eq!(decode(&encode(&calls)), calls);
        let many: Vec<_> = (0..MOST + 1).map(|number| number.to_string()).collect();
        assert_eq!(decode(&encode(&many)).len(), MOST);
        let long = format!("[\"{}\"]", "x".repeat(MOST * 64));
        for body in ["", "[", "{}", "[1]", "null", "\u{ff}", &long, &"[".repeat(10_000)] {
            assert!(decode(body.as_bytes()).is_empty(), "{body:.20}");
        }
    }
}
