//! Messages that came before (wire document, section 14).

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::wire::Id;

/// How many messages are remembered. The peer remembers 16, which a broker that fails over outdoes
/// in the time that it takes: what it delivers again comes behind all that was sent meanwhile.
const REMEMBERED: usize = 1000;

/// The ids of the last messages that were taken. A sender whose connection dies before the
/// confirmation sends the same bytes again, and so does the broker with what was not acknowledged;
/// the second copy is dropped.
#[derive(Debug, Default)]
pub(super) struct Duplicates(Arc<Mutex<Seen>>);

#[derive(Debug, Default)]
struct Seen {
    /// What became of each.
    messages: HashMap<Id, Fate>,
    /// Their ids, the oldest first.
    order: VecDeque<Id>,
}

/// What became of a message.
#[derive(Debug)]
enum Fate {
    /// It is being run; the copies that wait for that, where there are any, are told of its end.
    UnderWay(Option<watch::Sender<bool>>),
    /// It has run.
    Done,
    /// Another may run it.
    GivenUp,
}

/// A message that is new, until it is [done](Self::done) with. One that is dropped before may come
/// again, and is new again.
#[derive(Debug)]
pub(super) struct Fresh(Option<(Arc<Mutex<Seen>>, Id)>);

/// A message that came before.
#[derive(Debug)]
pub(super) enum Before {
    /// It has run.
    Done,
    /// Its first copy is under way.
    UnderWay(watch::Receiver<bool>),
}

impl Fresh {
    /// Done with it: a copy is of no use any more.
    pub(super) fn done(mut self) {
        self.end(Fate::Done);
    }

    fn end(&mut self, fate: Fate) {
        let Some((seen, id)) = self.0.take() else { return };
        let has_run = matches!(fate, Fate::Done);
        let before = locked(&seen).messages.get_mut(&id).map(|old| std::mem::replace(old, fate));
        if let Some(Fate::UnderWay(Some(copies))) = before
            && has_run
        {
            copies.send_replace(true);
        }
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        self.end(Fate::GivenUp);
    }
}

impl Before {
    /// Ends when the first copy is done with, or was given up: whether it has run.
    pub(super) async fn has_run(&mut self) -> bool {
        match self {
            Self::Done => true,
            Self::UnderWay(copies) => copies.wait_for(|done| *done).await.is_ok(),
        }
    }
}

impl Duplicates {
    /// Remembers a message. A message without an id never came before.
    pub(super) fn see(&self, unique_id: Option<&str>) -> Result<Fresh, Before> {
        let Some(unique_id) = unique_id else { return Ok(Fresh(None)) };
        let id = Id::from(unique_id);
        locked(&self.0).see(&id, Fate::UnderWay(None))?;
        Ok(Fresh(Some((Arc::clone(&self.0), id))))
    }

    /// Remembers a message as one that has run; false if it came before.
    pub(super) fn see_done(&self, unique_id: Option<&str>) -> bool {
        unique_id.is_none_or(|id| locked(&self.0).see(&Id::from(id), Fate::Done).is_ok())
    }
}

fn locked(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    // The table is whole at every point where a panic could happen.
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Seen {
    fn see(&mut self, id: &Id, fate: Fate) -> Result<(), Before> {
        match self.messages.get_mut(id) {
            Some(Fate::Done) => return Err(Before::Done),
            Some(Fate::UnderWay(copies)) => {
                let copies = copies.get_or_insert_with(|| watch::Sender::new(false));
                return Err(Before::UnderWay(copies.subscribe()));
            }
            // It is new again, and keeps its place.
            Some(given_up) => *given_up = fate,
            None => {
                self.order.push_back(id.clone());
                self.messages.insert(id.clone(), fate);
                self.forget();
            }
        }
        Ok(())
    }

    /// Forgets the oldest of those that are over, if they are too many. What is under way stays,
    /// and is bounded by the workers.
    fn forget(&mut self) {
        for _ in REMEMBERED..self.order.len() {
            let Some(oldest) = self.order.pop_front() else { return };
            match self.messages.get(&oldest) {
                Some(Fate::UnderWay(_)) => self.order.push_back(oldest),
                _ => drop(self.messages.remove(&oldest)),
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
