//! Values of others, read as far as they can be.

use serde_json::Value;

/// A value; what Python writes beside JSON, as a NaN, is a text in it. What cannot be read is not shown
/// at all: nobody could tell what is secret in it.
pub(super) fn shown(json: &str) -> Value {
    read(json).unwrap_or_else(|| format!("(unreadable JSON, {} B)", json.len()).into())
}

/// The same, if it can be read.
fn read(json: &str) -> Option<Value> {
    serde_json::from_str(json).or_else(|_| serde_json::from_str(&quoted(json))).ok()
}

/// A text that holds JSON with members, or what looks like it; none of other texts.
pub(super) fn of_text(text: &str) -> Option<Value> {
    let looks_so = text.trim_start().starts_with(['{', '[']) && text.contains("\":");
    looks_so.then(|| shown(text))
}

/// JSON whose `NaN` and `Infinity` are strings.
fn quoted(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let (mut in_string, mut escaped) = (false, false);
    let mut rest = json;
    while let Some(letter) = rest.chars().next() {
        let words = ["-Infinity", "Infinity", "NaN"];
        let word = words.into_iter().find(|word| !in_string && rest.starts_with(word));
        if let Some(word) = word {
            out.push('"');
            out.push_str(word);
            out.push('"');
            rest = rest.get(word.len()..).unwrap_or_default();
            continue;
        }
        if in_string {
            in_string = escaped || letter != '"';
            escaped = !escaped && letter == '\\';
        } else {
            in_string = letter == '"';
        }
        out.push(letter);
        rest = rest.get(letter.len_utf8()..).unwrap_or_default();
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_python_writes_beside_json_is_read() {
        let written = r#"{"x": NaN, "y": [-Infinity, 1], "z": "a \"NaN\" b"}"#;
        let expected = json!({"x": "NaN", "y": ["-Infinity", 1], "z": "a \"NaN\" b"});
        assert_eq!(shown(written), expected);
    }

    #[test]
    fn what_cannot_be_read_is_not_shown() {
        assert_eq!(shown(r#"{"password": hunter2}"#), "(unreadable JSON, 21 B)");
        assert_eq!(of_text(r#" {"password": "hunter2""#), Some("(unreadable JSON, 23 B)".into()));
        assert_eq!(of_text("[ERROR] no host"), None);
    }
}
