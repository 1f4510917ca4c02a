//! The fields of an object, each as the text that it is.

use std::borrow::Cow;
use std::fmt;

use serde::Deserializer as _;
use serde::de::{Error as _, MapAccess, Visitor};
use serde_json::Error;
use serde_json::value::RawValue;

use super::python;
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
    mut take: impl FnMut(&str, &'de str) -> Result<(), Error>,
) -> Result<(), Error> {
    let (mut refused, mut given) = (None, 0);
    let mut each = |key: &str, value| {
        if let Err(error) = take(key, value) {
            refused.get_or_insert_with(|| {
                Error::custom(format_args!("field `{}`: {error}", shortened(key)))
            });
        }
    };
    let strictly = strict(object, &mut |key: &str, value| {
        given += 1;
        each(key, value);
    });
    if let Err(strictly) = strictly {
        // What strict reading has given stands first in any other reading.
        let rest = |key: &str, value| match given {
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

fn strict<'de>(object: &'de str, each: &mut impl FnMut(&str, &'de str)) -> Result<(), Error> {
    let mut deserializer = serde_json::Deserializer::from_str(object);
    deserializer.deserialize_map(Fields(each))?;
    deserializer.end()
}

struct Fields<'f, F>(&'f mut F);

impl<'de, F: FnMut(&str, &'de str)> Visitor<'de> for Fields<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            (self.0)(&key, map.next_value::<&'de RawValue>()?.get());
        }
        Ok(())
    }
}
