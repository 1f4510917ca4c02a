//! Whether what one side writes fits what the other reads.

use serde_json::Value;

use super::apart::apart;
use super::shape::{Kind, Shape};
use super::side::Side;
use super::words::{name, names};

/// How deep schemas may stand within each other.
const DEPTH: usize = 64;

/// Something that does not fit, or that could not be judged.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) struct Finding {
    /// Where within the value: `.hosts[].name`.
    pub(in super::super) path: String,
    /// False if it may fit.
    pub(in super::super) is_judged: bool,
    pub(in super::super) why: String,
}

/// What of the values that `writer` writes `reader` does not take. `roles` name the two, as in
/// "the old client" and "the new server".
pub(in super::super) fn fits(
    writer: (&Value, Side<'_>),
    reader: (&Value, Side<'_>),
    roles: (&str, &str),
) -> Vec<Finding> {
    let mut fitting = Fitting {
        writer: writer.1,
        reader: reader.1,
        writes: roles.0,
        reads: roles.1,
        under_way: Vec::new(),
    };
    fitting.schema(writer.0, reader.0, "")
}

pub(super) struct Fitting<'a> {
    pub(super) writer: Side<'a>,
    pub(super) reader: Side<'a>,
    pub(super) writes: &'a str,
    pub(super) reads: &'a str,
    /// What is being looked at further out: where it comes back to itself, it fits if all else
    /// does.
    under_way: Vec<(Value, Value)>,
}

impl Fitting<'_> {
    pub(super) fn schema(&mut self, writer: &Value, reader: &Value, path: &str) -> Vec<Finding> {
        if !self.writer.budget.spend(1) || self.under_way.len() > DEPTH {
            return vec![unknown(path, "its schema is too large to be compared".to_owned())];
        }
        if self.under_way.iter().any(|(w, r)| w == writer && r == reader) {
            return Vec::new();
        }
        let (written, read) = match (apart(writer, self.writer), apart(reader, self.reader)) {
            (Ok(written), Ok(read)) => (written, read),
            (Err(why), _) | (_, Err(why)) => return vec![unknown(path, why)],
        };
        if !self.writer.budget.spend(written.len().saturating_mul(read.len())) {
            return vec![unknown(path, "its schema is too large to be compared".to_owned())];
        }
        self.under_way.push((writer.clone(), reader.clone()));
        let mut findings = Vec::new();
        for shape in written.iter().flat_map(one_by_one) {
            findings.extend(self.alternative(&shape, &read, path));
        }
        self.under_way.pop();
        findings
    }

    /// Whether one of the writer's alternatives fits one of the reader's; if none, what keeps it
    /// from the one that is most like it.
    fn alternative(&mut self, writer: &Shape, read: &[Shape], path: &str) -> Vec<Finding> {
        let mut nearest: Option<Vec<Finding>> = None;
        let is_choice = read.iter().filter(|it| is_alike(&writer.kind, &it.kind)).count() > 1;
        for reader in read {
            let findings = self.shape(writer, reader, path);
            if findings.is_empty() {
                return findings;
            }
            let is_open = findings.iter().all(|finding| !finding.is_judged);
            let is_near = is_open || !is_choice || same_tag(writer, reader);
            if is_alike(&writer.kind, &reader.kind) && is_near {
                let doubt = |it: &Vec<Finding>| it.iter().filter(|it| it.is_judged).count();
                if nearest.as_ref().is_none_or(|nearest| doubt(&findings) < doubt(nearest)) {
                    nearest = Some(findings);
                }
            }
        }
        nearest.unwrap_or_else(|| {
            let why = format!(
                "{} writes {}, {} reads {}",
                self.writes,
                name(writer, self.writer),
                self.reads,
                names(read, self.reader),
            );
            vec![wrong(path, why)]
        })
    }

    fn shape(&mut self, writer: &Shape, reader: &Shape, path: &str) -> Vec<Finding> {
        let mut findings = match (&writer.kind, &reader.kind) {
            (_, Kind::Any) | (Kind::Null, Kind::Null) => Vec::new(),
            (Kind::Number(_) | Kind::Integer(_), Kind::Number(reader)) => {
                self.floats(&writer.kind, *reader, path)
            }
            (Kind::Any, _) if !writer.opaque.is_empty() => {
                let keywords: Vec<_> = writer.opaque.keys().map(|it| format!("`{it}`")).collect();
                vec![unknown(path, format!("{} is not understood", keywords.join(", ")))]
            }
            (Kind::Bool(writer), Kind::Bool(reader)) => self.unless(
                reader.is_none() || writer == reader,
                path,
                "only one of true and false",
            ),
            (Kind::Integer(writer), Kind::Integer(reader)) => self.integers(writer, reader, path),
            (Kind::Text(writer), Kind::Text(reader)) => self.texts(writer, reader, path),
            (Kind::List(writer), Kind::List(reader)) => self.lists(writer, reader, path),
            (Kind::Object(writer), Kind::Object(reader)) => self.objects(writer, reader, path),
            _ => {
                let (written, read) = (name(writer, self.writer), name(reader, self.reader));
                let (writes, reads) = (self.writes, self.reads);
                vec![wrong(path, format!("{writes} writes {written}, {reads} reads {read}"))]
            }
        };
        for (keyword, value) in &reader.opaque {
            if writer.opaque.get(keyword) != Some(value) {
                let why = format!("`{keyword}` of {} is not understood", self.reads);
                findings.push(unknown(path, why));
            }
        }
        findings
    }

    /// A finding unless it `fits`: `reads` is what the reader reads.
    pub(super) fn unless(&self, fits: bool, path: &str, reads: &str) -> Vec<Finding> {
        if fits {
            return Vec::new();
        }
        vec![wrong(
            path,
            format!("{} reads {reads}, and {} may write more", self.reads, self.writes),
        )]
    }
}

