//! A clock that is moved.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

#[derive(Clone)]
pub(super) struct Clock {
    start: Instant,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    passed: Duration,
    /// Who waits for which moment; of those for one moment the first to wait first.
    waiting: BTreeMap<(Duration, u64), Waker>,
    sleeps: u64,
}

/// No sleep ends later, so that every moment is an `Instant`.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

impl Clock {
    #[allow(clippy::disallowed_methods)] // where it begins does not matter
    pub(super) fn new() -> Self {
        Self { start: Instant::now(), state: Arc::default() }
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.state().passed
    }

    pub(super) fn now(&self) -> Instant {
        self.start + self.elapsed()
    }

    pub(super) fn sleep(&self, duration: Duration) -> Sleep {
        let mut state = self.state();
        state.sleeps += 1;
        let until = state.passed + duration.min(LONGEST);
        Sleep { clock: self.clone(), key: (until, state.sleeps) }
    }

    pub(super) fn advance(&self, duration: Duration) {
        let to = self.elapsed() + duration.min(LONGEST);
        self.go_to(to);
    }

    /// Goes to the next moment that somebody waits for; false if nobody does.
    pub(super) fn go_on(&self) -> bool {
        let next = self.state().waiting.keys().next().map(|(until, _)| *until);
        if let Some(next) = next {
            self.go_to(next);
        }
        next.is_some()
    }

    fn go_to(&self, to: Duration) {
        let mut state = self.state();
        state.passed = state.passed.max(to);
        let later = state.waiting.split_off(&(to, u64::MAX));
        let due = std::mem::replace(&mut state.waiting, later);
        drop(state);
        due.into_values().for_each(Waker::wake);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends at its moment; dropped sooner, nobody waits for that any more.
pub(super) struct Sleep {
    clock: Clock,
    key: (Duration, u64),
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.clock.state();
        if state.passed >= self.key.0 {
            return Poll::Ready(());
        }
        state.waiting.insert(self.key, context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.clock.state().waiting.remove(&self.key);
    }
}
