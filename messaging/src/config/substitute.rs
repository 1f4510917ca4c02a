//! `$name`, `${name}` and `$group.name` in values, which oslo.config replaces by other options.

use super::known::{self, DEFAULT, DEFAULT_OPTIONS, Kind, Known};
use super::sources::Sources;

/// How many options may stand for one another in turn; a circle is one that never ends.
const MAX_DEPTH: usize = 16;

/// No value of an option is anything so long.
const MAX_LENGTH: usize = 64 * 1024;

/// Replaces what `text`, which stands in `group`, names of other options. `$$` and `\$` are a
/// dollar sign, and so is one that no name follows.
///
/// The error is what is wrong, for a sentence that begins with the option.
pub(crate) fn substitute(sources: &Sources, group: &str, text: &str) -> Result<String, String> {
    replaced(sources, group, text, 0)
}

fn replaced(sources: &Sources, group: &str, text: &str, depth: usize) -> Result<String, String> {
    if depth > MAX_DEPTH {
        return Err("names itself in a circle by `$`".to_owned());
    }
    let text = text.replace(r"\$", "$$");
    let mut rest = text.as_str();
    let mut whole = String::new();
    while let Some((before, after)) = rest.split_once('$') {
        whole.push_str(before);
        rest = match reference(after) {
            Reference::Dollar(rest) => {
                whole.push('$');
                rest
            }
            Reference::Name(name, rest) => {
                whole.push_str(&value_of(sources, group, name, depth)?);
                rest
            }
        };
        if whole.len() > MAX_LENGTH {
            return Err("is too long once what it names by `$` is put in".to_owned());
        }
    }
    whole.push_str(rest);
    Ok(whole)
}

/// What follows a dollar sign, and what comes after that.
enum Reference<'a> {
    Dollar(&'a str),
    Name(&'a str, &'a str),
}

/// Reads as Python's `string.Template` does with oslo.config's pattern of names.
fn reference(after: &str) -> Reference<'_> {
    if let Some(rest) = after.strip_prefix('$') {
        return Reference::Dollar(rest);
    }
    let (braced, named) = match after.strip_prefix('{') {
        Some(named) => (true, named),
        None => (false, after),
    };
    let in_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    let (name, rest) = named.split_at(named.find(|c| !in_name(c)).unwrap_or(named.len()));
    if !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return Reference::Dollar(after);
    }
    match (braced, rest.strip_prefix('}')) {
        (false, _) => Reference::Name(name, rest),
        (true, Some(rest)) => Reference::Name(name, rest),
        (true, None) => Reference::Dollar(after),
    }
}

/// The value of an option: of the group that is named, else of the same group, else of DEFAULT.
fn value_of(sources: &Sources, group: &str, name: &str, depth: usize) -> Result<String, String> {
    let candidates = match name.split_once('.') {
        Some((group, option)) => [(group, option), (DEFAULT, name)],
        None => [(group, name), (DEFAULT, name)],
    };
    for (group, name) in candidates {
        let known = known_option(group, name);
        let said = match known {
            Some(known) => sources.get(known),
            None => sources.get_any(group, name),
        };
        let value = match (said, known) {
            (Some(said), _) => replaced(sources, group, &said.text, depth + 1)?,
            (None, Some(known)) => known.default.to_owned(),
            (None, None) => continue,
        };
        return Ok(match known {
            Some(Known { kind: Kind::Bool, .. }) => as_python(&value),
            _ => value,
        });
    }
    // The name is not told: a password may hold a dollar sign.
    Err("names by `$` an option that neither a file nor the environment sets; write `$$` where a \
         dollar sign is meant"
        .to_owned())
}

fn known_option(group: &str, name: &str) -> Option<&'static Known> {
    match group {
        DEFAULT => DEFAULT_OPTIONS.iter().find(|known| known.is_called(name)),
        known::RABBIT => known::rabbit(name),
        known::OWN => known::own(name),
        _ => None,
    }
}

/// Booleans are put in as Python writes them.
fn as_python(value: &str) -> String {
    match super::kind::boolean(value) {
        Some(true) => "True".to_owned(),
        Some(false) => "False".to_owned(),
        None => value.to_owned(),
    }
}
