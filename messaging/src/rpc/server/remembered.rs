//! The results of idempotent methods whose calls are made again: another attempt at a call is
//! answered with what the first came to.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use crate::rpc::dispatcher::Answer;

/// How many results are remembered; of more the oldest are forgotten.
const MOST: usize = 1024;

/// How many bytes of them.
const ROOM: usize = 4 << 20;

/// How large one may be: what is larger is not remembered.
const LARGEST: usize = 64 << 10;

/// Results, by what all attempts at a call share.
#[derive(Debug, Default)]
pub(super) struct Remembered(Mutex<Table>);

#[derive(Debug, Default)]
struct Table {
    results: HashMap<String, Answer>,
    /// In the order in which they came.
    order: VecDeque<String>,
    bytes: usize,
}

impl Remembered {
    /// What an earlier attempt came to.
    pub(super) fn get(&self, key: &str) -> Option<Answer> {
        self.table().results.get(key).cloned()
    }

    /// Remembers what an attempt came to.
    pub(super) fn put(&self, key: String, answer: &Answer) {
        let size = answer.0.len();
        if size > LARGEST {
            return;
        }
        let mut table = self.table();
        if table.results.contains_key(&key) {
            return;
        }
        while table.order.len() >= MOST || table.bytes + size > ROOM {
            let Some(oldest) = table.order.pop_front() else { break };
            if let Some(forgotten) = table.results.remove(&oldest) {
                table.bytes -= forgotten.0.len();
            }
        }
        table.bytes += size;
        table.order.push_back(key.clone());
        table.results.insert(key, answer.clone());
    }

    fn table(&self) -> std::sync::MutexGuard<'_, Table> {
        // The table is whole at every point where a panic could happen.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_bounded_in_number_and_in_size() {
        let remembered = Remembered::default();
        let small = Answer::new(&1).unwrap();
        (0..=MOST).for_each(|key| remembered.put(key.to_string(), &small));
        assert!(remembered.get("0").is_none() && remembered.get("1").is_some());

        let large = Answer::new(&"x".repeat(LARGEST - 2)).unwrap();
        (0..MOST).for_each(|key| remembered.put(format!("large {key}"), &large));
        let table = remembered.table();
        assert_eq!((table.order.len(), table.bytes), (ROOM / LARGEST, ROOM));
        drop(table);

        remembered.put("too large".into(), &Answer::new(&"x".repeat(LARGEST)).unwrap());
        assert!(remembered.get("too large").is_none());
    }
}
