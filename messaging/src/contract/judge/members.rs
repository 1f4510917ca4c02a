//! Objects: structs, maps, variants.

use std::collections::BTreeMap;

use serde_json::Value;

use super::fits::{Finding, Fitting, unknown, wrong};
use super::shape::Object;

impl Fitting<'_> {
    pub(super) fn objects(&mut self, writer: &Object, reader: &Object, path: &str) -> Vec<Finding> {
        let mut findings = Vec::new();
        let names = names(reader, self.reader.is_open);
        let (writes, reads) = (self.writes, self.reads);
        for required in &reader.required {
            // `x-aliases` gives a member other names.
            let mut known = names.iter().filter(|(_, name)| **name == required).map(|it| *it.0);
            if known.clone().any(|name| writer.required.contains(name)) {
                continue;
            }
            let why = match known.find(|name| writer.properties.contains_key(*name)) {
                Some(_) => format!("{writes} may leave it out, {reads} requires it"),
                None => format!("{reads} requires it, {writes} does not write it"),
            };
            findings.push(wrong(&member(path, required), why));
        }

        let others = reader.others(self.reader.is_open);
        for (name, schema) in &writer.properties {
            let path = member(path, name);
            match names.get(name.as_str()).and_then(|name| reader.properties.get(*name)) {
                Some(read) => findings.extend(self.schema(schema, read, &path)),
                None if !reader.patterns.is_empty() => {
                    let why = format!("{reads} reads members by a pattern of their names");
                    findings.push(unknown(&path, why));
                }
                None => findings.extend(self.other(schema, &others, &path)),
            }
        }

        if others == Value::Bool(true) {
            findings.extend(self.renamed(writer, reader, &names, path));
        }

        for (pattern, schema) in &writer.patterns {
            let path = member(path, "*");
            match reader.patterns.get(pattern) {
                Some(read) => findings.extend(self.schema(schema, read, &path)),
                None if !reader.patterns.is_empty() => {
                    let why = format!("{reads} reads members by another pattern of their names");
                    findings.push(unknown(&path, why));
                }
                None => findings.extend(self.any_member(schema, writer, reader, &others, &path)),
            }
        }
        let written = writer.others(self.writer.is_open);
        if written != Value::Bool(false) {
            let path = member(path, "*");
            if !reader.patterns.is_empty() {
                let why = format!("{reads} reads members by a pattern of their names");
                findings.push(wrong(&path, why));
            }
            findings.extend(self.any_member(&written, writer, reader, &others, &path));
        }
        findings
    }

    /// A member that the reader skips, and one of the same values that it takes as not given: if
    /// they are one, its value is lost, and nobody says so.
    fn renamed(
        &mut self,
        writer: &Object,
        reader: &Object,
        names: &BTreeMap<&str, &String>,
        path: &str,
    ) -> Vec<Finding> {
        let is_written = |name: &String| {
            names.iter().any(|(known, it)| *it == name && writer.properties.contains_key(*known))
        };
        let skipped: Vec<_> = writer
            .properties
            .iter()
            .filter(|(name, _)| !names.contains_key(name.as_str()))
            .collect();
        let defaulted = reader.properties.iter().filter(|(name, _)| !is_written(name));
        let defaulted: Vec<_> =
            defaulted.filter(|(it, _)| !reader.required.contains(*it)).collect();
        let mut findings = Vec::new();
        for (old, written) in skipped {
            for (new, read) in &defaulted {
                if self.schema(written, read, path).is_empty() {
                    let (writes, reads) = (self.writes, self.reads);
                    let why = format!(
                        "{writes} writes it, {reads} does not know it and takes the default of \
                         `{new}`: if that is its new name, its value is lost"
                    );
                    findings.push(unknown(&member(path, old), why));
                }
            }
        }
        findings
    }

    /// A member of any name, as of a map, may be one that the reader knows.
    fn any_member(
        &mut self,
        schema: &Value,
        writer: &Object,
        reader: &Object,
        others: &Value,
        path: &str,
    ) -> Vec<Finding> {
        let mut findings = self.other(schema, others, path);
        for (name, read) in &reader.properties {
            if !writer.properties.contains_key(name) {
                findings.extend(self.schema(schema, read, path));
            }
        }
        findings
    }

    /// A member that the reader does not name.
    fn other(&mut self, schema: &Value, others: &Value, path: &str) -> Vec<Finding> {
        match others {
            Value::Bool(true) => Vec::new(),
            Value::Bool(false) if *schema != Value::Bool(false) => {
                let (writes, reads) = (self.writes, self.reads);
                let why =
                    format!("{writes} writes it, {reads} refuses members that it does not know");
                vec![wrong(path, why)]
            }
            others => self.schema(schema, others, path),
        }
    }
}

/// By every name that the reader takes, the name of the member.
fn names(reader: &Object, has_aliases: bool) -> BTreeMap<&str, &String> {
    let mut names = BTreeMap::new();
    for (name, schema) in &reader.properties {
        let aliases = schema.get("x-aliases").filter(|_| has_aliases).and_then(Value::as_array);
        let aliases = aliases.into_iter().flatten();
        names.extend(aliases.filter_map(Value::as_str).map(|alias| (alias, name)));
    }
    names.extend(reader.properties.keys().map(|name| (name.as_str(), name)));
    names.extend(reader.required.iter().map(|name| (name.as_str(), name)));
    names
}

pub(super) fn member(path: &str, name: &str) -> String {
    format!("{path}.{name}")
}
