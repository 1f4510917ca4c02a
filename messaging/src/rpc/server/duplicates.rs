//! Messages that came before (wire document, section 14).

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// How many messages are remembered, as many as the peer does.
const REMEMBERED: usize = 16;

/// The ids of the last messages that were taken. A sender whose connection dies before the
/// confirmation sends the same bytes again; the second copy is dropped.
#[derive(Debug, Default)]
pub(super) struct Duplicates(Mutex<VecDeque<String>>);

impl Duplicates {
    /// Remembers a message; false if it came before. A message without an id never did.
    pub(super) fn is_new(&self, unique_id: Option<&str>) -> bool {
        let Some(unique_id) = unique_id else { return true };
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.iter().any(|seen| seen == unique_id) {
            return false;
        }
        if seen.len() == REMEMBERED {
            seen.pop_front();
        }
        seen.push_back(unique_id.to_owned());
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeat_is_noticed_with_fifteen_others_in_between_and_not_with_sixteen() {
        for (others, noticed) in [(15, true), (16, false)] {
            let seen = Duplicates::default();
            assert!(seen.is_new(Some("first")));
            for other in 0..others {
                assert!(seen.is_new(Some(&other.to_string())));
            }
            assert_eq!(seen.is_new(Some("first")), !noticed);
        }
    }

    #[test]
    fn a_message_without_an_id_is_never_a_duplicate() {
        let seen = Duplicates::default();
        assert!(seen.is_new(None) && seen.is_new(None));
    }
}
