//! In a shell, by `messaging-cli`, which takes the broker's URL from its context or from
//! `MESSAGING_URL`.

use serde_json::Value;

use super::Sample;
use super::literal::is_plain;

pub(super) fn write(sample: &Sample<'_>) -> String {
    let Sample { contract, method, args, version } = sample;
    let mut parts = Vec::new();
    // Options stand before the topic: what comes after the method is its arguments.
    if let Some(namespace) = &contract.namespace {
        parts.push(format!("--namespace {}", word(namespace)));
    }
    parts.push(format!("--version {version}"));
    parts.push(format!("{} {}", word(&contract.topic), word(&method.name)));
    if !args.is_empty() {
        parts.push(word(&Value::from(args.clone()).to_string()));
    }
    let verb = if method.cast { "cast" } else { "call" };
    format!("messaging-cli {verb} {}\n", parts.join(" \\\n  "))
}

/// A word that the shell takes for what it is.
fn word(text: &str) -> String {
    let is_bare = |it: char| it.is_ascii_alphanumeric() || "._/:@%+=,-".contains(it);
    if !text.is_empty() && !text.starts_with(['-', '=', '~']) && text.chars().all(is_bare) {
        return text.to_owned();
    }
    if text.chars().all(is_plain) {
        return format!("'{}'", text.replace('\'', r"'\''"));
    }
    let mut quoted = String::from("$'");
    for letter in text.chars() {
        match letter {
            '\'' | '\\' => quoted.extend(['\\', letter]),
            letter if is_plain(letter) => quoted.push(letter),
            letter => quoted += &format!("\\U{:08x}", u32::from(letter)),
        }
    }
    quoted + "'"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_one_word_whatever_is_in_it() {
        for (text, quoted) in [
            ("scheduler", "scheduler"),
            ("a b", "'a b'"),
            ("it's; rm -rf ~", r"'it'\''s; rm -rf ~'"),
            ("$(id)", "'$(id)'"),
            ("-x", "'-x'"),
            ("a\nb", r"$'a\U0000000ab'"),
            ("", "''"),
        ] {
            assert_eq!(word(text), quoted);
        }
    }
}
