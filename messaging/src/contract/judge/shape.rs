//! What a schema is made of: shapes, each of one type of JSON.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

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
    Number,
    Text(Text),
    List(List),
    Object(Object),
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

    /// How much there is to look at.
    pub(super) fn weight(&self) -> usize {
        1 + match &self.kind {
            Kind::Text(text) => text.only.as_ref().map_or(0, BTreeSet::len) + text.except.len(),
            Kind::List(list) => list.prefix.len(),
            Kind::Object(object) => object.properties.len() + object.patterns.len(),
            Kind::Any | Kind::Null | Kind::Bool(_) | Kind::Integer(_) | Kind::Number => 0,
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
