//! How much is looked at while two contracts are compared: a peer may send a contract.

use std::cell::Cell;

use serde_json::Value;

/// In nodes of JSON, each as often as it is copied or compared, and in pairs of alternatives.
const STEPS: usize = 3_000_000;

/// What is left to be looked at.
#[derive(Debug)]
pub(in super::super) struct Budget(Cell<usize>);

impl Budget {
    pub(in super::super) const fn new() -> Self {
        Self(Cell::new(STEPS))
    }

    /// Whether there is enough of it.
    pub(super) fn spend(&self, steps: usize) -> bool {
        let left = self.0.get().checked_sub(steps);
        self.0.set(left.unwrap_or_default());
        left.is_some()
    }
}

/// How many values there are within one, and itself.
pub(in super::super) fn nodes(value: &Value) -> usize {
    let mut count = 0;
    let mut left = vec![value];
    while let Some(value) = left.pop() {
        count += 1;
        match value {
            Value::Array(items) => left.extend(items),
            Value::Object(members) => left.extend(members.values()),
            _ => {}
        }
    }
    count
}
