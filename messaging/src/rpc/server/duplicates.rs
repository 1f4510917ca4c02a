//! Messages that came before (wire document, section 14).

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

/// How many messages are remembered. The peer remembers 16, which a broker that fails over outdoes
/// in the time that it takes: what it delivers again comes behind all that was sent meanwhile.
const REMEMBERED: usize = 1000;

/// The ids of the last messages that were taken. A sender whose connection dies before the
/// confirmation sends the same bytes again, and so does the broker with what was not acknowledged;
/// the second copy is dropped.
#[derive(Debug, Default)]
pub(super) struct Duplicates(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    /// Whether each has run.
    done: HashMap<Arc<str>, watch::Receiver<bool>>,
    /// Their ids, the oldest first.
    order: VecDeque<Arc<str>>,
}

/// A message that is new, until it is [done](Self::done) with. One that is dropped before may come
/// again, and is new again.
#[derive(Debug)]
pub(super) struct Fresh(watch::Sender<bool>);

/// A message that came before.
#[derive(Debug)]
pub(super) struct Before(watch::Receiver<bool>);

impl Fresh {
    /// Done with it: a copy is of no use any more.
    pub(super) fn done(self) {
        self.0.send_replace(true);
    }
}

impl Before {
    /// Ends when the first copy is done with, or was given up: whether it has run.
    pub(super) async fn has_run(&mut self) -> bool {
        self.0.wait_for(|done| *done).await.is_ok()
    }
}

impl Duplicates {
    /// Remembers a message. A message without an id never came before.
    pub(super) fn see(&self, unique_id: Option<&str>) -> Result<Fresh, Before> {
        let (sender, done) = watch::channel(false);
        let Some(unique_id) = unique_id else { return Ok(Fresh(sender)) };
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match seen.done.get_mut(unique_id) {
            // It is under way, or done with: looked at in this order, since the last word stays.
            Some(before) if before.has_changed().is_ok() || *before.borrow() => {
                return Err(Before(before.clone()));
            }
            // Given up, and so new again; it keeps its place.
            Some(before) => *before = done,
            None => {
                let unique_id = Arc::<str>::from(unique_id);
                seen.order.push_back(Arc::clone(&unique_id));
                seen.done.insert(unique_id, done);
                seen.forget();
            }
        }
        Ok(Fresh(sender))
    }
}

impl Seen {
    /// Forgets the oldest of those that are over, if they are too many. What is under way stays,
    /// and is bounded by the workers.
    fn forget(&mut self) {
        for _ in REMEMBERED..self.order.len() {
            let Some(oldest) = self.order.pop_front() else { return };
            let is_over = |done: &watch::Receiver<bool>| done.has_changed().is_err();
            match self.done.get(&oldest).is_some_and(is_over) {
                true => drop(self.done.remove(&oldest)),
                false => self.order.push_back(oldest),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeat_is_noticed_with_999_others_in_between_and_not_with_a_thousand() {
        for (others, noticed) in [(999, true), (1000, false)] {
            let seen = Duplicates::default();
            seen.see(Some("first")).unwrap().done();
            for other in 0..others {
                seen.see(Some(&other.to_string())).unwrap().done();
            }
            assert_eq!(seen.see(Some("first")).is_err(), noticed);
        }
    }

    #[test]
    fn what_is_under_way_is_not_forgotten_over_others() {
        let seen = Duplicates::default();
        let under_way: Vec<_> =
            (0..64).map(|id| seen.see(Some(&format!("first {id}"))).unwrap()).collect();
        for id in 0..2 * REMEMBERED {
            assert!(seen.see(Some(&format!("first {}", id % 64))).is_err());
            seen.see(Some(&format!("other {id}"))).unwrap().done();
        }
        under_way.into_iter().for_each(Fresh::done);
        assert!(seen.see(Some("first 63")).is_err());
    }

    #[test]
    fn a_message_without_an_id_is_never_a_duplicate() {
        let seen = Duplicates::default();
        seen.see(None).unwrap().done();
        assert!(seen.see(None).is_ok());
    }

    #[tokio::test]
    async fn a_copy_waits_for_the_first_and_takes_its_place_if_that_is_given_up() {
        let seen = Duplicates::default();
        let first = seen.see(Some("1")).unwrap();
        let mut waiting = seen.see(Some("1")).unwrap_err();
        let (done, ()) = tokio::join!(waiting.has_run(), async { first.done() });
        assert!(done);
        assert!(seen.see(Some("1")).unwrap_err().has_run().await);

        let given_up = seen.see(Some("2")).unwrap();
        let mut waiting = seen.see(Some("2")).unwrap_err();
        drop(given_up);
        assert!(!waiting.has_run().await);
        assert!(seen.see(Some("2")).is_ok());
    }
}
