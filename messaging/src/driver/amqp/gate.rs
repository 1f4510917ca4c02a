//! The door before which both connections of a driver wait once the broker has refused a login, and
//! where the one that got through tells the other.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::Error;

/// Lets one login through per pause, from a refusal to the next that is accepted.
#[derive(Debug, Default)]
pub(super) struct Gate {
    /// When the next may try, and what the last was told; none if any may.
    shut: Mutex<Option<(Instant, Error)>>,
    opened: Notify,
}

impl Gate {
    /// None lets the caller log in, and nobody else for `pause` if it is shut; else how long to wait
    /// before asking again, and why.
    pub(super) fn enter(&self, now: Instant, pause: Duration) -> Option<(Duration, Error)> {
        match &mut *self.shut() {
            Some((next, why)) if *next > now => Some((*next - now, why.clone())),
            Some((next, _)) => {
                *next = now + pause;
                None
            }
            None => None,
        }
    }

    /// A login was refused: nobody tries for `pause`, which is returned.
    pub(super) fn shut_for(&self, now: Instant, pause: Duration, why: &Error) -> Duration {
        *self.shut() = Some((now + pause, why.clone()));
        pause
    }

    /// A login was accepted: who waits for another try need not wait any more.
    pub(super) fn open(&self) {
        *self.shut() = None;
        self.opened.notify_waiters();
    }

    /// Ends when a login is accepted.
    pub(super) async fn opened(&self) {
        self.opened.notified().await;
    }

    fn shut(&self) -> MutexGuard<'_, Option<(Instant, Error)>> {
        self.shut.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ErrorKind, runtime};

    #[tokio::test]
    async fn the_one_that_got_through_tells_the_other() {
        let gate = Gate::default();
        futures_util::future::join(gate.opened(), async { gate.open() }).await;
    }

    #[test]
    fn one_at_a_time_is_let_through_until_one_is_accepted() {
        let (gate, pause, now) = (Gate::default(), Duration::from_secs(30), runtime::here().now());
        let enter = |now| gate.enter(now, pause).map(|(wait, _)| wait);
        assert_eq!((enter(now), enter(now)), (None, None));
        gate.shut_for(now, pause, &Error::new(ErrorKind::AccessRefused, "refused"));
        assert_eq!(enter(now + pause / 3), Some(pause * 2 / 3));
        assert_eq!(enter(now + pause), None);
        // The one that was let through has the door to itself.
        assert_eq!(enter(now + pause), Some(pause));
        gate.open();
        assert_eq!(enter(now + pause), None);
    }
}
