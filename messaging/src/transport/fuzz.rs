//! What a fuzzer gives to this folder: see `targets`.

use std::sync::Arc;

use serde_json::json;

use super::correlation::{Answered, Correlation, closed};
use super::pending::Pending;
use crate::driver::Notes;
use crate::wire::{Form, Id, MaxSize};

/// How many calls there are at once.
const CALLS: usize = 4;

/// The longest reply that is read.
const LONGEST: usize = 1 << 10;

/// Calls that begin, give up and end, and the replies of a peer who sends what it likes as often as
/// it likes: each call has the answer that came for it while it waited, and no other, and the table is
/// empty when all are gone. Two bytes are one step: what is done, and to which call.
pub(crate) fn replies(steps: &[u8]) {
    let correlation =
        Arc::new(Correlation::default().with_max_size(MaxSize::new(LONGEST, Form::Enveloped)));
    let mut calls: [Model; CALLS] = Default::default();
    let mut late = 0;
    for (step, bytes) in steps.chunks_exact(2).enumerate() {
        let &[what, which] = bytes else { continue };
        let which = usize::from(which) % CALLS;
        let id = format!("{which:032x}");
        let deliver = |body: &[u8]| correlation.deliver(body, Notes::default());
        let reply = |result: serde_json::Value, failure: Option<&str>, ending: bool| {
            let body =
                json!({"_msg_id": id, "result": result, "failure": failure, "ending": ending});
            correlation.deliver(body.to_string().as_bytes(), Notes::default());
        };
        let Some(call) = calls.get_mut(which) else { continue };
        match what % 12 {
            0 if call.pending.is_none() => {
                call.pending = Some(Pending::register(&correlation, Id::from(&*id), false));
            }
            1 => {
                reply(json!(step), None, true);
                call.ended(Expected::Result(step), &mut late);
            }
            2 => {
                reply(json!(null), Some(r#"{"class": "C", "message": "m"}"#), true);
                call.ended(Expected::Failure, &mut late);
            }
            3 => {
                reply(json!(step), None, false);
                match call.waits() {
                    true => call.early = Some(step),
                    false => late += 1,
                }
            }
            4 => reply(json!(null), None, false),
            5 => {
                reply(json!(null), None, true);
                let early = call.early.take();
                call.ended(early.map_or(Expected::Null, Expected::Result), &mut late);
            }
            // What cannot be read ends the call that it names, and counts as nothing else.
            6 => {
                deliver(format!(r#"{{"_msg_id": "{id}", "failure": []}}"#).as_bytes());
                call.told(Expected::Error);
            }
            7 => {
                let long = "x".repeat(LONGEST);
                deliver(format!(r#"{{"result": "{long}", "_msg_id": "{id}"}}"#).as_bytes());
                call.told(Expected::Error);
            }
            8 => *call = Model::default(),
            9 => {
                if let Some(pending) = std::mem::take(call).pending {
                    pending.not_delivered();
                }
            }
            10 => {
                correlation.fail_all(&closed());
                calls.iter_mut().for_each(|call| call.told(Expected::Error));
            }
            // Whatever the fuzzer has, too short to name a call of these.
            _ => {
                deliver(steps.get(..31).unwrap_or(steps));
                late = correlation.late();
            }
        }
        calls.iter_mut().for_each(Model::check);
        assert_eq!(correlation.late(), late);
    }
    drop(calls);
    assert!(!correlation.waits());
}

/// What is known of one call.
#[derive(Default)]
struct Model {
    pending: Option<Pending>,
    /// A result whose end is still to come.
    early: Option<usize>,
    expected: Option<Expected>,
    /// Whether it has had its answer.
    answered: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Expected {
    Result(usize),
    Null,
    Failure,
    Error,
}

impl Model {
    fn waits(&self) -> bool {
        self.pending.is_some() && self.expected.is_none() && !self.answered
    }

    /// Its last reply came; for a call that does not wait it is a late one.
    fn ended(&mut self, expected: Expected, late: &mut u64) {
        match self.waits() {
            true => self.expected = Some(expected),
            false => *late += 1,
        }
    }

    fn told(&mut self, expected: Expected) {
        if self.waits() {
            self.expected = Some(expected);
        }
    }

    fn check(&mut self) {
        let Some(pending) = &mut self.pending else { return };
        let answer = if self.answered { None } else { pending.answered() };
        let expected = self.expected.take();
        self.answered |= expected.is_some();
        assert_eq!(answer.map(seen), expected);
    }
}

fn seen(answered: Answered) -> Expected {
    match answered {
        Err(_) => Expected::Error,
        Ok(outcome) => match outcome.result {
            Err(_) => Expected::Failure,
            Ok(result) if result.is_null() => Expected::Null,
            Ok(result) => Expected::Result(result.read().expect("a number of ours")),
        },
    }
}
