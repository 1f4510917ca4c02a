//! A key of an object, for maps whose keys are not text.

use serde::Deserializer;
use serde::de::{IntoDeserializer as _, Visitor};
use serde_json::Error;

/// A key, with its quotes and its escapes. As in serde_json, a number or a flag may stand in them.
pub(super) struct Key<'de>(&'de str);

impl<'de> Key<'de> {
    pub(super) fn new(string: &'de str) -> Self {
        Self(string)
    }

    fn text(&self) -> Result<String, Error> {
        serde_json::from_str(self.0)
    }

    fn within_quotes(&self) -> &'de str {
        self.0.trim_matches('"')
    }
}

macro_rules! within_quotes {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            let mut scalar = serde_json::Deserializer::from_str(self.within_quotes());
            let value = scalar.$method(visitor)?;
            scalar.end()?;
            Ok(value)
        })*
    };
}

impl<'de> Deserializer<'de> for Key<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_string(self.text()?)
    }

    within_quotes! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_i128 deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
        deserialize_u128 deserialize_f32 deserialize_f64
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.text()?.into_deserializer().deserialize_enum(name, variants, visitor)
    }

    serde::forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct
        identifier ignored_any
    }
}
