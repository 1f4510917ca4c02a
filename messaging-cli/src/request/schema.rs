//! Whether a value fits a JSON schema.
//!
//! It knows the keywords that schemars writes for types of serde. What it does not know it lets
//! pass, for the server checks as well; and it looks at so much and no more, since a server may send
//! any schema.

use std::cell::Cell;

use messaging::contract::Contract;
use serde_json::{Map, Value};

use crate::text;

/// How many schemas are looked at for one value; beyond them all fits.
const BUDGET: u32 = 100_000;

/// How deep schemas refer to one another; beyond it all fits.
const DEPTH: u32 = 200;

/// Checks a value; for one value alone.
#[derive(Debug)]
pub(super) struct Checker<'a> {
    api: &'a Contract,
    left: Cell<u32>,
}

impl<'a> Checker<'a> {
    /// With the types that schemas of this API refer to.
    pub(super) fn new(api: &'a Contract) -> Self {
        Self { api, left: Cell::new(BUDGET) }
    }

    /// Whether a value fits.
    ///
    /// # Errors
    ///
    /// Where it does not, and what is expected there.
    pub(super) fn check(&self, value: &Value, schema: &Value) -> Result<(), String> {
        self.fits(value, schema, DEPTH)
    }

    fn fits(&self, value: &Value, schema: &Value, depth: u32) -> Result<(), String> {
        let keywords = match schema {
            Value::Bool(false) => return Err("no value is allowed here".to_owned()),
            Value::Object(keywords) => keywords,
            _ => return Ok(()),
        };
        let (Some(left), Some(depth)) = (self.left.get().checked_sub(1), depth.checked_sub(1))
        else {
            return Ok(());
        };
        self.left.set(left);
        if let Some(name) = schema["$ref"].as_str().and_then(|it| it.strip_prefix("#/$defs/"))
            && let Some(named) = self.api.types.get(name)
        {
            self.fits(value, &named.read, depth)?;
        }
        one_of_types(value, &schema["type"])?;
        if let Some(values) = schema["enum"].as_array()
            && !values.contains(value)
        {
            return Err(expected(&alternatives(values.iter().map(Value::to_string)), value));
        }
        if let Some(constant) = keywords.get("const")
            && constant != value
        {
            return Err(expected(&constant.to_string(), value));
        }
        self.combined(value, schema, depth)?;
        match value {
            Value::Number(_) => in_range(value, schema),
            Value::Array(items) => self.items(items, schema, depth),
            Value::Object(members) => self.members(members, schema, depth),
            Value::Null | Value::Bool(_) | Value::String(_) => Ok(()),
        }
    }

    fn combined(&self, value: &Value, schema: &Value, depth: u32) -> Result<(), String> {
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.fits(value, part, depth)?;
        }
        // Of `oneOf` several may fit: what serde reads is the first.
        for any in ["anyOf", "oneOf"] {
            let Some(parts) = schema[any].as_array() else { continue };
            let mut problems = Vec::new();
            for part in parts {
                match self.fits(value, part, depth) {
                    Ok(()) => break,
                    Err(problem) => problems.push(problem),
                }
            }
            if problems.len() == parts.len() {
                problems.dedup();
                problems.truncate(5);
                return Err(problems.join(", or "));
            }
        }
        Ok(())
    }

    fn items(&self, items: &[Value], schema: &Value, depth: u32) -> Result<(), String> {
        let count = u64::try_from(items.len()).unwrap_or(u64::MAX);
        if schema["minItems"].as_u64().is_some_and(|least| count < least) {
            return Err(format!("expected at least {} items, found {count}", schema["minItems"]));
        }
        if schema["maxItems"].as_u64().is_some_and(|most| count > most) {
            return Err(format!("expected at most {} items, found {count}", schema["maxItems"]));
        }
        let first = schema["prefixItems"].as_array().map_or(&[][..], Vec::as_slice);
        for (index, item) in items.iter().enumerate() {
            let schema = first.get(index).unwrap_or(&schema["items"]);
            self.fits(item, schema, depth)
                .map_err(|problem| format!("[{index}]{}", below(&problem)))?;
        }
        Ok(())
    }

    fn members(
        &self,
        members: &Map<String, Value>,
        schema: &Value,
        depth: u32,
    ) -> Result<(), String> {
        let named = schema["properties"].as_object();
        for required in schema["required"].as_array().into_iter().flatten() {
            if let Some(name) = required.as_str().filter(|name| !members.contains_key(*name)) {
                return Err(format!("`{}` is missing", text::line(name)));
            }
        }
        for (name, value) in members {
            let shown = text::line(name);
            let schema = match named.and_then(|named| named.get(name)) {
                Some(schema) => schema,
                None if schema["additionalProperties"] == false
                    && schema["patternProperties"].is_null() =>
                {
                    let names = named.into_iter().flat_map(|it| it.keys().map(|it| text::line(it)));
                    let known = alternatives(names);
                    return Err(format!("there is no `{shown}` in it; there are {known}"));
                }
                None => &schema["additionalProperties"],
            };
            self.fits(value, schema, depth)
                .map_err(|problem| format!(".{shown}{}", below(&problem)))?;
        }
        Ok(())
    }
}

