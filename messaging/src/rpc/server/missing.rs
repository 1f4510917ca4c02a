//! Reply queues that were not there: whose caller is gone, and whose may be coming back.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use tokio::sync::{Mutex as Line, OwnedSemaphorePermit, Semaphore, SemaphorePermit};

/// How long a queue is taken for gone (wire document, section 10).
const MEMORY: Duration = Duration::from_secs(60);

/// How many queues are taken for gone at once (wire document, section 10).
const REMEMBERED: usize = 200;

/// How much the answers may hold, in KiB, that wait for queues to come back.
const ROOM: u32 = 64 * 1024;

/// How many answers to missing queues are tried at once: they must not stand in the way of those to
/// callers that are there.
const FEW: usize = 2;

/// Reply queues that were not there.
#[derive(Debug)]
pub(super) struct MissingQueues {
    /// Those whose callers did not come back in time: answers to them are dropped untried.
    gone: Mutex<VecDeque<(String, Instant)>>,
    /// Those that are tried again: one answer tries, the others to the same queue wait in line.
    lines: Mutex<HashMap<String, Weak<Line<()>>>>,
    room: Arc<Semaphore>,
    few: Semaphore,
}

impl Default for MissingQueues {
    fn default() -> Self {
        let room = Arc::new(Semaphore::new(ROOM as usize));
        let few = Semaphore::new(FEW);
        Self { gone: Mutex::default(), lines: Mutex::default(), room, few }
    }
}

impl MissingQueues {
    /// Whether the queue's caller is taken for gone.
    pub(super) fn is_gone(&self, queue: &str, now: Instant) -> bool {
        let mut gone = lock(&self.gone);
        gone.retain(|(_, since)| now.saturating_duration_since(*since) < MEMORY);
        gone.iter().any(|(missing, _)| missing == queue)
    }

    /// The queue was tried for as long as a queue is: its caller is gone.
    pub(super) fn give_up(&self, queue: &str, now: Instant) {
        if self.is_gone(queue, now) {
            return;
        }
        let mut gone = lock(&self.gone);
        if gone.len() == REMEMBERED {
            gone.pop_front();
        }
        gone.push_back((queue.to_owned(), now));
    }

    /// Where answers to the queue wait for the one that is tried.
    pub(super) fn line(&self, queue: &str) -> Arc<Line<()>> {
        let mut lines = lock(&self.lines);
        if let Some(line) = lines.get(queue).and_then(Weak::upgrade) {
            return line;
        }
        lines.retain(|_, line| line.strong_count() > 0);
        let line = Arc::new(Line::new(()));
        lines.insert(queue.to_owned(), Arc::downgrade(&line));
        line
    }

    /// A turn to try a missing queue, among all of them.
    pub(super) async fn few(&self) -> Option<SemaphorePermit<'_>> {
        // Never closed.
        self.few.acquire().await.ok()
    }

    /// Room for an answer of `bytes` to wait in; none if those that wait fill it.
    pub(super) fn room(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let kibibytes = u32::try_from(bytes / 1024 + 1).unwrap_or(u32::MAX);
        Arc::clone(&self.room).try_acquire_many_owned(kibibytes).ok()
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    // Whole at every point where a panic could happen.
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[allow(clippy::disallowed_methods)] // any moment will do
mod tests {
    use super::*;

    #[test]
    fn a_queue_is_gone_for_a_minute() {
        let (queues, now) = (MissingQueues::default(), Instant::now());
        assert!(!queues.is_gone("reply_1", now));
        queues.give_up("reply_1", now);
        assert!(queues.is_gone("reply_1", now + MEMORY - Duration::from_millis(1)));
        assert!(!queues.is_gone("reply_1", now + MEMORY));
    }

    #[test]
    fn the_answers_of_one_caller_drive_out_no_other() {
        let (queues, now) = (MissingQueues::default(), Instant::now());
        queues.give_up("reply_0", now);
        (0..1000).for_each(|_| queues.give_up("reply_1", now));
        assert!(queues.is_gone("reply_0", now));
        (2..=REMEMBERED).for_each(|number| queues.give_up(&format!("reply_{number}"), now));
        assert!(!queues.is_gone("reply_0", now) && queues.is_gone("reply_1", now));
    }

    #[test]
    fn a_line_is_shared_for_as_long_as_somebody_stands_in_it() {
        let queues = MissingQueues::default();
        let line = queues.line("reply_1");
        assert!(Arc::ptr_eq(&line, &queues.line("reply_1")));
        assert!(!Arc::ptr_eq(&line, &queues.line("reply_2")));
        drop(line);
        queues.line("reply_3");
        assert_eq!(lock(&queues.lines).len(), 1);
    }

    #[test]
    fn what_waits_is_bounded() {
        let queues = MissingQueues::default();
        let most = queues.room(ROOM as usize * 1024 - 1).unwrap();
        assert!(queues.room(0).is_none());
        drop(most);
        assert!(queues.room(0).is_some());
        assert!(queues.room(usize::MAX).is_none());
    }
}
