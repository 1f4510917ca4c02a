//! The JSON schema of a type, from both ends of the wire.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

/// The JSON schema of a type: of what is written and of what is read, which serde's attributes can
/// make differ (`default`, `skip_serializing_if`, `alias`, `rename(serialize = ..)`).
///
/// It is JSON Schema 2020-12. As JSON it is the one schema where both are the same, and else
/// `{"written": .., "read": ..}`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Schema {
    /// Of what serde writes. An object has no other members than those named, unless
    /// `additionalProperties` or `unevaluatedProperties` say so.
    pub written: Value,
    /// Of what serde reads.
    pub read: Value,
}

impl Schema {
    /// A schema of this for what is written, and of that for what is read.
    #[must_use]
    pub const fn new(written: Value, read: Value) -> Self {
        Self { written, read }
    }

    /// The same for both.
    #[must_use]
    pub fn both(schema: Value) -> Self {
        Self { read: schema.clone(), written: schema }
    }
}

const WRITTEN: &str = "written";
const READ: &str = "read";

impl Serialize for Schema {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.written == self.read {
            return self.read.serialize(serializer);
        }
        serializer.collect_map([(WRITTEN, &self.written), (READ, &self.read)])
    }
}

impl<'de> Deserialize<'de> for Schema {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut schema = Value::deserialize(deserializer)?;
        // No keyword of JSON Schema is called so.
        let halves = schema.as_object_mut().filter(|members| members.len() == 2).and_then(halves);
        Ok(halves.unwrap_or_else(|| Self::both(schema)))
    }
}

fn halves(members: &mut Map<String, Value>) -> Option<Schema> {
    if !members.contains_key(READ) {
        return None;
    }
    Some(Schema::new(members.remove(WRITTEN)?, members.remove(READ)?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_schema_stands_for_both_sides_where_they_agree() {
        for (schema, expected) in [
            (Schema::both(json!({"type": "string"})), json!({"type": "string"})),
            (Schema::both(json!(true)), json!(true)),
            (Schema::new(json!({}), json!(true)), json!({"written": {}, "read": true})),
        ] {
            let written = serde_json::to_value(&schema).unwrap();
            assert_eq!(written, expected);
            assert_eq!(serde_json::from_value::<Schema>(written).unwrap(), schema);
        }
    }
}