/// A problem behind the place where it is: `.a[0]: expected ..`.
fn below(problem: &str) -> String {
    match problem.starts_with(['.', '[']) {
        true => problem.to_owned(),
        false => format!(": {problem}"),
    }
}

fn one_of_types(value: &Value, types: &Value) -> Result<(), String> {
    let types: Vec<_> = match types {
        Value::String(name) => vec![name.as_str()],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => return Ok(()),
    };
    let is = |name: &&str| match *name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => {
            value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|it| it.fract() == 0.0)
        }
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => true,
    };
    match types.is_empty() || types.iter().any(is) {
        true => Ok(()),
        false => Err(expected(&alternatives(types.iter().map(|it| text::line(it))), value)),
    }
}

fn in_range(value: &Value, schema: &Value) -> Result<(), String> {
    let Some(number) = value.as_f64() else { return Ok(()) };
    if schema["minimum"].as_f64().is_some_and(|least| number < least) {
        return Err(expected(&format!("{} or more", schema["minimum"]), value));
    }
    if schema["maximum"].as_f64().is_some_and(|most| number > most) {
        return Err(expected(&format!("{} or less", schema["maximum"]), value));
    }
    Ok(())
}

fn expected(what: &str, value: &Value) -> String {
    let found = text::line(&value.to_string());
    let found = match found.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &found[..end]),
        None => found,
    };
    format!("expected {what}, found {found}")
}

fn alternatives(names: impl Iterator<Item = String>) -> String {
    let names: Vec<_> = names.take(20).collect();
    text::line(&names.join(", "))
}

#[cfg(test)]
mod tests {
    use messaging::Proxy as _;
    use messaging_examples::scheduler::SchedulerClient;
    use serde_json::json;

    use super::*;

    fn check(value: &Value, schema: &Value) -> Result<(), String> {
        Checker::new(&SchedulerClient::contract()).check(value, schema)
    }

    #[test]
    fn a_value_fits_or_it_is_told_where_it_does_not() {
        let host = json!({
            "type": "object",
            "properties": {
                "name": {"type": "string"},
                "ports": {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 65535}},
                "kind": {"enum": ["idle", "busy"]},
                "at": {"anyOf": [{"type": "null"}, {"prefixItems": [{"type": "number"}], "minItems": 2}]},
            },
            "required": ["name"],
            "additionalProperties": false,
        });
        for (value, expected) in [
            (json!({"name": "a", "ports": [1, 2], "kind": "idle", "at": [1.5, "x"]}), None),
            (json!({"name": "a", "at": null, "ports": [3.0]}), None),
            (json!({}), Some("`name` is missing")),
            (json!([]), Some("expected object, found []")),
            (json!({"name": 5}), Some(".name: expected string, found 5")),
            (
                json!({"name": "a", "ports": [1, -1]}),
                Some(".ports[1]: expected 0 or more, found -1"),
            ),
            (
                json!({"name": "a", "kind": "on"}),
                Some(".kind: expected \"idle\", \"busy\", found \"on\""),
            ),
            (
                json!({"name": "a", "at": [1]}),
                Some(".at: expected null, found [1], or expected at least 2 items, found 1"),
            ),
            (
                json!({"name": "a", "x": 1}),
                Some("there is no `x` in it; there are at, kind, name, ports"),
            ),
        ] {
            assert_eq!(check(&value, &host).err().as_deref(), expected, "{value}");
        }
    }

    #[test]
    fn schemas_refer_to_types_by_name() {
        let spec = json!({"$ref": "#/$defs/RequestSpec"});
        assert_eq!(check(&json!({"memory_mb": 5}), &spec), Ok(()));
        assert!(check(&json!({"memory_mb": "x"}), &spec).is_err());
        assert_eq!(check(&json!(5), &json!({"$ref": "#/$defs/NoSuch"})), Ok(()));
    }

    /// A server may send any schema.
    #[test]
    fn a_schema_that_turns_in_a_circle_or_branches_without_end_ends_nothing() {
        let mut api = SchedulerClient::contract();
        let circle = json!({"anyOf": [{"$ref": "#/$defs/C"}, {"$ref": "#/$defs/C"}]});
        api.types.insert("C".to_owned(), messaging::contract::Schema::both(circle.clone()));
        let _ = Checker::new(&api).check(&json!(5), &circle);
    }
}
