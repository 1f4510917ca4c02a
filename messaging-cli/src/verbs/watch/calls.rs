//! Which reply belongs to which call, as far as both were seen.

use std::collections::{HashMap, VecDeque};
use std::time::Instant;

/// How many calls may wait for their replies; the oldest beyond that are forgotten.
const MOST: usize = 10_000;

/// A call that was seen, and its reply not.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    pub(super) method: String,
    pub(super) since: Instant,
}

/// The calls whose replies are waited for.
#[derive(Debug, Default)]
pub(super) struct Calls {
    waiting: HashMap<String, Waiting>,
    /// In the order in which they were seen; those that were answered stay until they are passed.
    order: VecDeque<String>,
    forgotten: u64,
}

impl Calls {
    pub(super) fn asked(&mut self, id: &str, method: &str, now: Instant) {
        let call = Waiting { method: method.to_owned(), since: now };
        if self.waiting.insert(id.to_owned(), call).is_none() {
            self.order.push_back(id.to_owned());
        }
        while self.waiting.len() > MOST || self.order.len() > 2 * MOST {
            let Some(oldest) = self.order.pop_front() else { return };
            if self.waiting.remove(&oldest).is_some() {
                self.forgotten += 1;
            }
        }
    }

    /// The call that waits for this.
    pub(super) fn waiting(&self, id: &str) -> Option<&Waiting> {
        self.waiting.get(id)
    }

    pub(super) fn answered(&mut self, id: &str) {
        self.waiting.remove(id);
    }

    /// How many were asked and not seen to be answered.
    pub(super) fn open(&self) -> u64 {
        self.waiting.len() as u64 + self.forgotten
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_that_nobody_answers_do_not_pile_up() {
        let (mut calls, now) = (Calls::default(), Instant::now());
        for number in 0..5 * MOST {
            calls.asked(&number.to_string(), "m", now);
            calls.asked(&format!("answered-{number}"), "m", now);
            calls.answered(&format!("answered-{number}"));
        }
        assert!(calls.waiting.len() <= MOST && calls.order.len() <= 2 * MOST);
        assert_eq!(calls.open(), 5 * MOST as u64);
        let last = (5 * MOST - 1).to_string();
        assert_eq!(calls.waiting(&last).map(|call| &*call.method), Some("m"));
        assert!(calls.waiting("0").is_none());
    }
}
