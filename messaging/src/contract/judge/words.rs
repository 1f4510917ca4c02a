//! Schemas in words, and what changed between two.

use std::collections::BTreeSet;

use serde_json::Value;

use super::apart::apart;
use super::lists::length;
use super::members::member;
use super::shape::{Float, Kind, List, Object, Range, Shape, Text};
use super::side::Side;

/// How deep names go within each other.
const DEPTH: usize = 3;

/// How many differences are told.
const DIFFERENCES: usize = 8;

/// How many pairs of types are looked at beyond those of two contracts whose types only have other
/// names, before they are judged instead: a peer may unroll a type that refers to itself.
const PAIRS: usize = 64;

type OneSide<'a> = (&'a Value, Side<'a>);

/// Whether two schemas are the same, however their types are called.
pub(in super::super) fn is_same(old: OneSide<'_>, new: OneSide<'_>) -> bool {
    // A list of what is left and no recursion: a peer's types may refer to one another endlessly.
    let mut left = vec![(old.0, new.0)];
    let mut seen = BTreeSet::new();
    let most = PAIRS + 2 * old.1.len().min(new.1.len());
    while let Some(pair) = left.pop() {
        match pair {
            (Value::Array(olds), Value::Array(news)) => {
                if olds.len() != news.len() {
                    return false;
                }
                left.extend(olds.iter().zip(news));
            }
            (Value::Object(olds), Value::Object(news)) => {
                if olds.len() != news.len() {
                    return false;
                }
                for (key, one) in olds {
                    let Some(other) = news.get(key) else { return false };
                    let (Some(one_name), Some(other_name)) = (one.as_str(), other.as_str()) else {
                        left.push((one, other));
                        continue;
                    };
                    if key != "$ref" {
                        left.push((one, other));
                    } else if seen.insert((one_name, other_name)) {
                        let found = (old.1.resolve(one_name), new.1.resolve(other_name));
                        let (Some((_, one)), Some((_, other))) = found else { return false };
                        left.push((one, other));
                    }
                }
            }
            (old, new) if old == new => {}
            _ => return false,
        }
        if seen.len() > most {
            return false;
        }
    }
    true
}

/// What is different between two schemas, in words: `.host: was a string, is u32`.
pub(in super::super) fn differences(old: OneSide<'_>, new: OneSide<'_>) -> Vec<String> {
    let mut told = Vec::new();
    tell(old, new, "", 0, &mut told);
    if told.len() > DIFFERENCES {
        let more = told.len() - DIFFERENCES;
        told.truncate(DIFFERENCES);
        told.push(format!("and {more} more"));
    }
    told
}

fn tell(old: OneSide<'_>, new: OneSide<'_>, path: &str, depth: usize, told: &mut Vec<String>) {
    if is_same(old, new) || told.len() > 4 * DIFFERENCES {
        return;
    }
    let before = told.len();
    let shapes = (apart(old.0, old.1), apart(new.0, new.1));
    if let (Ok(olds), Ok(news)) = &shapes
        && let ([one], [other]) = (olds.as_slice(), news.as_slice())
        && depth < 16
    {
        match (&one.kind, &other.kind) {
            (Kind::Object(one), Kind::Object(other)) => {
                of_objects((one, old.1), (other, new.1), path, depth, told);
            }
            (Kind::List(one), Kind::List(other))
                if one.prefix.is_empty() && other.prefix.is_empty() =>
            {
                let path = format!("{path}[]");
                tell((&one.items, old.1), (&other.items, new.1), &path, depth + 1, told);
            }
            _ => {}
        }
    }
    if told.len() > before {
        return;
    }
    let at = if path.is_empty() { "it".to_owned() } else { format!("`{path}`") };
    let (was, is) = (named(old.0, old.1, 0), named(new.0, new.1, 0));
    let (default_was, default_is) = (old.0.get("default"), new.0.get("default"));
    told.push(if was != is {
        format!("{at} was {was}, is {is}")
    } else if default_was != default_is {
        let shown = |default: Option<&Value>| default.map_or("none".to_owned(), Value::to_string);
        format!("the default of {at} was {}, is {}", shown(default_was), shown(default_is))
    } else {
        format!("the schema of {at} is another")
    });
}

