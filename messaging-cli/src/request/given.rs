//! The arguments that stand behind a method.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;

use serde_json::Value;
use serde_json::value::RawValue;

use crate::exit::{Exit, Failure};
use crate::text;

/// The most that is read of a file or of standard input.
const MOST: u64 = 64 * 1024 * 1024;

/// Arguments by their names, each as the JSON that is sent, digit by digit.
pub(crate) type Args = BTreeMap<String, Box<RawValue>>;

/// The arguments that stand behind a method, in their order.
#[derive(Debug, Default)]
pub(crate) struct Given(Vec<Part>);

#[derive(Debug)]
enum Part {
    Object(Args),
    Named(String, Text),
}

/// What stands for a value.
#[derive(Clone, Debug)]
pub(super) enum Text {
    /// A text, which may be JSON.
    Word(String),
    /// Nothing: the name alone, which says that it is so.
    Flag,
    /// A value that came as JSON.
    Value(Box<RawValue>),
}

impl Text {
    /// What it says where nothing says otherwise: JSON if it is, else a string.
    pub(super) fn as_it_is(&self) -> Box<RawValue> {
        match self {
            Self::Word(word) => {
                let is_json = serde_json::from_str::<Value>(word).is_ok();
                let json = is_json.then(|| RawValue::from_string(word.trim().to_owned()).ok());
                json.flatten().unwrap_or_else(|| string(word))
            }
            Self::Flag => RawValue::TRUE.to_owned(),
            Self::Value(value) => value.clone(),
        }
    }

    /// What else it may say.
    pub(super) fn as_string(&self) -> Option<Box<RawValue>> {
        match self {
            Self::Word(word) => Some(string(word)),
            Self::Flag | Self::Value(_) => None,
        }
    }
}

/// A text as JSON has it.
fn string(text: &str) -> Box<RawValue> {
    serde_json::value::to_raw_value(text).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

impl Given {
    /// Reads words, and the files that they name.
    pub(super) fn read(words: &[String]) -> Result<Self, Failure> {
        let mut parts = Vec::new();
        let mut words = words.iter().map(String::as_str).peekable();
        while let Some(word) = words.next() {
            parts.push(match word {
                "-" => Part::Object(object(&input()?, "standard input")?),
                word if word.starts_with('{') => Part::Object(object(word, "the argument")?),
                word => match (word.strip_prefix('@'), word.strip_prefix("--")) {
                    (Some(path), _) => Part::Object(object(&file(path)?, path)?),
                    (_, Some(named)) if !named.is_empty() => match named.split_once('=') {
                        Some((name, value)) => named_by(name, Text::Word(value.to_owned()))?,
                        None => {
                            let value = words.next_if(|next| !next.starts_with("--"));
                            let text = value.map_or(Text::Flag, |it| Text::Word(it.to_owned()));
                            named_by(named, text)?
                        }
                    },
                    _ if word == "-h" => Part::Named("help".to_owned(), Text::Flag),
                    _ => {
                        return Err(Failure::usage(format!(
                            "`{}` is no argument of a method",
                            text::line(word)
                        ))
                        .hint(
                            "write `--name value`, one JSON object `{\"name\": ..}`, `@file`, or `-` \
                             for standard input",
                        ));
                    }
                },
            });
        }
        Ok(Self(parts))
    }

    /// Whether it asks for the method's help and nothing else.
    pub(super) fn asks_help(&self) -> bool {
        matches!(self.0.as_slice(), [Part::Named(name, Text::Flag)] if name == "help")
    }

    /// Each name with what stands for its value; the last of each name counts.
    pub(super) fn named(&self) -> Vec<(String, Text)> {
        let mut named = Vec::<(String, Text)>::new();
        let mut set = |name: &str, text: Text| match named.iter_mut().find(|(it, _)| it == name) {
            Some((_, value)) => *value = text,
            None => named.push((name.to_owned(), text)),
        };
        for part in &self.0 {
            match part {
                Part::Object(values) => {
                    values.iter().for_each(|(name, value)| set(name, Text::Value(value.clone())));
                }
                Part::Named(name, text) => set(name, text.clone()),
            }
        }
        named
    }

    /// What they are where nothing is known of the method.
    pub(super) fn as_it_is(&self) -> Args {
        self.named().into_iter().map(|(name, text)| (name, text.as_it_is())).collect()
    }
}

/// Names on the wire are those of Python and of Rust, which have no hyphens.
fn named_by(name: &str, text: Text) -> Result<Part, Failure> {
    if name.is_empty() {
        return Err(Failure::usage("an argument has no name: write `--name=value`"));
    }
    Ok(Part::Named(name.replace('-', "_"), text))
}

fn object(text: &str, place: &str) -> Result<Args, Failure> {
    serde_json::from_str(text).map_err(|error| {
        let place = text::line(place);
        Failure::new(Exit::Arguments, format!("{place} holds no JSON object of arguments: {error}"))
    })
}

fn file(path: &str) -> Result<String, Failure> {
    let shown = text::line(path);
    let failed =
        |why: String| Failure::usage(format!("the arguments in {shown} cannot be read: {why}"));
    let file = fs::File::open(path).map_err(|error| failed(error.to_string()))?;
    bounded(file).map_err(failed)
}

fn input() -> Result<String, Failure> {
    let failed = |why: String| Failure::usage(format!("standard input cannot be read: {why}"));
    bounded(std::io::stdin().lock()).map_err(failed)
}

fn bounded(source: impl std::io::Read) -> Result<String, String> {
    let mut bytes = Vec::new();
    source.take(MOST + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MOST {
        return Err(format!("it has more than {} MiB", MOST >> 20));
    }
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8, and so no JSON".to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(words: &[&str]) -> Value {
        let words: Vec<_> = words.iter().map(|it| (*it).to_owned()).collect();
        serde_json::to_value(Given::read(&words).unwrap().as_it_is()).unwrap()
    }

    #[test]
    fn arguments_are_named_or_an_object_and_the_last_of_a_name_counts() {
        for (words, expected) in [
            (&[][..], json!({})),
            (&["--a", "1", "--b=two"], json!({"a": 1, "b": "two"})),
            (
                &["--dry-run", "--spec", "{\"x\": [1]}"],
                json!({"dry_run": true, "spec": {"x": [1]}}),
            ),
            (&["--a", "-1", "--b=--c"], json!({"a": -1, "b": "--c"})),
            (&["{\"a\": 1, \"b\": 2}", "--a", "3"], json!({"a": 3, "b": 2})),
            (&["--text", "\"5\"", "--none", "null"], json!({"text": "5", "none": null})),
        ] {
            assert_eq!(read(words), expected, "{words:?}");
        }
    }

    #[test]
    fn a_number_keeps_its_digits() {
        for words in
            [&["--a", "12345678901234567890123"][..], &["{\"a\": 12345678901234567890123}"]]
        {
            let words: Vec<_> = words.iter().map(|it| (*it).to_owned()).collect();
            let args = Given::read(&words).unwrap().as_it_is();
            assert_eq!(args["a"].get(), "12345678901234567890123");
        }
    }

    #[test]
    fn what_is_no_argument_is_told() {
        for words in [&["5"][..], &["--=1"], &["{"], &["@/no/such/file"], &["[1]"]] {
            let words: Vec<_> = words.iter().map(|it| (*it).to_owned()).collect();
            assert!(Given::read(&words).is_err(), "{words:?}");
        }
    }
}
