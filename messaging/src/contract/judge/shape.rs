//! What a schema is made of: shapes, each of one type of JSON.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::budget::nodes;

/// One of the alternatives of a schema.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shape {
    pub(super) kind: Kind,
    /// Keywords that restrict it in a way that is not understood here.
    pub(super) opaque: BTreeMap<String, Value>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Any,
    Null,
    /// Both, or the one.
    Bool(Option<bool>),
    Integer(Range),
    Number(Float),
    Text(Text),
    List(List),
    Object(Object),
}

/// A float of 64 bits, which is also what has no format, or one of 32.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Float {
    Single,
    Double,
}

impl Float {
    /// Up to where it holds every integer.
    pub(super) const fn integers(self) -> i128 {
        match self {
            Self::Single => 1 << f32::MANTISSA_DIGITS,
            Self::Double => 1 << f64::MANTISSA_DIGITS,
        }
    }
}

/// The integers from the one to the other; none has no end.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Range {
    pub(super) min: Option<i128>,
    pub(super) max: Option<i128>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Text {
    /// The only texts, if there are such.
    pub(super) only: Option<BTreeSet<String>>,
    /// Texts that are none of them: those that another alternative takes.
    pub(super) except: BTreeSet<String>,
    pub(super) format: Option<String>,
    /// In characters.
    pub(super) min: u64,
    pub(super) max: Option<u64>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct List {
    /// The first items, each by its own schema.
    pub(super) prefix: Vec<Value>,
    /// All others.
    pub(super) items: Value,
    pub(super) min: u64,
    pub(super) max: Option<u64>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Object {
    pub(super) properties: BTreeMap<String, Value>,
    pub(super) required: BTreeSet<String>,
    /// Members whose names match.
    pub(super) patterns: BTreeMap<String, Value>,
    /// All others, where the schema says.
    pub(super) additional: Option<Value>,
}

impl Shape {
    pub(super) const fn new(kind: Kind) -> Self {
        Self { kind, opaque: BTreeMap::new() }
    }

    /// How much there is to look at, and to copy.
    pub(super) fn weight(&self) -> usize {
        let all = |values: &BTreeMap<String, Value>| values.values().map(nodes).sum::<usize>();
        1 + all(&self.opaque)
            + match &self.kind {
                Kind::Text(text) => text.only.as_ref().map_or(0, BTreeSet::len) + text.except.len(),
                Kind::List(list) => {
                    list.prefix.iter().map(nodes).sum::<usize>() + nodes(&list.items)
                }
                Kind::Object(object) => {
                    let others = object.additional.as_ref().map_or(0, nodes);
                    let members = all(&object.properties) + all(&object.patterns);
                    members + object.required.len() + others
                }
                Kind::Any | Kind::Null | Kind::Bool(_) | Kind::Integer(_) | Kind::Number(_) => 0,
            }
    }
}

impl List {
    /// The schema of the item at `index`.
    pub(super) fn item(&self, index: usize) -> &Value {
        self.prefix.get(index).unwrap_or(&self.items)
    }
}

impl Object {
    /// All other members, none of them or any of them where the schema does not say.
    pub(super) fn others(&self, is_open: bool) -> Value {
        self.additional.clone().unwrap_or(Value::Bool(is_open))
    }
}
