//! The JSON shapes of oslo.messaging (wire document, sections 7, 8, 10 and 11).
//!
//! The only place that knows their keys. Nothing here does I/O, and nothing that a peer sends can
//! do more than be refused: both layers of JSON keep serde_json's limit of 128 levels.

mod envelope;
mod failure;
mod reply;
mod request;

use std::borrow::Cow;
use std::fmt;

use serde::Deserializer as _;
use serde::de::{Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::error::shortened;

pub(crate) use reply::{Ending, Reply};
pub(crate) use request::{Args, ReplyTo, Request, RequestParts};

/// A new id for a message or a call: 32 hexadecimal digits.
pub(crate) fn new_id() -> String {
    Uuid::new_v4().simple().to_string()
}

/// Reads the fields of a JSON object in the order in which they come, each as the text that it is.
///
/// A field that `take` refuses does not keep the others from being read: whom to tell of a
/// mistake may stand behind it. Unknown fields cost a scan and no allocation.
///
/// # Errors
///
/// What is wrong with the object, or the first field that was refused.
fn for_each_field<'de>(
    object: &'de str,
    mut take: impl FnMut(&str, &'de RawValue) -> Result<(), serde_json::Error>,
) -> Result<(), serde_json::Error> {
    let mut refused = None;
    let mut deserializer = serde_json::Deserializer::from_str(object);
    deserializer.deserialize_map(Fields(&mut |key: &str, value| {
        if let Err(error) = take(key, value) {
            refused.get_or_insert_with(|| {
                serde_json::Error::custom(format_args!("field `{}`: {error}", shortened(key)))
            });
        }
    }))?;
    deserializer.end()?;
    refused.map_or(Ok(()), Err)
}

struct Fields<'f, F>(&'f mut F);

impl<'de, F: FnMut(&str, &'de RawValue)> Visitor<'de> for Fields<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            (self.0)(&key, map.next_value()?);
        }
        Ok(())
    }
}
