//! A call whose right answer is known.

use serde_json::{Value, json};

/// A call of a method of the fleet.
#[derive(Clone, Debug)]
pub(crate) enum Ask {
    Echo {
        value: String,
    },
    Add {
        a: i64,
        b: i64,
    },
    /// With the parameter that 2.6 brought.
    EchoTwice {
        value: String,
    },
    /// The method that 2.6 brought.
    Multiply {
        a: i64,
        b: i64,
    },
}

impl Ask {
    /// The call of this number, like no other; `newest` of what 2.6 brought as well.
    pub(crate) fn numbered(number: i64, newest: bool) -> Self {
        let value = || format!("{number}-{}", uuid::Uuid::new_v4().simple());
        let (a, b) = (number, 1_000_003 - 2 * number);
        match number % if newest { 4 } else { 2 } {
            0 => Self::Echo { value: value() },
            1 => Self::Add { a, b },
            2 => Self::EchoTwice { value: value() },
            _ => Self::Multiply { a, b },
        }
    }

    /// Whether it is of what 2.6 brought.
    pub(crate) fn is_new(&self) -> bool {
        matches!(self, Self::EchoTwice { .. } | Self::Multiply { .. })
    }

    /// The right answer.
    pub(crate) fn expected(&self) -> Value {
        match self {
            Self::Echo { value } => json!(value),
            Self::Add { a, b } => json!(a + b),
            Self::EchoTwice { value } => json!(value.repeat(2)),
            Self::Multiply { a, b } => json!(a * b),
        }
    }

    /// The method and its arguments, by name.
    pub(crate) fn by_name(&self) -> (&'static str, Value) {
        match self {
            Self::Echo { value } => ("echo", json!({"value": value})),
            Self::Add { a, b } => ("add", json!({"a": a, "b": b})),
            Self::EchoTwice { value } => ("echo", json!({"value": value, "twice": true})),
            Self::Multiply { a, b } => ("multiply", json!({"a": a, "b": b})),
        }
    }
}
