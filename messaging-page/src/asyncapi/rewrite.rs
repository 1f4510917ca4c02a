//! A schema of JSON Schema 2020-12 in the words of AsyncAPI, which are those of draft 7.

use serde_json::{Map, Value, json};

use crate::bounds::{DEPTH, DOCS, start};
use crate::schema::referred;

/// The schema in draft 7; `target` is where a type of the contract is in the document.
///
/// Keywords that are not known, or whose values are none of theirs, are left out: what a peer sends
/// is to make no document that tools refuse.
pub(super) fn rewrite(schema: &Value, target: &dyn Fn(&str) -> Option<String>) -> Value {
    Rewriter { target }.schema(schema, DEPTH)
}

struct Rewriter<'a> {
    target: &'a dyn Fn(&str) -> Option<String>,
}

const TYPES: [&str; 7] = ["array", "boolean", "integer", "null", "number", "object", "string"];

impl Rewriter<'_> {
    fn schema(&self, schema: &Value, depth: usize) -> Value {
        let (Some(members), Some(depth)) = (schema.as_object(), depth.checked_sub(1)) else {
            return Value::Bool(schema != &Value::Bool(false));
        };
        let mut made = Map::new();
        for (keyword, value) in members {
            if let Some((keyword, value)) = self.member(keyword, value, members, depth) {
                made.insert(keyword.to_owned(), value);
            }
        }
        let target = referred(schema).and_then(|name| (self.target)(&name));
        match target.map(|target| json!({ "$ref": target })) {
            // Draft 7 passes over what stands beside a reference.
            Some(reference) if made.is_empty() => reference,
            Some(reference) => {
                let all = made.entry("allOf").or_insert_with(|| json!([]));
                if let Value::Array(all) = all {
                    all.push(reference);
                }
                Value::Object(made)
            }
            None => Value::Object(made),
        }
    }

    fn member<'k>(
        &self,
        keyword: &'k str,
        value: &Value,
        beside: &Map<String, Value>,
        depth: usize,
    ) -> Option<(&'k str, Value)> {
        let same = || Some((keyword, value.clone()));
        match keyword {
            "const" | "default" => same(),
            "examples" if value.is_array() => same(),
            "enum" if value.as_array().is_some_and(|it| !it.is_empty() && all_differ(it)) => same(),
            "type" if is_type(value) => same(),
            "title" | "description" => Some((keyword, start(value.as_str()?, DOCS).into())),
            "format" | "pattern" | "contentEncoding" | "contentMediaType" if value.is_string() => {
                same()
            }
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum"
                if value.is_number() =>
            {
                same()
            }
            "multipleOf" if value.as_f64().is_some_and(|it| it > 0.0) => same(),
            "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties"
            | "maxProperties"
                if value.is_u64() =>
            {
                same()
            }
            "uniqueItems" | "deprecated" | "readOnly" | "writeOnly" if value.is_boolean() => same(),
            "required" if is_names(value) => same(),
            "properties" | "patternProperties" => {
                let members = value.as_object()?.iter();
                let made: Map<_, _> =
                    members.map(|(name, it)| (name.clone(), self.schema(it, depth))).collect();
                Some((keyword, made.into()))
            }
            "allOf" | "anyOf" | "oneOf" => {
                let made = self.list(value, depth)?;
                (!made.is_empty()).then(|| (keyword, made.into()))
            }
            "prefixItems" => Some(("items", self.list(value, depth)?.into())),
            "items" if beside.contains_key("prefixItems") => {
                Some(("additionalItems", self.schema(value, depth)))
            }
            "items"
            | "additionalProperties"
            | "propertyNames"
            | "contains"
            | "not"
            | "if"
            | "then"
            | "else" => Some((keyword, self.schema(value, depth))),
            "dependentRequired" => {
                let lists = value.as_object()?;
                lists.values().all(is_names).then(|| ("dependencies", value.clone()))
            }
            _ => None,
        }
    }

    fn list(&self, value: &Value, depth: usize) -> Option<Vec<Value>> {
        Some(value.as_array()?.iter().map(|it| self.schema(it, depth)).collect())
    }
}

fn is_type(value: &Value) -> bool {
    let known = |it: &Value| it.as_str().is_some_and(|name| TYPES.contains(&name));
    match value {
        Value::Array(names) => !names.is_empty() && names.iter().all(known) && all_differ(names),
        one => known(one),
    }
}

fn is_names(value: &Value) -> bool {
    value.as_array().is_some_and(|it| it.iter().all(Value::is_string) && all_differ(it))
}

fn all_differ(values: &[Value]) -> bool {
    let texts: std::collections::BTreeSet<String> = values.iter().map(Value::to_string).collect();
    texts.len() == values.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_draft_7_does_not_have_is_said_in_its_words() {
        let host = json!({"$ref": "#/$defs/Host", "description": "The best."});
        let at = "#/components/schemas/Host";
        for (schema, expected) in [
            (json!({"$ref": "#/$defs/Host"}), json!({"$ref": at})),
            (host, json!({"description": "The best.", "allOf": [{"$ref": at}]})),
            (
                json!({"prefixItems": [true, {"type": "null"}], "items": false}),
                json!({"items": [true, {"type": "null"}], "additionalItems": false}),
            ),
            (json!({"properties": {"$ref": {"$id": "x"}}}), json!({"properties": {"$ref": {}}})),
        ] {
            let target = |name: &str| (name == "Host").then(|| at.to_owned());
            assert_eq!(rewrite(&schema, &target), expected);
        }
    }

    #[test]
    fn what_is_no_keyword_and_what_leads_nowhere_is_left_out() {
        let schema = json!({
            "$ref": "https://example.org/steal", "type": "secret", "minLength": -1,
            "required": "all", "enum": [], "whatever": 1, "allOf": [], "not": 7,
        });
        assert_eq!(rewrite(&schema, &|_| None), json!({"not": true}));
    }
}
