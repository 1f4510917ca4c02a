//! A value that a schema takes: where a reader begins to write their own.

use serde_json::{Map, Value};

use super::{Types, alternatives, referred, types_of};

/// How deep types are followed, and how many values are made of one schema.
const DEPTH: usize = 12;
const VALUES: usize = 200;

/// Makes values that schemas take, as far as a schema of a Rust type goes.
#[derive(Debug)]
pub(crate) struct Example<'a> {
    types: &'a Types,
    left: usize,
}

impl<'a> Example<'a> {
    pub(crate) fn of(types: &'a Types) -> Self {
        Self { types, left: VALUES }
    }

    /// A value of `schema`; `name` is what it is called, which a text says.
    pub(crate) fn value(mut self, name: &str, schema: &Value) -> Value {
        self.make(name, schema, DEPTH)
    }

    fn make(&mut self, name: &str, schema: &Value, depth: usize) -> Value {
        if depth == 0 || self.left == 0 {
            return Value::Null;
        }
        self.left -= 1;
        let next = depth - 1;
        let given = schema.get("examples").and_then(|it| it.get(0));
        let choice = schema.get("enum").and_then(|it| it.get(0));
        let given = given.or(schema.get("const")).or(schema.get("default")).or(choice);
        // Any value may stand there, and a large one shows nobody how it is written.
        if let Some(value) = given.filter(|value| value.to_string().len() < 1000) {
            return value.clone();
        }
        if let Some(target) = referred(schema) {
            let types = self.types;
            return types.get(&target).map_or(Value::Null, |it| self.make(name, &it.read, next));
        }
        if let Some((others, _)) = alternatives(schema) {
            return others.first().map_or(Value::Null, |first| self.make(name, first, next));
        }
        if let Some(all) = schema.get("allOf").and_then(Value::as_array) {
            return self.all_of(name, all, next);
        }
        let (names, _) = types_of(schema);
        match names.first().copied() {
            Some("string") => Value::from(string(name, schema)),
            Some("integer") => {
                let least = schema.get("minimum").and_then(Value::as_i64).unwrap_or(1);
                Value::from(least.max(1))
            }
            Some("number") => Value::from(1.5),
            Some("boolean") => Value::from(false),
            Some("array") => self.list(name, schema, next),
            Some("object") => self.object(schema, next),
            None if schema.get("properties").is_some() => self.object(schema, next),
            _ => Value::Null,
        }
    }

    fn all_of(&mut self, name: &str, all: &[Value], depth: usize) -> Value {
        let mut whole = Map::new();
        for part in all.iter().take(8) {
            match self.make(name, part, depth) {
                Value::Object(members) => whole.extend(members),
                other if whole.is_empty() => return other,
                _ => {}
            }
        }
        Value::Object(whole)
    }

    fn list(&mut self, name: &str, schema: &Value, depth: usize) -> Value {
        if let Some(items) = schema.get("prefixItems").and_then(Value::as_array) {
            return items.iter().take(16).map(|item| self.make(name, item, depth)).collect();
        }
        let item = schema.get("items").filter(|items| items.is_object());
        item.map(|item| self.make(name, item, depth)).into_iter().collect()
    }

    fn object(&mut self, schema: &Value, depth: usize) -> Value {
        let empty = Map::new();
        let members = schema.get("properties").and_then(Value::as_object).unwrap_or(&empty);
        let required: Vec<&str> = match schema.get("required").and_then(Value::as_array) {
            Some(names) => names.iter().filter_map(Value::as_str).take(64).collect(),
            None => Vec::new(),
        };
        let needed = members.iter().filter(|(name, _)| required.contains(&name.as_str()));
        let made: Map<_, _> =
            needed.map(|(name, schema)| (name.clone(), self.make(name, schema, depth))).collect();
        Value::Object(made)
    }
}

fn string(name: &str, schema: &Value) -> String {
    match schema.get("format").and_then(Value::as_str) {
        Some("uuid") => "00000000-0000-4000-8000-000000000000".to_owned(),
        Some("date-time") => "2026-01-31T12:00:00Z".to_owned(),
        Some("date") => "2026-01-31".to_owned(),
        Some("time") => "12:00:00Z".to_owned(),
        Some("uri") => "https://example.org/".to_owned(),
        Some("ip" | "ipv4") => "192.0.2.1".to_owned(),
        Some("ipv6") => "2001:db8::1".to_owned(),
        _ => crate::bounds::shown(name),
    }
}

#[cfg(test)]
mod tests {
    use messaging::contract::Schema;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_has_what_its_type_requires() {
        let host = json!({
            "type": "object",
            "properties": {
                "host": {"type": "string"},
                "memory_mb": {"type": "integer", "minimum": 0},
                "note": {"type": "string"},
                "next": {"$ref": "#/$defs/Host"},
            },
            "required": ["host", "memory_mb"],
        });
        let types = Types::from([("Host".to_owned(), Schema::both(host))]);
        let list = json!({"type": "array", "items": {"$ref": "#/$defs/Host"}});
        let value = Example::of(&types).value("hosts", &list);
        assert_eq!(value, json!([{"host": "host", "memory_mb": 1}]));
    }

    #[test]
    fn a_type_that_is_made_of_itself_ends() {
        let tree = json!({
            "type": "object",
            "properties": {"left": {"$ref": "#/$defs/T"}, "right": {"$ref": "#/$defs/T"}},
            "required": ["left", "right"],
        });
        let types = Types::from([("T".to_owned(), Schema::both(tree))]);
        let value = Example::of(&types).value("tree", &json!({"$ref": "#/$defs/T"}));
        assert!(value.to_string().len() < 10_000);
    }
}
