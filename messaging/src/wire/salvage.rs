//! Whom to answer, from a body that cannot be read as a whole.

use super::ReplyTo;
use super::envelope::begins_bare;

/// The longest name of a queue (AMQP 0-9-1, short string); an id is shorter.
const LONGEST: usize = 255;

/// The call and the reply queue that `body` names, if it names one of each.
///
/// A quote within a text has a backslash more than the quotes of the message itself, so what an
/// argument says in its text is never taken for the message's own.
pub(crate) fn reply_to(body: &[u8]) -> Option<ReplyTo> {
    from_ends([body, b""])
}

/// The same, from the two ends of a body, of which what lies between is not looked at.
pub(super) fn from_ends([first, last]: [&[u8]; 2]) -> Option<ReplyTo> {
    let (first, last) = (String::from_utf8_lossy(first), String::from_utf8_lossy(last));
    let enveloped = !begins_bare(first.as_bytes()) && first.contains(r#""oslo.message""#);
    let quote = if enveloped { r#"\""# } else { "\"" };
    // What stands before the first character of the last part is not known: a backslash, perhaps.
    let last = last.get(last.ceil_char_boundary(1)..).unwrap_or_default();
    let find = |key| only_value([&first, last], quote, key);
    Some(ReplyTo { msg_id: find("_msg_id")?.into(), queue: find("_reply_q")?.to_owned() })
}

/// The text under `key`; none if there are several that differ.
fn only_value<'a>(parts: [&'a str; 2], quote: &str, key: &str) -> Option<&'a str> {
    let key = format!("{quote}{key}{quote}");
    let found =
        parts.into_iter().flat_map(|part| part.match_indices(&key).map(move |at| (part, at)));
    let mut values = found.filter_map(|(body, (at, found))| {
        let (before, after) = (body.get(..at)?, body.get(at + found.len()..)?);
        let value = after.trim_start().strip_prefix(':')?.trim_start().strip_prefix(quote)?;
        let (value, _) = value.split_once(quote)?;
        let whole = !before.ends_with('\\') && !value.contains(['"', '\\']);
        (whole && value.len() <= LONGEST).then_some(value)
    });
    let value = values.next()?;
    values.all(|another| another == value).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::super::MaxSize;
    use super::*;

    fn found(body: &str) -> Option<(String, String)> {
        reply_to(body.as_bytes()).map(|to| (to.msg_id.to_string(), to.queue))
    }

    #[test]
    fn the_caller_is_found_in_a_body_that_is_cut_off_or_broken() {
        let caller = Some(("1".to_owned(), "reply_1".to_owned()));
        for body in [
            r#"{"args": {"x": 1e}, "_msg_id": "1", "_reply_q": "reply_1"}"#,
            r#"{"_msg_id" : "1", "_reply_q":"reply_1", "_context_x": "cut o"#,
            r#"{"oslo.message": "{\"x\": 1e, \"_msg_id\": \"1\", \"_reply_q\": \"reply_1\"}"}"#,
            r#"{"oslo.version": 2, "oslo.message": "{\"_msg_id\":\"1\",\"_reply_q\":\"reply_1\", \"a"#,
            r#"{"text": "\"_msg_id\": \"2\"", x, "_msg_id": "1", "_reply_q": "reply_1"}"#,
            r#"{"method":"m","args":{"oslo.message":1e},"_msg_id":"1","_reply_q":"reply_1"}"#,
            r#"{"oslo.message": "{x, \"t\": \"\\\"_msg_id\\\": \\\"2\\\"\", \"_msg_id\": \"1\", \"_reply_q\": \"reply_1\""#,
        ] {
            assert_eq!(found(body), caller, "{body}");
        }
        assert_eq!(
            reply_to(b"\xff{\"_msg_id\": \"1\", \"_reply_q\": \"reply_1\"").map(|to| to.msg_id),
            Some("1".into())
        );
    }

    #[test]
    fn the_caller_is_found_at_either_end_of_a_long_body() {
        let caller = r#""_msg_id": "1", "_reply_q": "reply_1""#;
        let long = "x".repeat(300_000);
        for (body, found) in [
            (format!(r#"{{"args": {{"a": "{long}"}}, {caller}}}"#), true),
            (format!(r#"{{{caller}, "args": {{"a": "{long}"}}}}"#), true),
            (
                format!(r#"{{"_msg_id": "1", "args": {{"a": "{long}"}}, "_reply_q": "reply_1"}}"#),
                true,
            ),
            (format!(r#"{{"a": "{long}", {caller}, "b": "{long}"}}"#), false),
            (format!(r#"{{{caller}, "a": "{long}", "_reply_q": "reply_2"}}"#), false),
        ] {
            assert_eq!(MaxSize::caller(body.as_bytes()).is_some(), found);
        }
        // Whether the quote is that of a text within a text cannot be seen at the very edge.
        assert_eq!(from_ends([b"{", br#""_msg_id": "1", "_reply_q": "reply_1"}"#]), None);
    }

    #[test]
    fn nobody_is_found_where_it_is_not_certain() {
        for body in [
            "",
            r#"{"_msg_id": "1"}"#,
            r#"{"_msg_id": 1, "_reply_q": "reply_1"}"#,
            r#"{"_msg_id": "1", "_reply_q": "reply_"#,
            r#"{"_msg_id": "1", "_reply_q": "reply_1", x, "_reply_q": "reply_2"}"#,
            r#"{"_msg_id": "1", "text": "\"_reply_q\": \"reply_1\""#,
            r#"{"_msg_id": "1", "_reply_q": "reply_\u0031", x"#,
        ] {
            assert_eq!(found(body), None, "{body}");
        }
        let long = "r".repeat(300);
        assert_eq!(found(&format!(r#"{{"_msg_id": "1", "_reply_q": "{long}""#)), None);
    }
}
