//! What is shown of the values of others.
//!
//! By default none of them is: a value is shown as its type. Where values are asked for, those whose
//! names look like secrets are left out all the same, and so is the password in a URL.

use messaging::driver::operator::SeenRequest;
use serde_json::{Map, Value};

use super::value;
use crate::text;

/// What stands for a value that is not shown.
const HIDDEN: &str = "***";

/// What a name holds, anywhere, if it looks like a secret's.
const PARTS: [&str; 13] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "credential",
    "creds",
    "bearer",
    "privatekey",
    "sshkey",
    "auth",
    "cookie",
    "signature",
];

/// What is a word of a name, alone or beside others, if it looks like a secret's.
const WORDS: [&str; 9] =
    ["key", "keys", "apikey", "pwd", "pass", "pin", "otp", "session", "sessionid"];

/// What names the name of a setting, whose value then stands beside it.
const NAMES: [&str; 4] = ["name", "key", "field", "option"];

/// How deep values are shown.
const DEEPEST: usize = 32;

/// How much is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// Types alone.
    Types,
    /// Values, without those that look like secrets.
    Values,
    /// All.
    Everything,
}

impl Shown {
    /// A value with this name, as it may be shown.
    pub(super) fn of(self, name: &str, value: &Value) -> Value {
        match self {
            Self::Everything => value.clone(),
            Self::Values if is_secret(name) => HIDDEN.into(),
            Self::Values => cleaned(value, DEEPEST),
            Self::Types => type_of(value).into(),
        }
    }

    /// The arguments of a request, as they may be shown.
    pub(super) fn args(self, request: &SeenRequest) -> Map<String, Value> {
        let named =
            |(name, json): &(String, String)| (name.clone(), self.of(name, &value::shown(json)));
        request.args.iter().map(named).collect()
    }

    /// Its context, as it may be shown.
    pub(super) fn context(self, request: &SeenRequest) -> Map<String, Value> {
        let named = |(name, value): (&String, &Value)| (name.clone(), self.of(name, value));
        request.context.iter().map(named).collect()
    }

    /// A text of others that may hold values, such as what an exception says.
    pub(super) fn text(self, text: &str) -> Option<String> {
        match self {
            Self::Everything => Some(text.to_owned()),
            Self::Values => Some(text::without_passwords(text)),
            Self::Types => None,
        }
    }
}

/// Whether a name looks like that of a secret.
fn is_secret(name: &str) -> bool {
    let lower = name.to_lowercase();
    let plain: String = lower.chars().filter(|it| it.is_alphanumeric()).collect();
    if PARTS.iter().any(|part| plain.contains(part)) {
        return true;
    }
    words(name).any(|word| WORDS.contains(&&*word))
}

/// The words of `api_key`, `apiKey`, `api-key`.
fn words(name: &str) -> impl Iterator<Item = String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for letter in name.chars() {
        let begins = !letter.is_alphanumeric() || (letter.is_uppercase() && was_lower);
        if begins {
            words.push(String::new());
        }
        if let (true, Some(word)) = (letter.is_alphanumeric(), words.last_mut()) {
            word.extend(letter.to_lowercase());
        }
        was_lower = letter.is_lowercase() || letter.is_numeric();
    }
    words.into_iter()
}

fn cleaned(value: &Value, deep: usize) -> Value {
    let Some(deeper) = deep.checked_sub(1) else { return type_of(value).into() };
    match value {
        Value::Object(members) => {
            let names_a_secret = NAMES
                .iter()
                .filter_map(|it| members.get(*it).and_then(Value::as_str))
                .any(is_secret);
            let member = |(name, value): (&String, &Value)| {
                let hides = is_secret(name) && !NAMES.contains(&name.as_str())
                    || names_a_secret && name == "value";
                let value = if hides { HIDDEN.into() } else { cleaned(value, deeper) };
                (name.clone(), value)
            };
            members.iter().map(member).collect::<Map<_, _>>().into()
        }
        Value::Array(items) => items.iter().map(|item| cleaned(item, deeper)).collect(),
        Value::String(text) => of_text(text, deeper),
        plain => plain.clone(),
    }
}

/// A text, which may be JSON itself.
fn of_text(text: &str, deep: usize) -> Value {
    let Some(value) = value::of_text(text) else { return text::without_passwords(text).into() };
    let clean = cleaned(&value, deep);
    match (&clean, clean == value) {
        (Value::String(unreadable), _) => unreadable.as_str().into(),
        (_, true) => text.into(),
        (_, false) => clean.to_string().into(),
    }
}

/// The type of a value, with its length.
fn type_of(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "bool".to_owned(),
        Value::Number(number) if number.is_f64() => "float".to_owned(),
        Value::Number(_) => "int".to_owned(),
        Value::String(text) => format!("str({})", text.chars().count()),
        Value::Array(items) => format!("list({})", items.len()),
        Value::Object(members) => format!("dict({})", members.len()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_types_unless_asked_for() {
        let value = json!({"host": "a", "ports": [1, 2]});
        for (value, expected) in [
            (json!("hunter2"), "str(7)"),
            (json!(3), "int"),
            (json!(3.5), "float"),
            (json!(null), "null"),
            (json!([1, 2]), "list(2)"),
            (value.clone(), "dict(2)"),
        ] {
            assert_eq!(Shown::Types.of("x", &value), expected);
        }
        assert_eq!(Shown::Values.of("x", &value), value);
        assert_eq!(Shown::Types.text("for hunter2"), None);
    }

    #[test]
    fn secrets_are_hidden_wherever_they_stand() {
        for name in [
            "password",
            "admin_password",
            "adminPass",
            "authToken",
            "auth_token",
            "api-key",
            "apiKey",
            "private_key",
            "client_secret",
            "x_auth",
            "Credentials",
            "PIN",
        ] {
            assert_eq!(Shown::Values.of(name, &json!("hunter2")), "***", "{name}");
            assert_eq!(Shown::Everything.of(name, &json!("hunter2")), "hunter2", "{name}");
        }
        for name in ["monkey", "keyword", "passenger", "spin", "host"] {
            assert_eq!(Shown::Values.of(name, &json!("fine")), "fine", "{name}");
        }
        let value = json!([{
            "deep": {"db": {"password": "hunter2", "url": "mysql://nova:hunter2@db/x"}},
            "settings": [{"name": "admin_password", "value": "hunter2"}],
        }]);
        let shown = Shown::Values.of("x", &value).to_string();
        assert!(!shown.contains("hunter2") && shown.contains("mysql://***@db/x"), "{shown}");
        for text in [
            r#"{"password": "hunter2", "x": NaN}"#,
            r#"[{"password": "hunter2"#,
            "see mysql://u:hunter2/@db/x for it",
        ] {
            let shown = Shown::Values.of("text", &json!(text)).to_string();
            assert!(!shown.contains("hunter2"), "{shown}");
        }
    }

    #[test]
    fn what_lies_too_deep_is_a_type() {
        let deep = (0..100).fold(json!({"password": "hunter2"}), |value, _| json!([value]));
        assert!(!Shown::Values.of("x", &deep).to_string().contains("hunter2"));
    }
}
