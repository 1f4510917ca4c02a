//! Two shapes that hold at once.

use serde_json::{Value, json};

use super::shape::{Kind, List, Object, Range, Shape, Text};

/// The shape of the values that are of both; none if there are none.
pub(super) fn both(left: &Shape, right: &Shape) -> Option<Shape> {
    let kind = match (&left.kind, &right.kind) {
        (Kind::Any, kind) | (kind, Kind::Any) => kind.clone(),
        (Kind::Null, Kind::Null) => Kind::Null,
        (Kind::Bool(left), Kind::Bool(right)) => match (left, right) {
            (Some(left), Some(right)) if left != right => return None,
            _ => Kind::Bool(left.or(*right)),
        },
        (Kind::Number(left), Kind::Number(right)) => Kind::Number(*left.min(right)),
        (Kind::Number(_), Kind::Integer(range)) | (Kind::Integer(range), Kind::Number(_)) => {
            Kind::Integer(*range)
        }
        (Kind::Integer(left), Kind::Integer(right)) => Kind::Integer(Range {
            min: left.min.max(right.min),
            max: [left.max, right.max].into_iter().flatten().min(),
        }),
        (Kind::Text(left), Kind::Text(right)) => Kind::Text(texts(left, right)?),
        (Kind::List(left), Kind::List(right)) => Kind::List(lists(left, right)),
        (Kind::Object(left), Kind::Object(right)) => Kind::Object(objects(left, right)),
        _ => return None,
    };
    let mut opaque = left.opaque.clone();
    for (keyword, value) in &right.opaque {
        match opaque.get(keyword) {
            Some(same) if same == value => {}
            // Both hold, so neither is forgotten.
            Some(other) => {
                let all = json!([other, value]);
                opaque.insert(format!("{keyword} twice"), all);
            }
            None => {
                opaque.insert(keyword.clone(), value.clone());
            }
        }
    }
    Some(Shape { kind, opaque })
}

fn texts(left: &Text, right: &Text) -> Option<Text> {
    let only = match (&left.only, &right.only) {
        (Some(left), Some(right)) => Some(left & right),
        (only, None) | (None, only) => only.clone(),
    };
    let except = &left.except | &right.except;
    let only = only.map(|only| &only - &except);
    if only.as_ref().is_some_and(std::collections::BTreeSet::is_empty) {
        return None;
    }
    Some(Text {
        only,
        except,
        format: left.format.clone().or_else(|| right.format.clone()),
        min: left.min.max(right.min),
        max: [left.max, right.max].into_iter().flatten().min(),
    })
}

fn lists(left: &List, right: &List) -> List {
    let longest = left.prefix.len().max(right.prefix.len());
    List {
        prefix: (0..longest).map(|it| all_of(left.item(it), right.item(it))).collect(),
        items: all_of(&left.items, &right.items),
        min: left.min.max(right.min),
        max: [left.max, right.max].into_iter().flatten().min(),
    }
}

/// As a flattened struct has the members of both.
fn objects(left: &Object, right: &Object) -> Object {
    let mut both = left.clone();
    for (name, schema) in &right.properties {
        let own = both.properties.get(name).map(|own| all_of(own, schema));
        both.properties.insert(name.clone(), own.unwrap_or_else(|| schema.clone()));
    }
    for (pattern, schema) in &right.patterns {
        let own = both.patterns.get(pattern).map(|own| all_of(own, schema));
        both.patterns.insert(pattern.clone(), own.unwrap_or_else(|| schema.clone()));
    }
    both.required.extend(right.required.iter().cloned());
    both.additional = match (&left.additional, &right.additional) {
        (Some(left), Some(right)) => Some(all_of(left, right)),
        (additional, None) | (None, additional) => additional.clone(),
    };
    both
}

fn all_of(left: &Value, right: &Value) -> Value {
    match (left, right) {
        (same, other) if same == other => same.clone(),
        (Value::Bool(true), schema) | (schema, Value::Bool(true)) => schema.clone(),
        (Value::Bool(false), _) | (_, Value::Bool(false)) => Value::Bool(false),
        (left, right) => json!({"allOf": [left, right]}),
    }
}
