//! What a schema says, in few words, and a value that it takes.

mod brief;
mod example;

pub(crate) use brief::{Part, brief};
pub(crate) use example::Example;

use std::collections::BTreeMap;

use messaging::contract::Schema;
use serde_json::Value;

/// The types of a contract.
pub(crate) type Types = BTreeMap<String, Schema>;

/// The name to which a schema refers as `#/$defs/NAME`, in the escapes of JSON Pointer (RFC 6901).
pub(crate) fn referred(schema: &Value) -> Option<String> {
    let name = schema.get("$ref")?.as_str()?.strip_prefix("#/$defs/")?;
    Some(name.replace("~1", "/").replace("~0", "~"))
}

/// The types that a schema names, null aside.
pub(crate) fn types_of(schema: &Value) -> (Vec<&str>, bool) {
    let named: Vec<&str> = match schema.get("type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let nullable = named.len() > 1 && named.contains(&"null");
    let named = match nullable {
        true => named.into_iter().filter(|name| *name != "null").collect(),
        false => named,
    };
    (named, nullable)
}

/// The alternatives of a schema, if it is no more than them: null aside, and whether null is one.
pub(crate) fn alternatives(schema: &Value) -> Option<(Vec<&Value>, bool)> {
    let all = schema.get("anyOf").or_else(|| schema.get("oneOf"))?.as_array()?;
    let is_null = |one: &&Value| one.get("type").is_some_and(|it| it == "null");
    let others: Vec<_> = all.iter().filter(|one| !is_null(one)).collect();
    let nullable = others.len() < all.len();
    Some((others, nullable))
}
