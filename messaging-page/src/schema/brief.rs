//! A schema in few words.

use serde_json::Value;

use super::{alternatives, referred, types_of};
use crate::bounds::shown;

/// A part of a type as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Text(String),
    /// A type of the contract.
    Type(String),
}

/// The most schemas that one type is told of; the rest of it is left out.
const SCHEMAS: usize = 40;

/// The type that a schema describes, as people call it: `list of Host`, `u32 or null`.
pub(crate) fn brief(schema: &Value) -> Vec<Part> {
    let mut writer = Writer { parts: Vec::new(), left: SCHEMAS };
    writer.schema(schema, 6);
    writer.parts
}

struct Writer {
    parts: Vec<Part>,
    left: usize,
}

impl Writer {
    fn text(&mut self, text: impl Into<String>) {
        match self.parts.last_mut() {
            Some(Part::Text(last)) => last.push_str(&text.into()),
            _ => self.parts.push(Part::Text(text.into())),
        }
    }

    fn schema(&mut self, schema: &Value, depth: usize) {
        if depth == 0 || self.left == 0 {
            return self.text("…");
        }
        self.left -= 1;
        let next = depth - 1;
        if let Some(name) = referred(schema) {
            return self.parts.push(Part::Type(name));
        }
        if let Some(value) = schema.get("const") {
            return self.text(shown(&value.to_string()));
        }
        if let Some(values) = schema.get("enum").and_then(Value::as_array) {
            return self.enumeration(values);
        }
        if let Some((others, nullable)) = alternatives(schema) {
            return self.any_of(&others, nullable, next);
        }
        if let Some([only]) = schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
            return self.schema(only, next);
        }
        let (names, nullable) = types_of(schema);
        for (number, name) in names.iter().take(8).enumerate() {
            if number > 0 {
                self.text(" or ");
            }
            self.named(name, schema, next);
        }
        match (schema, names.is_empty()) {
            (Value::Bool(false), _) => self.text("nothing"),
            (_, true) if schema.get("properties").is_some() => self.text("object"),
            (_, true) => self.text("any value"),
            _ => {}
        }
        if nullable {
            self.text(" or null");
        }
    }

    fn enumeration(&mut self, values: &[Value]) {
        for (number, value) in values.iter().take(8).enumerate() {
            if number > 0 {
                self.text(" | ");
            }
            self.text(shown(&value.to_string()));
        }
        if values.len() > 8 {
            self.text(" | …");
        }
    }

    fn any_of(&mut self, others: &[&Value], nullable: bool, depth: usize) {
        for (number, other) in others.iter().take(8).enumerate() {
            if number > 0 {
                self.text(" or ");
            }
            self.schema(other, depth);
        }
        if others.len() > 8 {
            self.text(" or …");
        }
        if nullable {
            self.text(" or null");
        }
    }

    fn named(&mut self, name: &str, schema: &Value, depth: usize) {
        let format = schema.get("format").and_then(Value::as_str);
        match name {
            "array" => match (schema.get("prefixItems"), schema.get("items")) {
                (Some(Value::Array(items)), _) => {
                    self.text("(");
                    for (number, item) in items.iter().take(8).enumerate() {
                        if number > 0 {
                            self.text(", ");
                        }
                        self.schema(item, depth);
                    }
                    self.text(if items.len() > 8 { ", …)" } else { ")" });
                }
                (_, Some(items)) => {
                    self.text("list of ");
                    self.schema(items, depth);
                }
                _ => self.text("list"),
            },
            "object" => match (schema.get("properties"), schema.get("additionalProperties")) {
                (None, Some(values)) if values.is_object() => {
                    self.text("map of ");
                    self.schema(values, depth);
                }
                _ => self.text("object"),
            },
            "integer" => self.text(shown(format.map_or("integer", short))),
            "number" => self.text(shown(format.map_or("number", short))),
            "string" => match format {
                Some(format) => self.text(format!("string, {}", shown(format))),
                None => self.text("string"),
            },
            other => self.text(shown(other)),
        }
    }
}

/// The types of Rust, of which schemars makes formats.
fn short(format: &str) -> &str {
    match format {
        "uint8" => "u8",
        "uint16" => "u16",
        "uint32" => "u32",
        "uint64" => "u64",
        "uint" => "usize",
        "int8" => "i8",
        "int16" => "i16",
        "int32" => "i32",
        "int64" => "i64",
        "int" => "isize",
        "float" => "f32",
        "double" => "f64",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text(schema: &Value) -> String {
        let parts = brief(schema).into_iter().map(|part| match part {
            Part::Text(text) | Part::Type(text) => text,
        });
        parts.collect()
    }

    #[test]
    fn a_type_is_called_as_people_call_it() {
        let host = json!({"$ref": "#/$defs/Host"});
        for (schema, expected) in [
            (json!({"type": "integer", "format": "uint32", "minimum": 0}), "u32"),
            (json!({"type": "array", "items": host}), "list of Host"),
            (json!({"anyOf": [host, {"type": "null"}]}), "Host or null"),
            (json!({"type": ["string", "null"]}), "string or null"),
            (json!({"type": "null"}), "null"),
            (json!({"enum": ["a", 1]}), "\"a\" | 1"),
            (
                json!({"type": "object", "additionalProperties": {"type": "number"}}),
                "map of number",
            ),
            (
                json!({"type": "array", "prefixItems": [host, {"type": "boolean"}]}),
                "(Host, boolean)",
            ),
            (json!(true), "any value"),
        ] {
            assert_eq!(text(&schema), expected);
        }
    }

    #[test]
    fn a_schema_without_end_is_cut() {
        let mut deep = json!({"type": "string"});
        for _ in 0..100 {
            deep = json!({"type": "array", "items": deep});
        }
        let schema = json!({"anyOf": vec![json!({"anyOf": vec![deep; 20]}); 20]});
        assert!(text(&schema).len() < 2000);
    }
}
