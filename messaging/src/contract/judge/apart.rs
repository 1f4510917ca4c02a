//! A schema taken apart into its alternatives.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::both::both;
use super::budget::nodes;
use super::shape::{Float, Kind, List, Object, Range, Shape, Text};
use super::side::Side;

/// How many alternatives are looked at.
const ALTERNATIVES: usize = 256;

/// How deep references and combinations may stand within each other.
const DEPTH: usize = 32;

/// Keywords that restrict nothing.
const EXPLANATIONS: [&str; 14] = [
    "$comment",
    "$id",
    "$schema",
    "contentEncoding",
    "contentMediaType",
    "default",
    "deprecated",
    "description",
    "examples",
    "readOnly",
    "title",
    "writeOnly",
    // Sets are read from lists with doubled items as well.
    "uniqueItems",
    "$anchor",
];

const COMBINING: [&str; 6] = ["$ref", "allOf", "anyOf", "oneOf", "type", "x-other"];
const OF_ANY: [&str; 2] = ["const", "enum"];
const OF_INTEGERS: [&str; 5] =
    ["exclusiveMaximum", "exclusiveMinimum", "format", "maximum", "minimum"];
const OF_NUMBERS: [&str; 1] = ["format"];
const OF_TEXTS: [&str; 4] = ["format", "maxLength", "minLength", "x-except"];
const OF_LISTS: [&str; 4] = ["items", "maxItems", "minItems", "prefixItems"];
const OF_OBJECTS: [&str; 5] = [
    "additionalProperties",
    "patternProperties",
    "properties",
    "required",
    "unevaluatedProperties",
];

/// The alternatives of `schema`, or why they cannot be told.
pub(super) fn apart(schema: &Value, side: Side<'_>) -> Result<Vec<Shape>, String> {
    taken_apart(schema, side, 0)
}

fn taken_apart(schema: &Value, side: Side<'_>, depth: usize) -> Result<Vec<Shape>, String> {
    let keywords = match schema {
        Value::Bool(true) => return Ok(vec![Shape::new(Kind::Any)]),
        Value::Bool(false) => return Ok(Vec::new()),
        Value::Object(keywords) => keywords,
        other => return Err(format!("`{other}` is no JSON schema")),
    };
    if depth > DEPTH {
        return Err("its schema refers to itself without end, or is nested too deep".to_owned());
    }
    if !side.budget.spend(nodes(schema)) {
        return Err(too_large());
    }
    let mut shapes = own(keywords, side)?;
    if let Some(reference) = keywords.get("$ref") {
        let resolved = reference.as_str().and_then(|reference| side.resolve(reference));
        let (_, referred) = resolved.ok_or_else(|| format!("nothing is at `{reference}`"))?;
        shapes = both_of_each(&shapes, &taken_apart(referred, side, depth + 1)?, side)?;
    }
    for all in keywords.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        shapes = both_of_each(&shapes, &taken_apart(all, side, depth + 1)?, side)?;
    }
    for combined in ["anyOf", "oneOf"] {
        if let Some(list) = keywords.get(combined).and_then(Value::as_array) {
            shapes = both_of_each(&shapes, &alternatives(list, side, depth + 1)?, side)?;
        }
    }
    Ok(shapes)
}

/// The alternatives of a list of schemas.
fn alternatives(list: &[Value], side: Side<'_>, depth: usize) -> Result<Vec<Shape>, String> {
    let mut shapes = Vec::new();
    let mut others = Vec::new();
    for schema in list {
        // A writer writes its name, as of any other.
        let is_other = side.is_open && schema.get("x-other") == Some(&Value::Bool(true));
        if is_other { &mut others } else { &mut shapes }.extend(taken_apart(schema, side, depth)?);
        if shapes.len() + others.len() > ALTERNATIVES {
            return Err(too_many());
        }
    }
    for mut other in others {
        if !side.budget.spend(other.weight().saturating_mul(shapes.len() + 1)) {
            return Err(too_large());
        }
        but(&mut other, &shapes);
        shapes.push(other);
    }
    Ok(shapes)
}

/// What serde's `other` reads: any name but those of the other variants.
fn but(other: &mut Shape, variants: &[Shape]) {
    match &mut other.kind {
        Kind::Text(text) if text.only.is_some() => {
            text.only = None;
            text.except = variants.iter().filter_map(only).flatten().cloned().collect();
        }
        Kind::Object(object) => {
            for (name, schema) in &mut object.properties {
                if schema.get("const").is_some_and(Value::is_string) {
                    let tags = variants.iter().filter_map(|variant| tag(variant, name));
                    *schema = json!({"type": "string", "x-except": tags.collect::<Vec<_>>()});
                }
            }
        }
        _ => {}
    }
}

