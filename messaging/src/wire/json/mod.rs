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
mod strings;
mod surrogates;
mod tokens;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::de::DeserializeOwned;
use serde_json::{Error, Value};

#[cfg(any(test, fuzzing))]
pub(super) use fields::fields_alike;
pub(super) use fields::{for_each_field, token};
pub(super) use python::elements;
pub(super) use strings::{copy_plain, plain, string};

/// A value as the text that it is, until somebody reads it who knows its type: in the message in
/// which it came, so that it is not copied.
#[derive(Clone)]
pub(crate) struct Json {
    message: Cow<'static, str>,
    place: Range<usize>,
}

impl Json {
    /// A null.
    pub(crate) fn null() -> Self {
        const NULL: &str = "null";
        Self { message: Cow::Borrowed(NULL), place: 0..NULL.len() }
    }

    /// The value that stands at `place`, as [`for_each_field`] has found it.
    pub(super) fn part(message: Cow<'_, str>, place: Range<usize>) -> Self {
        match message {
            Cow::Owned(message) => Self { message: Cow::Owned(message), place },
            Cow::Borrowed(message) => {
                let value = message.get(place).unwrap_or_default().to_owned();
                Self { place: 0..value.len(), message: Cow::Owned(value) }
            }
        }
    }

    /// The text.
    pub(crate) fn get(&self) -> &str {
        self.message.get(self.place.clone()).unwrap_or_default()
    }

    pub(crate) fn is_null(&self) -> bool {
        self.get() == "null"
    }

    /// The value, as a `T`.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, Error> {
        read(self.get())
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Json").field(&self.get()).finish()
    }
}

impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

/// Reads a text.
///
/// # Errors
///
/// What is wrong with it, or how it is not what `T` expects.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
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

/// A text, borrowed where nothing in it is escaped.
///
/// # Errors
///
/// If it is something else.
pub(super) fn text(json: &str) -> Result<Cow<'_, str>, Error> {
    match string(json) {
        Some((text, "")) => Ok(text),
        _ => read(json).map(Cow::Owned),
    }
}

/// Reads a text as serde_json does. By itself, so that it is compiled once for a type and not at
/// both of its uses.
#[inline(never)]
fn strictly<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    serde_json::from_str(text)
}

/// A value, whatever it is: as its text where a `Value` cannot hold it, as a NaN.
pub(crate) fn held(text: &str) -> Value {
    read(text).unwrap_or_else(|_| text.into())
}

#[cfg(test)]
mod tests;
