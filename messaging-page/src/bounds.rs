//! How much of a peer's contract is looked at.

use messaging::contract::{Contract, Errors, Schema};
use serde_json::Value;

/// The longest text of contracts that is read, in bytes.
pub(crate) const TEXT: usize = 16 << 20;

/// The most APIs in one document.
pub(crate) const APIS: usize = 200;

/// How deep a schema is followed: what is deeper is any value.
pub(crate) const DEPTH: usize = 32;

/// The longest documentation of one thing that is shown, in bytes.
pub(crate) const DOCS: usize = 64 << 10;

/// The longest name and the longest line that is shown, in characters.
pub(crate) const NAME: usize = 255;

/// The most of everything in all APIs together: a page of more is of no use to anybody, and what
/// makes it is a peer that means harm.
const MOST: [(&str, usize); 5] = [
    ("methods", 2000),
    ("parameters", 20_000),
    ("errors", 20_000),
    ("types", 5000),
    ("values in schemas", 300_000),
];

/// What there is too much of, how much of it, and how much would do.
pub(crate) fn excess(contracts: &[Contract]) -> Option<(&'static str, usize, usize)> {
    if contracts.len() > APIS {
        return Some(("APIs", contracts.len(), APIS));
    }
    let mut counts = [0usize; MOST.len()];
    for contract in contracts {
        counts[0] += contract.methods.len();
        counts[3] += contract.types.len();
        counts[4] += contract.types.values().map(size).sum::<usize>();
        for method in &contract.methods {
            counts[1] += method.params.len();
            let params = method.params.iter().filter_map(|param| param.schema.as_ref());
            counts[4] += params.chain(&method.result).map(size).sum::<usize>();
            let Some(Errors::Classes(classes)) = &method.errors else { continue };
            counts[2] += classes.len();
            for class in classes {
                let fields = class.args.iter().chain(class.kwargs.values());
                counts[4] += fields.map(|field| size(&field.schema)).sum::<usize>();
            }
        }
    }
    let mut all = MOST.iter().zip(counts);
    all.find(|((_, most), count)| count > most).map(|((what, most), count)| (*what, count, *most))
}

fn size(schema: &Schema) -> usize {
    nodes(&schema.read, DEPTH) + nodes(&schema.written, DEPTH)
}

fn nodes(value: &Value, depth: usize) -> usize {
    let Some(depth) = depth.checked_sub(1) else { return 1 };
    1 + match value {
        Value::Array(items) => items.iter().map(|item| nodes(item, depth)).sum(),
        Value::Object(members) => members.values().map(|member| nodes(member, depth)).sum(),
        _ => 0,
    }
}

/// The start of a text, at a letter's end.
pub(crate) fn start(text: &str, bytes: usize) -> &str {
    if text.len() <= bytes {
        return text;
    }
    let end = (0..=bytes).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    &text[..end]
}

/// A name or a line as it is shown: of one that is too long the start.
pub(crate) fn shown(text: &str) -> String {
    match text.char_indices().nth(NAME) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
