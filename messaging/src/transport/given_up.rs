//! The calls that have given up and may still be answered.

use std::collections::{HashSet, VecDeque};

use crate::wire::Id;

/// How many are remembered; of more the oldest are forgotten.
const MOST: usize = 1000;

/// The ids of calls that have given up.
#[derive(Debug, Default)]
pub(super) struct GivenUp {
    ids: HashSet<Id>,
    /// In the order in which they came; some may be gone already.
    order: VecDeque<Id>,
}

impl GivenUp {
    pub(super) fn insert(&mut self, id: Id) {
        if self.order.len() >= MOST
            && let Some(oldest) = self.order.pop_front()
        {
            self.ids.remove(&oldest);
        }
        self.order.push_back(id.clone());
        self.ids.insert(id);
    }

    /// Takes one out; whether it was there.
    pub(super) fn remove(&mut self, id: &Id) -> bool {
        let was_there = self.ids.remove(id);
        if self.ids.is_empty() {
            self.order.clear();
        }
        was_there
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_is_forgotten_over_too_many() {
        let mut given_up = GivenUp::default();
        (0..=MOST).for_each(|id| given_up.insert(Id::from(&*id.to_string())));
        assert_eq!((given_up.ids.len(), given_up.order.len()), (MOST, MOST));
        assert!(!given_up.remove(&"0".into()) && given_up.remove(&"1".into()));
    }

    #[test]
    fn what_was_answered_leaves_nothing_behind() {
        let mut given_up = GivenUp::default();
        given_up.insert("1".into());
        assert!(given_up.remove(&"1".into()) && !given_up.remove(&"1".into()));
        assert!(given_up.is_empty() && given_up.order.is_empty());
    }
}