fn of_objects(
    (old, old_side): (&Object, Side<'_>),
    (new, new_side): (&Object, Side<'_>),
    path: &str,
    depth: usize,
    told: &mut Vec<String>,
) {
    // What is read is open to more, and what is written is not.
    let required =
        |object: &Object, name: &String| match (object.required.contains(name), new_side.is_open) {
            (true, true) => "required",
            (false, true) => "optional",
            (true, false) => "always written",
            (false, false) => "left out at times",
        };
    for (name, schema) in &old.properties {
        let path = member(path, name);
        match new.properties.get(name) {
            Some(other) => {
                let (was, is) = (required(old, name), required(new, name));
                if was != is {
                    told.push(format!("`{path}` was {was}, is {is}"));
                }
                tell((schema, old_side), (other, new_side), &path, depth + 1, told);
            }
            None => told.push(format!("`{path}` is gone")),
        }
    }
    for (name, schema) in &new.properties {
        if !old.properties.contains_key(name) {
            let (path, is) = (member(path, name), required(new, name));
            told.push(format!("`{path}` is new, {}, {is}", named(schema, new_side, 0)));
        }
    }
    let (was, is) = (old.others(old_side.is_open), new.others(new_side.is_open));
    match (&was, &is) {
        (Value::Bool(true), Value::Bool(false)) => {
            told.push("members that are not known are refused".to_owned());
        }
        (Value::Bool(false), Value::Bool(true)) => {
            told.push("members that are not known are no longer refused".to_owned());
        }
        _ => tell((&was, old_side), (&is, new_side), &member(path, "*"), depth + 1, told),
    }
}

/// The alternatives in words.
pub(super) fn names(shapes: &[Shape], side: Side<'_>) -> String {
    alternatives(shapes, side, 1)
}

/// A shape in words.
pub(super) fn name(shape: &Shape, side: Side<'_>) -> String {
    of_shape(shape, side, 1)
}

fn named(schema: &Value, side: Side<'_>, depth: usize) -> String {
    let reference = schema.get("$ref").and_then(Value::as_str);
    if let Some((name, _)) = reference.and_then(|reference| side.resolve(reference)) {
        return format!("`{name}`");
    }
    match apart(schema, side) {
        Ok(shapes) => alternatives(&shapes, side, depth),
        Err(why) => why,
    }
}

fn alternatives(shapes: &[Shape], side: Side<'_>, depth: usize) -> String {
    let told = shapes.iter().take(DIFFERENCES).map(|shape| of_shape(shape, side, depth));
    let mut names: Vec<_> = told.collect();
    names.dedup();
    if shapes.len() > DIFFERENCES {
        names.push(format!("{} others", shapes.len() - DIFFERENCES));
    }
    if names.is_empty() { "nothing".to_owned() } else { names.join(" or ") }
}

fn of_shape(shape: &Shape, side: Side<'_>, depth: usize) -> String {
    let within = |schema: &Value| match depth < DEPTH {
        true => named(schema, side, depth + 1),
        false => "..".to_owned(),
    };
    match &shape.kind {
        Kind::Any => "anything".to_owned(),
        Kind::Null => "null".to_owned(),
        Kind::Bool(None) => "a boolean".to_owned(),
        Kind::Bool(Some(value)) => value.to_string(),
        Kind::Integer(integers) => range(integers),
        Kind::Number(Float::Double) => "a number".to_owned(),
        Kind::Number(Float::Single) => "f32".to_owned(),
        Kind::Text(texts) => text(texts),
        Kind::List(List { prefix, items, max, .. }) => match max {
            Some(max) if !prefix.is_empty() => {
                let items =
                    prefix.iter().take(DIFFERENCES).map(within).collect::<Vec<_>>().join(", ");
                format!("a list of {max}: {items}")
            }
            _ => format!("a list of {}", within(items)),
        },
        Kind::Object(object) => match &object.additional {
            Some(values) if object.properties.is_empty() && *values != Value::Bool(false) => {
                format!("a map of {}", within(values))
            }
            _ => {
                let members = object.properties.iter().take(DIFFERENCES).map(|(name, schema)| {
                    let tag = schema.get("const").and_then(Value::as_str);
                    tag.map_or_else(|| format!("`{name}`"), |tag| format!("`{name}` \"{tag}\""))
                });
                let members: Vec<_> = members.collect();
                match members.as_slice() {
                    [] => "an object".to_owned(),
                    members => format!("an object with {}", members.join(", ")),
                }
            }
        },
    }
}

pub(super) fn range(integers: &Range) -> String {
    let known: [(&str, i128, i128); 8] = [
        ("u8", 0, u8::MAX.into()),
        ("u16", 0, u16::MAX.into()),
        ("u32", 0, u32::MAX.into()),
        ("u64", 0, u64::MAX.into()),
        ("i8", i8::MIN.into(), i8::MAX.into()),
        ("i16", i16::MIN.into(), i16::MAX.into()),
        ("i32", i32::MIN.into(), i32::MAX.into()),
        ("i64", i64::MIN.into(), i64::MAX.into()),
    ];
    match (integers.min, integers.max) {
        (Some(min), Some(max)) if min == max => min.to_string(),
        (Some(min), Some(max)) => known
            .iter()
            .find(|(_, from, to)| (*from, *to) == (min, max))
            .map_or_else(|| format!("an integer from {min} to {max}"), |it| it.0.to_owned()),
        (Some(min), None) => format!("an integer from {min}"),
        (None, Some(max)) => format!("an integer up to {max}"),
        (None, None) => "an integer".to_owned(),
    }
}

pub(super) fn text(text: &Text) -> String {
    if let Some(only) = &text.only {
        return listed(only);
    }
    let mut words = "a string".to_owned();
    if let Some(format) = &text.format {
        words.push_str(&format!(" in the format `{format}`"));
    }
    if (text.min, text.max) != (0, None) {
        words.push_str(&format!(" of {}", length(text.min, text.max, "characters")));
    }
    if !text.except.is_empty() {
        words.push_str(&format!(" other than {}", listed(&text.except)));
    }
    words
}

pub(super) fn listed(texts: &BTreeSet<String>) -> String {
    let texts: Vec<_> = texts.iter().map(|text| format!("{text:?}")).collect();
    texts.join(" or ")
}
