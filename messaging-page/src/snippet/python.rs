//! In Python, by oslo.messaging.

use serde_json::Value;

use super::Sample;
use super::literal::{Words, is_plain, literal};

const WORDS: Words = Words { null: "None", yes: "True", no: "False", text };

pub(super) fn write(sample: &Sample<'_>) -> String {
    let Sample { contract, method, version, .. } = sample;
    let mut modules: Vec<&str> = Vec::new();
    for error in sample.errors() {
        if error.module != "builtins" && !modules.contains(&error.module.as_str()) {
            modules.push(&error.module);
        }
    }
    let mut transport = "cfg.CONF, os.environ[\"MESSAGING_URL\"]".to_owned();
    if !modules.is_empty() {
        let modules: Vec<_> = modules.into_iter().map(text).collect();
        transport =
            format!("\n    {transport},\n    allowed_remote_exmods=[{}],\n", modules.join(", "));
    }
    let mut target = format!("topic={}", text(&contract.topic));
    if let Some(namespace) = &contract.namespace {
        target += &format!(", namespace={}", text(namespace));
    }
    target += &format!(", version=\"{version}\"");
    let timeout = method.timeout.filter(|_| !method.cast);
    let timeout =
        timeout.map(|timeout| format!(", timeout={}", timeout.as_secs_f64())).unwrap_or_default();
    let args = arguments(sample);
    let name = text(&method.name);
    let call = match method.cast {
        true => format!("client.cast({{}}, {name}{args})\n"),
        false => format!("result = client.call({{}}, {name}{args})\nprint(result)\n"),
    };
    format!(
        "import os\n\nimport oslo_messaging\nfrom oslo_config import cfg\n\n\
         transport = oslo_messaging.get_rpc_transport({transport})\n\
         target = oslo_messaging.Target({target})\n\
         client = oslo_messaging.get_rpc_client(transport, target{timeout})\n\n{call}"
    )
}

fn arguments(sample: &Sample<'_>) -> String {
    if sample.args.is_empty() {
        return String::new();
    }
    if !sample.args.keys().all(|name| is_keyword_argument(name)) {
        return format!(", **{}", literal(WORDS, &Value::from(sample.args.clone()), 0));
    }
    let args = sample.args.iter();
    let args: String =
        args.map(|(name, value)| format!("    {name}={},\n", literal(WORDS, value, 4))).collect();
    format!(",\n{args}")
}

/// Whether `name` may stand before `=` in a call. Of Python's keywords those that could be the name
/// of a parameter elsewhere.
fn is_keyword_argument(name: &str) -> bool {
    const KEYWORDS: [&str; 37] = [
        "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class",
        "continue", "ctxt", "def", "del", "elif", "else", "except", "finally", "for", "from",
        "global", "if", "import", "in", "is", "lambda", "method", "nonlocal", "not", "or", "pass",
        "raise", "return", "try", "while", "with", "yield",
    ];
    let begins = name.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_');
    let goes_on = name.chars().all(|it| it.is_ascii_alphanumeric() || it == '_');
    begins && goes_on && !KEYWORDS.contains(&name)
}

fn text(text: &str) -> String {
    let mut literal = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => literal.extend(['\\', letter]),
            letter if is_plain(letter) => literal.push(letter),
            letter => literal += &format!("\\U{:08x}", u32::from(letter)),
        }
    }
    literal + "\""
}
