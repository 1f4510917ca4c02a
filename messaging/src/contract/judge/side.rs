//! Where a schema comes from, so that its references lead somewhere.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::Schema;
use super::budget::Budget;

/// One half of the schemas of one contract.
#[derive(Clone, Copy)]
pub(in super::super) struct Side<'a> {
    types: &'a BTreeMap<String, Schema>,
    half: Half,
    pub(super) budget: &'a Budget,
    /// Whether members that are not named are there, where the schema does not say.
    pub(super) is_open: bool,
    /// Whether it is what a reader accepts, asked for as if it were written.
    pub(super) is_accepted: bool,
}

/// What serde writes, or what it reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Half {
    Written,
    Read,
}

impl<'a> Side<'a> {
    /// Serde writes no other members than those named, and skips what it does not know.
    pub(in super::super) const fn new(
        types: &'a BTreeMap<String, Schema>,
        half: Half,
        budget: &'a Budget,
    ) -> Self {
        Self { types, half, budget, is_open: matches!(half, Half::Read), is_accepted: false }
    }

    /// Everything that the reader accepts, of the members that it names, as a writer of it all.
    pub(in super::super) const fn accepted(self) -> Self {
        Self { is_open: false, is_accepted: true, ..self }
    }

    /// How many types there are.
    pub(super) fn len(&self) -> usize {
        self.types.len()
    }

    /// The half of a schema that is meant.
    pub(in super::super) fn of<'b>(&self, schema: &'b Schema) -> &'b Value {
        match self.half {
            Half::Written => &schema.written,
            Half::Read => &schema.read,
        }
    }

    /// What `#/$defs/NAME` refers to, and the name.
    pub(super) fn resolve<'b>(&self, reference: &'b str) -> Option<(&'b str, &'a Value)> {
        let name = reference.strip_prefix("#/$defs/")?;
        // A JSON pointer, in which two characters are written as two.
        let schema = match name.contains('~') {
            true => self.types.get(&name.replace("~1", "/").replace("~0", "~")),
            false => self.types.get(name),
        };
        Some((name, self.of(schema?)))
    }
}
