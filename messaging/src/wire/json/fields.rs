//! The fields of an object, each as the text that it is.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer as _};
use serde_json::Error;
use serde_json::value::RawValue;

use super::python;
use super::strings::{plain, string};
use crate::error::shortened;

/// Reads the fields of a JSON object in the order in which they come, each as the text that it is.
///
/// A field that `take` refuses does not keep the others from being read: whom to tell of a
/// mistake may stand behind it. Unknown fields cost a scan and no allocation.
///
/// # Errors
///
/// What is wrong with the object, or the first field that was refused.
pub(in crate::wire) fn for_each_field<'de>(
    object: &'de str,
    mut take: impl FnMut(&Cow<'de, str>, &'de str) -> Result<(), Error>,
) -> Result<(), Error> {
    let (mut refused, mut given) = (None, 0);
    let mut each = |key: &Cow<'de, str>, value| {
        if let Err(error) = take(key, value) {
            refused.get_or_insert_with(|| {
                Error::custom(format_args!("field `{}`: {error}", shortened(key)))
            });
        }
    };
    let straight = straight(object, &mut |key: &Cow<'de, str>, value| {
        given += 1;
        each(key, value);
    });
    if straight.is_some() {
        return refused.map_or(Ok(()), Err);
    }
    // What one reading has given stands first in any other.
    let mut before = given;
    let strictly = strict(object, &mut |key: &Cow<'de, str>, value| {
        if before > 0 {
            before -= 1;
        } else {
            given += 1;
            each(key, value);
        }
    });
    if let Err(strictly) = strictly {
        let rest = |key: &Cow<'de, str>, value| match given {
            0 => each(key, value),
            _ => given -= 1,
        };
        // No value is read here, so half a surrogate pair matters in a key alone.
        if let Err(error) = python::fields(object, rest) {
            return Err(if python::has_words(object) { error } else { strictly });
        }
    }
    refused.map_or(Ok(()), Err)
}

/// Gives the fields of an object as [`strict`] does, at a fraction of its cost; none if it is left to
/// that what is wrong with the object, or not as it is in nearly all.
fn straight<'de>(object: &'de str, each: &mut impl FnMut(&Cow<'de, str>, &'de str)) -> Option<()> {
    let mut rest = token(token(object).strip_prefix('{')?);
    if let Some(behind) = rest.strip_prefix('}') {
        return token(behind).is_empty().then_some(());
    }
    loop {
        let (key, behind) = string(rest)?;
        if let Cow::Owned(_) = key {
            return None;
        }
        let value = token(token(behind).strip_prefix(':')?);
        let (value, behind) = value.split_at_checked(length(value)?)?;
        rest = token(behind);
        // A value that is followed by something else is another.
        if let Some(behind) = rest.strip_prefix(',') {
            each(&key, value);
            rest = token(behind);
        } else {
            let behind = rest.strip_prefix('}')?;
            each(&key, value);
            return token(behind).is_empty().then_some(());
        }
    }
}

/// `text` from its next token on.
pub(in crate::wire) fn token(text: &str) -> &str {
    match text.as_bytes() {
        [b' ' | b'\t' | b'\n' | b'\r', ..] => text.trim_start_matches([' ', '\t', '\n', '\r']),
        _ => text,
    }
}

/// How long the value is that `text` begins with.
fn length(text: &str) -> Option<usize> {
    if let [b'"', inside @ ..] = text.as_bytes() {
        let run = plain(inside);
        if inside.get(run) == Some(&b'"') {
            return Some(run + 2);
        }
    }
    if let Some(word) = ["null", "true", "false"].into_iter().find(|word| text.starts_with(word)) {
        return Some(word.len());
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    Some(<&RawValue>::deserialize(&mut deserializer).ok()?.get().len())
}

fn strict<'de>(
    object: &'de str,
    each: &mut impl FnMut(&Cow<'de, str>, &'de str),
) -> Result<(), Error> {
    let mut deserializer = serde_json::Deserializer::from_str(object);
    deserializer.deserialize_map(Fields(each))?;
    deserializer.end()
}

/// A key; what is escaped in it takes memory of its own, and nothing else does.
#[derive(Deserialize)]
struct Key<'k>(#[serde(borrow)] Cow<'k, str>);

struct Fields<'f, F>(&'f mut F);

impl<'de, F: FnMut(&Cow<'de, str>, &'de str)> Visitor<'de> for Fields<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Key<'de>>()? {
            (self.0)(&key.0, map.next_value::<&'de RawValue>()?.get());
        }
        Ok(())
    }
}

/// That both readings of an object give the same, as far as the quick one comes.
#[cfg(any(test, fuzzing))]
pub(in crate::wire) fn fields_alike(object: &str) {
    let (mut quick, mut strictly) = (Vec::new(), Vec::new());
    let whole = straight(object, &mut |key, value| quick.push((key.clone(), value))).is_some();
    let read = strict(object, &mut |key, value| strictly.push((key.clone(), value))).is_ok();
    assert!(strictly.starts_with(&quick), "{object}: {quick:?} and {strictly:?}");
    assert!(
        !whole || read && quick.len() == strictly.len(),
        "{object}: {quick:?} and {strictly:?}"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_read_quickly_as_it_is_strictly() {
        for object in [
            "{}",
            " { } ",
            r#"{"a":1,"b":"x","c":null,"d":[1,{"e":"}"}],"f":true,"g":false,"h":-1.5e3}"#,
            "\n{ \"a\" : 1 ,\r\"b\"\t: \"\\\"\" , \"\u{e9}\": {} } ",
            r#"{"a":1,"\u0062":2,"c":3}"#,
            r#"{"a":1,"b":NaN,"c":3}"#,
            r#"{"a":nullx,"b":1}"#,
            r#"{"a":"x" "b":1}"#,
            r#"{"a":01}"#,
            r#"{"a":1.}"#,
            r#"{"a":1,}"#,
            r#"{"a":1}}"#,
            r#"{"a":[1}"#,
            r#"{"a":"\x"}"#,
            "{\"a\":\"\u{1}\"}",
            r#"{"a"}"#,
            r#"{"a":"#,
            r#"{"a":"b"#,
            r#"{,}"#,
            "[]",
            "",
        ] {
            fields_alike(object);
        }
    }
}
