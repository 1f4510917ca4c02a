//! Whose part of a call is how large.

use std::ops::{Add, Mul, Sub};

use serde::Serialize;

use crate::bench::counted::Step;

/// A cost of every kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(super) struct Share {
    pub(super) instructions: f64,
    pub(super) nanoseconds: f64,
    pub(super) blocks: f64,
    pub(super) bytes: f64,
}

/// Those of a call of one size.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct Shares {
    pub(super) size: u32,
    call: Share,
    client_alone: Share,
    driver: Share,
    json: Share,
}

/// Of the steps of the program `dispatch`.
pub(super) fn of(steps: &[Step]) -> Vec<Shares> {
    let mut all: Vec<Shares> = Vec::new();
    for step in steps {
        if all.last().is_none_or(|last| last.size != step.size) {
            all.push(Shares { size: step.size, ..Shares::default() });
        }
        let Some(shares) = all.last_mut() else { continue };
        let share = Share::of(step);
        match &*step.name {
            "call" => shares.call = share,
            "call, the client alone" => shares.client_alone = share,
            "its driver" => shares.driver = share,
            "its JSON" => shares.json = share,
            _ => {}
        }
    }
    all
}

impl Shares {
    /// What the tables show, in their order.
    pub(super) fn rows(&self) -> [(&'static str, Share); 7] {
        let Self { call, client_alone, driver, json, .. } = *self;
        let ours = call - driver - json;
        // Of either, the client has a half: one message out and one in, an argument and a result.
        let client = client_alone - (driver + json) * 0.5;
        [
            ("call", call),
            ("call, the client alone", client_alone),
            ("its driver", driver),
            ("its JSON", json),
            ("ours", ours),
            ("ours, client", client),
            ("ours, server", ours - client),
        ]
    }
}

impl Share {
    fn of(step: &Step) -> Self {
        Self {
            instructions: step.instructions,
            nanoseconds: step.nanoseconds.unwrap_or_default(),
            blocks: step.blocks.unwrap_or_default(),
            bytes: step.bytes.unwrap_or_default(),
        }
    }

    fn with(self, other: Self, both: impl Fn(f64, f64) -> f64) -> Self {
        Self {
            instructions: both(self.instructions, other.instructions),
            nanoseconds: both(self.nanoseconds, other.nanoseconds),
            blocks: both(self.blocks, other.blocks),
            bytes: both(self.bytes, other.bytes),
        }
    }
}

impl Add for Share {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        self.with(other, |one, other| one + other)
    }
}

impl Sub for Share {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self.with(other, |one, other| one - other)
    }
}

impl Mul<f64> for Share {
    type Output = Self;

    fn mul(self, factor: f64) -> Self {
        self.with(self, |one, _| one * factor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_and_server_are_together_what_is_ours() {
        let step = |name: &str, instructions| Step {
            name: name.to_owned(),
            instructions,
            ..Step::default()
        };
        let steps = [
            step("call", 100.0),
            step("call, the client alone", 50.0),
            step("its driver", 10.0),
            step("its JSON", 20.0),
        ];
        let [shares] = &*of(&steps) else { panic!("one size") };
        let rows = shares.rows().map(|(name, share)| (name, share.instructions));
        assert_eq!(rows[4..], [("ours", 70.0), ("ours, client", 35.0), ("ours, server", 35.0)]);
    }
}
