//! Values as literals of a language.

use serde_json::Value;

/// How a language writes what JSON has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words {
    pub(super) null: &'static str,
    pub(super) yes: &'static str,
    pub(super) no: &'static str,
    pub(super) text: fn(&str) -> String,
}

/// The width up to which a list or an object stands on one line.
const WIDTH: usize = 56;

/// `value` as a literal; what does not fit on a line is indented from `indent` spaces on.
pub(super) fn literal(words: Words, value: &Value, indent: usize) -> String {
    let flat = flat(words, value);
    if flat.len() + indent <= WIDTH {
        return flat;
    }
    let inner = " ".repeat(indent + 4);
    let lines: Vec<String> = match value {
        Value::Array(items) => items.iter().map(|item| literal(words, item, indent + 4)).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| {
                format!("{}: {}", (words.text)(name), literal(words, value, indent + 4))
            })
            .collect(),
        _ => return flat,
    };
    let (open, close) = if value.is_array() { ("[", "]") } else { ("{", "}") };
    let lines: String = lines.iter().map(|line| format!("{inner}{line},\n")).collect();
    format!("{open}\n{lines}{}{close}", " ".repeat(indent))
}

fn flat(words: Words, value: &Value) -> String {
    match value {
        Value::Null => words.null.to_owned(),
        Value::Bool(true) => words.yes.to_owned(),
        Value::Bool(false) => words.no.to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => (words.text)(text),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| flat(words, item)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(members) => {
            let members: Vec<_> = members
                .iter()
                .map(|(name, value)| format!("{}: {}", (words.text)(name), flat(words, value)))
                .collect();
            format!("{{{}}}", members.join(", "))
        }
    }
}

/// Whether a letter is seen as what it is: no control, and nothing that turns a line around.
pub(super) fn is_plain(letter: char) -> bool {
    // What Rust prints as it is in `Debug`; quotes and backslashes are looked at elsewhere.
    let mut escaped = letter.escape_debug();
    escaped.len() == 1 && escaped.next() == Some(letter) || "'\"\\".contains(letter)
}