pub(super) fn wrong(path: &str, why: String) -> Finding {
    Finding { path: path.to_owned(), is_judged: true, why }
}

pub(super) fn unknown(path: &str, why: String) -> Finding {
    Finding { path: path.to_owned(), is_judged: false, why }
}

/// Texts that are listed each by itself, since different alternatives may take them.
fn one_by_one(shape: &Shape) -> Vec<Shape> {
    let texts = match &shape.kind {
        Kind::Text(text) => text.only.as_ref().map(|only| (text, only)),
        _ => None,
    };
    let Some((text, only)) = texts else { return vec![shape.clone()] };
    let each = only.iter().map(|one| {
        let mut text = text.clone();
        text.only = Some([one.clone()].into());
        Shape { kind: Kind::Text(text), opaque: shape.opaque.clone() }
    });
    each.collect()
}

fn is_alike(writer: &Kind, reader: &Kind) -> bool {
    matches!(
        (writer, reader),
        (_, Kind::Any)
            | (Kind::Null, Kind::Null)
            | (Kind::Bool(_), Kind::Bool(_))
            | (Kind::Integer(_) | Kind::Number(_), Kind::Integer(_) | Kind::Number(_))
            | (Kind::Text(_), Kind::Text(_))
            | (Kind::List(_), Kind::List(_))
            | (Kind::Object(_), Kind::Object(_))
    )
}

/// Whether two objects are the same variant of an enum, as far as their tags say: a member that
/// holds one text, or the one member that there is.
fn same_tag(writer: &Shape, reader: &Shape) -> bool {
    let (Kind::Object(writer), Kind::Object(reader)) = (&writer.kind, &reader.kind) else {
        return false;
    };
    let mut tags = reader.properties.iter().filter(|(_, schema)| schema.get("const").is_some());
    let Some((name, tag)) = tags.next() else {
        return writer.properties.keys().eq(reader.properties.keys());
    };
    writer.properties.get(name).is_some_and(|own| own.get("const") == tag.get("const"))
}