fn only(shape: &Shape) -> Option<&BTreeSet<String>> {
    match &shape.kind {
        Kind::Text(text) => text.only.as_ref(),
        _ => None,
    }
}

fn tag<'a>(shape: &'a Shape, name: &str) -> Option<&'a str> {
    match &shape.kind {
        Kind::Object(object) => object.properties.get(name)?.get("const")?.as_str(),
        _ => None,
    }
}

fn both_of_each(left: &[Shape], right: &[Shape], side: Side<'_>) -> Result<Vec<Shape>, String> {
    if left.len().saturating_mul(right.len()) > ALTERNATIVES {
        return Err(too_many());
    }
    each_with_each(left, right, side)
}

fn each_with_each(left: &[Shape], right: &[Shape], side: Side<'_>) -> Result<Vec<Shape>, String> {
    let weight = |shapes: &[Shape], times: usize| {
        shapes.iter().map(Shape::weight).sum::<usize>().saturating_mul(times)
    };
    let copied = weight(left, right.len()).saturating_add(weight(right, left.len()));
    if !side.budget.spend(copied) {
        return Err(too_large());
    }
    Ok(left.iter().flat_map(|left| right.iter().filter_map(|right| both(left, right))).collect())
}

fn too_large() -> String {
    "its schema is too large to be compared".to_owned()
}

fn too_many() -> String {
    format!("its schema has more than {ALTERNATIVES} alternatives")
}

/// What the keywords say beside references and combinations.
fn own(keywords: &Map<String, Value>, side: Side<'_>) -> Result<Vec<Shape>, String> {
    let types = types(keywords);
    // Each of them copies what there is.
    let copied = keywords.values().map(nodes).sum::<usize>().saturating_mul(types.len());
    if !side.budget.spend(copied) {
        return Err(too_large());
    }
    let mut shapes: Vec<_> = types.iter().map(|ty| of_type(ty, keywords)).collect();
    let one = keywords.get("const").map(std::slice::from_ref);
    let several = keywords.get("enum").and_then(Value::as_array).map(Vec::as_slice);
    for values in [one, several].into_iter().flatten() {
        let values: Vec<_> = values.iter().map(exactly).collect();
        shapes = each_with_each(&values, &shapes, side)?;
    }
    Ok(shapes)
}

/// The types of JSON, or `any`. A schema of members without its type is one of objects, and so on:
/// serde reads no other value there.
fn types(keywords: &Map<String, Value>) -> Vec<&str> {
    match keywords.get("type") {
        Some(Value::String(ty)) => vec![ty],
        Some(Value::Array(types)) => types.iter().filter_map(Value::as_str).collect(),
        _ => {
            let has = |of: &[&str]| of.iter().any(|keyword| keywords.contains_key(*keyword));
            match () {
                () if has(&OF_OBJECTS) => vec!["object"],
                () if has(&OF_LISTS) => vec!["array"],
                () => vec!["any"],
            }
        }
    }
}

fn of_type(ty: &str, keywords: &Map<String, Value>) -> Shape {
    let number = |keyword: &str| keywords.get(keyword).and_then(Value::as_u64);
    let (kind, known): (_, &[&str]) = match ty {
        "null" => (Kind::Null, &[]),
        "boolean" => (Kind::Bool(None), &[]),
        "integer" => (Kind::Integer(range(keywords)), &OF_INTEGERS),
        "number" => (Kind::Number(float(keywords)), &OF_NUMBERS),
        "string" => {
            let except = keywords.get("x-except").and_then(Value::as_array).into_iter().flatten();
            let text = Text {
                only: None,
                except: except.filter_map(Value::as_str).map(str::to_owned).collect(),
                format: keywords.get("format").and_then(Value::as_str).map(str::to_owned),
                min: number("minLength").unwrap_or_default(),
                max: number("maxLength"),
            };
            (Kind::Text(text), &OF_TEXTS)
        }
        "array" => {
            let prefix = keywords.get("prefixItems").and_then(Value::as_array);
            let list = List {
                prefix: prefix.cloned().unwrap_or_default(),
                items: keywords.get("items").cloned().unwrap_or(Value::Bool(true)),
                min: number("minItems").unwrap_or_default(),
                max: number("maxItems"),
            };
            (Kind::List(list), &OF_LISTS)
        }
        "object" => (Kind::Object(object(keywords)), &OF_OBJECTS),
        _ => (Kind::Any, &[]),
    };
    // A keyword of another type than this says nothing of it.
    let elsewhere = |keyword: &str| {
        let others: [&[&str]; 4] = [&OF_INTEGERS, &OF_TEXTS, &OF_LISTS, &OF_OBJECTS];
        !matches!(kind, Kind::Any | Kind::Number(_))
            && others.iter().any(|it| it.contains(&keyword))
    };
    let is_opaque = |keyword: &str| {
        !known.contains(&keyword)
            && !COMBINING.contains(&keyword)
            && !OF_ANY.contains(&keyword)
            && !EXPLANATIONS.contains(&keyword)
            && !keyword.starts_with("x-")
            && !elsewhere(keyword)
    };
    let opaque = keywords.iter().filter(|(keyword, _)| is_opaque(keyword));
    let opaque: BTreeMap<_, _> = opaque.map(|(it, value)| (it.clone(), value.clone())).collect();
    Shape { kind, opaque }
}

