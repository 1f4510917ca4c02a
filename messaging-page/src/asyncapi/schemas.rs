//! The types of a contract as components of the document.

use std::collections::{BTreeMap, BTreeSet};

use messaging::contract::{Contract, Schema};
use serde_json::{Map, Value};

use super::rewrite::rewrite;
use crate::bounds::{DEPTH, shown};
use crate::schema::referred;
use crate::unique::Unique;

/// Which end of the wire a schema is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// What a server reads: arguments.
    Read,
    /// What a server writes: results and errors.
    Written,
}

/// The keys of a contract's types, for each end.
#[derive(Debug)]
pub(super) struct Schemas(BTreeMap<String, Keys>);

#[derive(Debug)]
struct Keys {
    read: String,
    written: String,
}

impl Schemas {
    pub(super) fn of(contract: &Contract, prefix: &str, taken: &mut Unique) -> Self {
        let differing = differing(contract);
        let keys = contract.types.keys().map(|name| {
            let shown = format!("{prefix}{}", shown(name));
            let key = taken.name(&shown);
            let written = match differing.contains(name.as_str()) {
                true => taken.name(&format!("{shown}.written")),
                false => key.clone(),
            };
            (name.clone(), Keys { read: key, written })
        });
        Self(keys.collect())
    }

    /// Adds the types to the document's.
    pub(super) fn write(&self, contract: &Contract, schemas: &mut Map<String, Value>) {
        for (name, keys) in &self.0 {
            let Some(schema) = contract.types.get(name) else { continue };
            for (key, end) in [(&keys.read, End::Read), (&keys.written, End::Written)] {
                if !schemas.contains_key(key) {
                    schemas.insert(key.clone(), self.schema(schema, end));
                }
            }
        }
    }

    /// A schema of the contract in the document's words.
    pub(super) fn schema(&self, schema: &Schema, end: End) -> Value {
        let schema = match end {
            End::Read => &schema.read,
            End::Written => &schema.written,
        };
        rewrite(schema, &|name| {
            let keys = self.0.get(name)?;
            let key = if end == End::Read { &keys.read } else { &keys.written };
            Some(format!("#/components/schemas/{key}"))
        })
    }
}

/// The types that are read otherwise than they are written, in themselves or in what they refer to.
fn differing(contract: &Contract) -> BTreeSet<&str> {
    let mut users: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let mut differing = BTreeSet::new();
    let mut new = Vec::new();
    for (name, schema) in &contract.types {
        if schema.read != schema.written {
            new.push(name.as_str());
        }
        each_reference(&schema.read, DEPTH, &mut |to| {
            users.entry(to).or_default().push(name.as_str());
        });
    }
    while let Some(name) = new.pop() {
        if differing.insert(name) {
            new.extend(users.get(name).into_iter().flatten());
        }
    }
    differing
}

fn each_reference(schema: &Value, depth: usize, found: &mut dyn FnMut(String)) {
    let Some(depth) = depth.checked_sub(1) else { return };
    if let Some(name) = referred(schema) {
        found(name);
    }
    match schema {
        Value::Array(items) => items.iter().for_each(|item| each_reference(item, depth, found)),
        Value::Object(members) => {
            members.values().for_each(|member| each_reference(member, depth, found));
        }
        _ => {}
    }
}
