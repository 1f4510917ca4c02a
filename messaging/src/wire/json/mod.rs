//! Reading JSON: strictly, and then as Python writes it (wire document, section 7.2).
//!
//! Everything is first read by serde_json. Only what serde_json refuses is looked at again, so what
//! Python does differently costs nothing to good messages:
//!
//! - `NaN`, `Infinity` and `-Infinity` are what they say to a type that holds a float. Every other
//!   type refuses them, `serde_json::Value` among them, which would turn them into null;
//! - half of a surrogate pair, such as `"\ud800"`, is U+FFFD: no text of Rust can hold it.
//!
//! Integers have any size to both. `u128`, `i128` and `f64` read them, `Box<RawValue>` keeps each
//! digit, and a `Value` has the nearest `f64`.

mod fields;
mod key;
pub(in crate::wire) mod python;
mod surrogates;
mod tokens;

use serde::de::DeserializeOwned;
use serde_json::{Error, Value};

pub(super) use fields::for_each_field;
pub(super) use python::elements;

/// A value as the text that it is, until somebody reads it who knows its type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Json(Box<str>);

impl Json {
    /// A null.
    pub(crate) fn null() -> Self {
        Self("null".into())
    }

    /// The text.
    pub(crate) fn get(&self) -> &str {
        &self.0
    }

    pub(crate) fn is_null(&self) -> bool {
        self.get() == "null"
    }

    /// The value, or its text where a `Value` cannot hold it.
    pub(crate) fn held(&self) -> Value {
        held(self.get())
    }

    /// The value, as a `T`.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, Error> {
        read(self.get())
    }
}

/// A field of an object, which [`for_each_field`] has found to be one value.
impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

/// Reads a text.
///
/// # Errors
///
/// What is wrong with it, or how it is not what `T` expects.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    let refused = match strictly(text) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    let mended = surrogates::mend(text);
    let refused = match &mended {
        None => refused,
        Some(mended) => match strictly(mended) {
            Ok(value) => return Ok(value),
            Err(error) => error,
        },
    };
    let text = mended.as_deref().unwrap_or(text);
    if python::has_words(text) { python::read(text) } else { Err(refused) }
}

/// Reads a text as serde_json does. By itself, so that it is compiled once for a type and not at
/// both of its uses.
#[inline(never)]
fn strictly<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    serde_json::from_str(text)
}

/// A value, whatever it is: as its text where a `Value` cannot hold it, as a NaN.
pub(super) fn held(text: &str) -> Value {
    read(text).unwrap_or_else(|_| text.into())
}

#[cfg(test)]
mod tests;
