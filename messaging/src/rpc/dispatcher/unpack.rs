//! Arguments on their way in: by name, each to its type.

use std::sync::Arc;

use serde::de::value::Error as Missing;
use serde::de::{DeserializeOwned, Deserializer, Error as _, Visitor};

use super::Invocation;
use crate::error::{Origin, shortened};
use crate::runtime::{self, Runtime};
use crate::wire::{self, Args};
use crate::{Context, Failure};

/// Takes the arguments out of a request. Generated endpoints are made of this, and endpoints
/// written by hand can be.
#[derive(Debug)]
pub struct Unpack(Invocation);

impl Unpack {
    /// Begins with all arguments of `invocation`.
    #[must_use]
    pub fn new(invocation: Invocation) -> Self {
        Self(invocation)
    }

    /// Begins with `args` of a method, of which nothing else is known.
    pub(crate) fn of_args(method: &str, args: Args) -> Self {
        Self(Invocation::with_args(method.to_owned(), args, runtime::here()))
    }

    /// The argument `name`. An `Option` that was left out is none.
    ///
    /// # Errors
    ///
    /// A failure for the caller, if it is missing or of another type; Python's `TypeError`, which
    /// the peer answers with as well (wire document, section 11.1).
    pub fn take<T: DeserializeOwned>(&mut self, name: &'static str) -> Result<T, Failure> {
        match self.decode(name) {
            Some(value) => value,
            None => T::deserialize(Absent)
                .map_err(|_| self.refused(&format!("is missing argument `{name}`"))),
        }
    }

    /// The argument `name`, or its default if it was left out.
    ///
    /// # Errors
    ///
    /// A failure for the caller, if it is of another type.
    pub fn take_or<T: DeserializeOwned>(
        &mut self,
        name: &'static str,
        default: impl FnOnce() -> T,
    ) -> Result<T, Failure> {
        self.decode(name).unwrap_or_else(|| Ok(default()))
    }

    /// All arguments that were not taken, as one object, of methods whose arguments are known at
    /// run time only: a map, or `Box<RawValue>` for the JSON that came.
    ///
    /// # Errors
    ///
    /// A failure for the caller, if they are of another type.
    pub fn take_rest<T: DeserializeOwned>(&mut self) -> Result<T, Failure> {
        let args = std::mem::take(&mut self.0.args);
        wire::read(&args.object())
            .map_err(|error| self.refused(&format!("cannot read its arguments: {error}")))
    }

    /// The method that was asked for, by its name on the wire.
    #[must_use]
    pub fn method(&self) -> &str {
        self.0.method()
    }

    /// The namespace that it was asked for in.
    #[must_use]
    pub fn namespace(&self) -> Option<&str> {
        self.0.namespace()
    }

    /// The runtime that the server runs on.
    #[must_use]
    pub fn runtime(&self) -> Arc<dyn Runtime> {
        Arc::clone(&self.0.runtime)
    }

    /// The context, when all arguments are taken.
    ///
    /// # Errors
    ///
    /// A failure for the caller, if it sent an argument that nobody took.
    pub fn finish(self) -> Result<Context, Failure> {
        match self.0.args.iter().next() {
            None => Ok(self.0.context),
            Some((name, _)) => {
                Err(self.refused(&format!("got an unexpected argument `{}`", shortened(name))))
            }
        }
    }

    /// Takes an argument out, if it is there.
    fn decode<T: DeserializeOwned>(&mut self, name: &str) -> Option<Result<T, Failure>> {
        let value = wire::read(self.0.args.get(name)?);
        self.0.args.remove(name);
        let refused = |error| self.refused(&format!("cannot read argument `{name}`: {error}"));
        Some(value.map_err(refused))
    }

    fn refused(&self, why: &str) -> Failure {
        let text = format!("method `{}` {why}", self.0.method);
        Failure::new("builtins", "TypeError", text).of(Origin::Arguments)
    }
}

/// A value that is not there, which is none for an `Option` and an error for all else.
struct Absent;

impl<'de> Deserializer<'de> for Absent {
    type Error = Missing;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Missing> {
        Err(Missing::custom("missing"))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Missing> {
        visitor.visit_none()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime;

    fn unpack(args: &str) -> Unpack {
        let body = format!(r#"{{"method": "m", "args": {args}}}"#);
        let request = crate::wire::Request::decode(body.as_bytes()).unwrap();
        let runtime = runtime::current().unwrap();
        Unpack::new(Invocation::of("m", request, None, 1, runtime))
    }

    #[tokio::test]
    async fn arguments_are_taken_by_name_and_type() {
        let mut args = unpack(r#"{"b": 2, "a": "x", "a": "y"}"#); // the last of several
        assert_eq!(args.take::<String>("a").unwrap(), "y");
        assert_eq!(args.take::<u8>("b").unwrap(), 2);
        assert_eq!(args.take::<Option<u8>>("c").unwrap(), None);
        assert_eq!(args.take_or("d", || 7).unwrap(), 7);
        args.finish().unwrap();
    }

    #[tokio::test]
    async fn what_was_not_taken_is_one_object() {
        let mut args = unpack(r#"{"b": 1e400, "ä\"": [null], "a": "x"}"#);
        assert_eq!(args.take::<String>("a").unwrap(), "x");
        let rest: Box<serde_json::value::RawValue> = args.take_rest().unwrap();
        assert_eq!(rest.get(), r#"{"b":1e400,"ä\"":[null]}"#);
        args.finish().unwrap();
        let nothing: serde_json::Value = unpack("{}").take_rest().unwrap();
        assert_eq!(nothing, serde_json::json!({}));
        let wrong = unpack(r#"{"a": NaN}"#).take_rest::<serde_json::Value>().unwrap_err();
        assert!(wrong.message.contains("cannot read its arguments"), "{wrong}");
    }

    #[tokio::test]
    async fn a_wrong_argument_is_named() {
        let deep = format!(r#"{{"a": {}{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
        let read = |args: &str| unpack(args).take::<serde_json::Value>("a").unwrap_err();
        assert!(read(&deep).message.contains("argument `a`: recursion limit"));
        let wrong = unpack(r#"{"a": "text"}"#).take::<u8>("a").unwrap_err();
        assert!(wrong.message.contains("argument `a`: invalid type"), "{wrong}");
        let missing = unpack("{}").take::<u8>("a").unwrap_err();
        assert!(missing.message.contains("missing argument `a`"), "{missing}");
        let unexpected = unpack(r#"{"a": 1}"#).finish().unwrap_err();
        assert!(unexpected.message.contains("unexpected argument `a`"), "{unexpected}");
    }
}
