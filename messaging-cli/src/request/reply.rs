//! What came of a request, for people and for programs.

use std::fmt::Write as _;

use messaging::Failure as RemoteFailure;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::output::{BAD, FAINT};
use crate::text;

/// A result, digit by digit as it came.
pub(crate) type Answer = Box<RawValue>;

/// A result on one line, fit for a terminal.
pub(crate) fn compact(answer: &RawValue) -> String {
    text::line(&laid_out(answer.get(), false))
}

/// A result in lines, fit for a terminal.
pub(crate) fn pretty(answer: &RawValue) -> String {
    text::lines(&laid_out(answer.get(), true))
}

/// How deep what is in lines is indented; what lies deeper stays on its line: a small reply of
/// brackets alone would else become a large one of blanks.
const DEEPEST: usize = 16;

/// JSON with other blanks. It is laid out as text, for a number has more digits than a float holds.
fn laid_out(json: &str, in_lines: bool) -> String {
    let mut out = String::with_capacity(json.len());
    let mut depth = 0usize;
    let mut letters = json
        .chars()
        .filter_map({
            let mut in_string = false;
            let mut escaped = false;
            move |letter| {
                let was_string = in_string;
                if in_string {
                    in_string = escaped || letter != '"';
                    escaped = !escaped && letter == '\\';
                } else if letter == '"' {
                    in_string = true;
                }
                let is_text = was_string || in_string;
                (is_text || !letter.is_ascii_whitespace()).then_some((letter, is_text))
            }
        })
        .peekable();
    let line = |out: &mut String, depth: usize| {
        if in_lines && depth <= DEEPEST {
            out.push('\n');
            out.extend(std::iter::repeat_n("  ", depth));
        }
    };
    while let Some((letter, is_text)) = letters.next() {
        match letter {
            letter if is_text => out.push(letter),
            '{' | '[' => {
                out.push(letter);
                match letters.next_if(|(next, _)| matches!(next, '}' | ']')) {
                    Some((close, _)) => out.push(close),
                    None => {
                        depth += 1;
                        line(&mut out, depth);
                    }
                }
            }
            '}' | ']' => {
                if depth <= DEEPEST {
                    line(&mut out, depth.saturating_sub(1));
                }
                depth = depth.saturating_sub(1);
                out.push(letter);
            }
            ',' => {
                out.push(',');
                if !in_lines || depth > DEEPEST {
                    out.push(' ');
                }
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            letter => out.push(letter),
        }
    }
    out
}

/// An error that a method returned, by its name and with its fields.
pub(crate) fn remote(failure: &RemoteFailure, with_traceback: bool) -> String {
    let mut out = String::new();
    let class = text::line(failure.class.trim_end_matches("_Remote"));
    let module = text::line(failure.module.trim_end_matches("_Remote"));
    let _ = write!(
        out,
        "{BAD}{class}{BAD:#} {FAINT}({module}){FAINT:#}: {}",
        text::line(&failure.message)
    );
    for (name, value) in &failure.kwargs {
        let _ = write!(out, "\n  {}: {}", text::line(name), text::line(&value.to_string()));
    }
    // The one argument of most exceptions is their text.
    let is_text = |value: &Value| value.as_str() == Some(&failure.message);
    if !matches!(failure.args.as_slice(), [only] if is_text(only)) {
        for (index, value) in failure.args.iter().enumerate() {
            let _ = write!(out, "\n  [{index}]: {}", text::line(&value.to_string()));
        }
    }
    if with_traceback {
        for lines in &failure.traceback {
            let _ = write!(out, "\n{FAINT}{}{FAINT:#}", text::lines(lines.trim_end()));
        }
    }
    out
}

/// The same for programs.
pub(crate) fn remote_json(failure: &RemoteFailure) -> Value {
    json!({
        "class": failure.class,
        "module": failure.module,
        "message": failure.message,
        "args": failure.args,
        "kwargs": failure.kwargs,
        "traceback": failure.traceback,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_laid_out_and_keeps_every_digit() {
        let json = r#"{"a" : [1,2.50, {}], "b":"x, \"y\": {", "c":[ ],"d":123456789012345678901234567890}"#;
        let raw = RawValue::from_string(json.to_owned()).unwrap();
        assert_eq!(
            compact(&raw),
            r#"{"a": [1, 2.50, {}], "b": "x, \"y\": {", "c": [], "d": 123456789012345678901234567890}"#
        );
        assert_eq!(
            pretty(&raw),
            "{\n  \"a\": [\n    1,\n    2.50,\n    {}\n  ],\n  \"b\": \"x, \\\"y\\\": {\",\n  \"c\": [],\n  \
             \"d\": 123456789012345678901234567890\n}"
        );
    }

    #[test]
    fn what_lies_deep_grows_no_more_than_its_length_asks() {
        let json = format!("{}1, 2{}", "[".repeat(10_000), "]".repeat(10_000));
        let raw = RawValue::from_string(json).unwrap();
        let shown = pretty(&raw);
        assert!(shown.len() < 25_000 && shown.contains("[[1, 2]]"), "{}", shown.len());
        assert_eq!(shown.lines().count(), 2 * DEEPEST + 1);
        assert_eq!(shown.lines().last(), Some("]"));
    }

    #[test]
    fn an_error_is_told_by_its_name_and_its_fields() {
        let kwargs = json!({"reason": "no\u{1b}host"}).as_object().unwrap().clone();
        let failure = RemoteFailure::new("scheduler", "NoValidHost", "none").with_kwargs(kwargs);
        let told = remote(&failure, false);
        assert!(
            told.contains("NoValidHost") && told.contains("reason: \"no\\u001bhost\""),
            "{told}"
        );
        assert!(!told.contains("[0]"), "{told}");
    }
}
