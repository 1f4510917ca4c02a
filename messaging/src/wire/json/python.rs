//! JSON with the three words that Python adds: `NaN`, `Infinity`, `-Infinity`.
//!
//! This walks lists and objects. What stands in them, numbers and texts, is given to serde_json,
//! so that types are read here exactly as they are everywhere else.

use std::borrow::Cow;

use serde::Deserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde_json::Error;

use super::key::Key;
use super::tokens::{Token, Tokens};

/// Whether `text` may hold one of Python's words.
pub(super) fn has_words(text: &str) -> bool {
    text.contains("NaN") || text.contains("Infinity")
}

/// Reads a text.
pub(in crate::wire) fn read<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    let mut tokens = Tokens::new(text);
    let value = T::deserialize(Value(&mut tokens))?;
    tokens.end()?;
    Ok(value)
}

/// Gives the fields of an object, each as the text that it is.
pub(super) fn fields<'de>(
    object: &'de str,
    mut each: impl FnMut(&Cow<'de, str>, &'de str),
) -> Result<(), Error> {
    let mut tokens = Tokens::new(object);
    let Token::Object = tokens.next()? else {
        return Err(tokens.error("expected a JSON object"));
    };
    let mut first = true;
    while tokens.another(b'}', &mut first)? {
        let key = super::text(tokens.string()?)?;
        tokens.expect(b':')?;
        let begin = tokens.position();
        tokens.skip()?;
        each(&key, tokens.since(begin));
    }
    tokens.close(b'}')?;
    tokens.end()
}

/// The elements of a list of no more than `most`, each as the text that it is.
pub(in crate::wire) fn elements(list: &str, most: usize) -> Result<Vec<&str>, Error> {
    let mut tokens = Tokens::new(list);
    let Token::List = tokens.next()? else {
        return Err(tokens.error("expected a JSON list"));
    };
    let (mut elements, mut first) = (Vec::new(), true);
    while tokens.another(b']', &mut first)? {
        let begin = tokens.position();
        tokens.skip()?;
        if elements.len() == most {
            return Err(tokens.error(format_args!("more than {most} elements")));
        }
        elements.push(tokens.since(begin));
    }
    tokens.close(b']')?;
    tokens.end()?;
    Ok(elements)
}

/// The next value of a text.
struct Value<'t, 'de>(&'t mut Tokens<'de>);

impl<'de> Value<'_, 'de> {
    /// The value, given to `visitor`: a number or a text as `scalar` has it.
    fn visit<V: Visitor<'de>>(
        self,
        visitor: V,
        scalar: impl FnOnce(Scalar<'_, 'de>, V) -> Result<V::Value, Error>,
    ) -> Result<V::Value, Error> {
        let Self(tokens) = self;
        match tokens.next()? {
            Token::Scalar(text) => {
                let mut deserializer = serde_json::Deserializer::from_str(text);
                let value = scalar(&mut deserializer, visitor)?;
                deserializer.end()?;
                Ok(value)
            }
            Token::Float(float) => visitor.visit_f64(float),
            Token::List => {
                let value = visitor.visit_seq(Elements { tokens, first: true })?;
                tokens.close(b']')?;
                Ok(value)
            }
            Token::Object => {
                let value = visitor.visit_map(Entries { tokens, first: true })?;
                tokens.close(b'}')?;
                Ok(value)
            }
        }
    }
}

/// What reads a number or a text.
type Scalar<'s, 'de> = &'s mut serde_json::Deserializer<serde_json::de::StrRead<'de>>;

macro_rules! as_serde_json {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.visit(visitor, |scalar, visitor| scalar.$method(visitor))
        })*
    };
}

impl<'de> Deserializer<'de> for Value<'_, 'de> {
    type Error = Error;

    /// The type does not ask for a float, and most that take anything would take a float that is
    /// none for a null: better refused than lost.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if let Some(word) = self.0.python_word() {
            return Err(self.0.error(format_args!(
                "`{word}` is no JSON value, and only a type that asks for a float can hold it"
            )));
        }
        self.visit(visitor, |scalar, visitor| scalar.deserialize_any(visitor))
    }

    as_serde_json! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_i128 deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
        deserialize_u128 deserialize_f32 deserialize_f64 deserialize_char deserialize_str
        deserialize_string deserialize_bytes deserialize_byte_buf deserialize_unit deserialize_seq
        deserialize_map deserialize_identifier deserialize_ignored_any
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    /// Also a list, as serde_json has it.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if self.0.peek() != Some(b'{') {
            return self.visit(visitor, |scalar, visitor| {
                scalar.deserialize_enum(name, variants, visitor)
            });
        }
        let Self(tokens) = self;
        tokens.next()?;
        let value = visitor.visit_enum(Variant(tokens))?;
        tokens.close(b'}')?;
        Ok(value)
    }
}

struct Elements<'t, 'de> {
    tokens: &'t mut Tokens<'de>,
    first: bool,
}

impl<'de> SeqAccess<'de> for Elements<'_, 'de> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Error> {
        if !self.tokens.another(b']', &mut self.first)? {
            return Ok(None);
        }
        seed.deserialize(Value(self.tokens)).map(Some)
    }
}

struct Entries<'t, 'de> {
    tokens: &'t mut Tokens<'de>,
    first: bool,
}

impl<'de> MapAccess<'de> for Entries<'_, 'de> {
    type Error = Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Error> {
        if !self.tokens.another(b'}', &mut self.first)? {
            return Ok(None);
        }
        seed.deserialize(Key::new(self.tokens.string()?)).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        self.tokens.expect(b':')?;
        seed.deserialize(Value(self.tokens))
    }
}

/// A variant with contents: an object of one field.
struct Variant<'t, 'de>(&'t mut Tokens<'de>);

impl<'t, 'de> EnumAccess<'de> for Variant<'t, 'de> {
    type Error = Error;
    type Variant = Value<'t, 'de>;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, Self::Variant), Error> {
        let variant = seed.deserialize(Key::new(self.0.string()?))?;
        self.0.expect(b':')?;
        Ok((variant, Value(self.0)))
    }
}

impl<'de> VariantAccess<'de> for Value<'_, 'de> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        serde::Deserialize::deserialize(self)
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Error> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }
}
