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

        findings.extend(self.doubled(writer, &names, path));
        let others = reader.others(self.reader.is_open);
        if self.writer.is_accepted {
            findings.extend(self.accepted(writer, &names, &others, path));
        }
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

    /// Members that the reader takes for one, by its other names: serde refuses both at once.
    fn doubled(
        &self,
        writer: &Object,
        names: &BTreeMap<&str, &String>,
        path: &str,
    ) -> Vec<Finding> {
        let is_any = writer.others(self.writer.is_open) != Value::Bool(false);
        let mut written: BTreeMap<&String, Vec<&str>> = BTreeMap::new();
        for (name, member) in names {
            if is_any || writer.properties.contains_key(*name) {
                written.entry(member).or_default().push(name);
            }
        }
        let doubled = written.into_iter().filter(|(_, written)| written.len() > 1);
        let wrong = |(name, written): (&String, Vec<&str>)| {
            let why = format!(
                "{} may write {}, {} takes them for one member and refuses it twice",
                self.writes,
                written.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(" and "),
                self.reads,
            );
            wrong(&member(path, name), why)
        };
        doubled.map(wrong).collect()
    }

    /// What a reader takes beside the members that it names by their first names: the other names
    /// of them, and members that it skips.
    fn accepted(
        &self,
        old: &Object,
        names: &BTreeMap<&str, &String>,
        others: &Value,
        path: &str,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (name, schema) in &old.properties {
            for alias in aliases(schema) {
                if names.get(alias).is_none() || names.get(alias) != names.get(name.as_str()) {
                    let why = format!("{} no longer takes it for `{name}`", self.reads);
                    findings.push(wrong(&member(path, alias), why));
                }
            }
        }
        if old.additional.is_none() && *others == Value::Bool(false) {
            let why = format!("{} refuses members that were skipped", self.reads);
            findings.push(unknown(&member(path, "*"), why));
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
        if has_aliases {
            names.extend(aliases(schema).map(|alias| (alias, name)));
        }
    }
    names.extend(reader.properties.keys().map(|name| (name.as_str(), name)));
    names.extend(reader.required.iter().map(|name| (name.as_str(), name)));
    names
}

/// The other names of a member.
fn aliases(schema: &Value) -> impl Iterator<Item = &str> {
    let aliases = schema.get("x-aliases").and_then(Value::as_array);
    aliases.into_iter().flatten().filter_map(Value::as_str)
}

pub(super) fn member(path: &str, name: &str) -> String {
    format!("{path}.{name}")
}