fn float(keywords: &Map<String, Value>) -> Float {
    match keywords.get("format").and_then(Value::as_str) {
        Some("float") => Float::Single,
        _ => Float::Double,
    }
}

/// The range that the format names, narrowed by what else is said.
fn range(keywords: &Map<String, Value>) -> Range {
    let of = |min: i128, max: i128| Range { min: Some(min), max: Some(max) };
    let named = match keywords.get("format").and_then(Value::as_str).unwrap_or_default() {
        "int8" => of(i8::MIN.into(), i8::MAX.into()),
        "int16" => of(i16::MIN.into(), i16::MAX.into()),
        "int32" => of(i32::MIN.into(), i32::MAX.into()),
        "int64" | "int" => of(i64::MIN.into(), i64::MAX.into()),
        "int128" => of(i128::MIN, i128::MAX),
        "uint8" => of(0, u8::MAX.into()),
        "uint16" => of(0, u16::MAX.into()),
        "uint32" => of(0, u32::MAX.into()),
        "uint64" | "uint" => of(0, u64::MAX.into()),
        // Its end is beyond what we count with.
        "uint128" => Range { min: Some(0), max: None },
        _ => Range::default(),
    };
    let bound = |keyword: &str| {
        let value = keywords.get(keyword)?;
        // A float that is no integer leaves more than it may, which is to be on the safe side only
        // for a writer; none of serde's types has one.
        value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from))
    };
    let min =
        [named.min, bound("minimum"), bound("exclusiveMinimum").map(|it| it.saturating_add(1))];
    let max =
        [named.max, bound("maximum"), bound("exclusiveMaximum").map(|it| it.saturating_sub(1))];
    Range { min: min.into_iter().flatten().max(), max: max.into_iter().flatten().min() }
}

fn object(keywords: &Map<String, Value>) -> Object {
    let named = |keyword: &str| {
        let named = keywords.get(keyword).and_then(Value::as_object);
        named.into_iter().flatten().map(|(name, it)| (name.clone(), it.clone())).collect()
    };
    let required = keywords.get("required").and_then(Value::as_array).into_iter().flatten();
    let additional = ["additionalProperties", "unevaluatedProperties"];
    Object {
        properties: named("properties"),
        required: required.filter_map(Value::as_str).map(str::to_owned).collect(),
        patterns: named("patternProperties"),
        additional: additional.iter().find_map(|keyword| keywords.get(*keyword)).cloned(),
    }
}

/// The shape of one value.
fn exactly(value: &Value) -> Shape {
    let kind = match value {
        Value::Null => Kind::Null,
        Value::Bool(value) => Kind::Bool(Some(*value)),
        Value::String(text) => {
            Kind::Text(Text { only: Some([text.clone()].into()), ..Text::default() })
        }
        Value::Number(number) => {
            match number.as_i64().map(i128::from).or(number.as_u64().map(i128::from)) {
                Some(integer) => Kind::Integer(Range { min: Some(integer), max: Some(integer) }),
                None => Kind::Number(Float::Double),
            }
        }
        Value::Array(_) | Value::Object(_) => Kind::Any,
    };
    let is_told = matches!(kind, Kind::Null | Kind::Bool(_) | Kind::Text(_) | Kind::Integer(_));
    let mut shape = Shape::new(kind);
    if !is_told {
        shape.opaque.insert("const".to_owned(), value.clone());
    }
    shape
}
