//! How a consumer is, as others see it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::Error;
use crate::driver::events::Event;
use crate::driver::teller::{self, Teller};
use crate::driver::{ConsumerHealth, ConsumerState};
use crate::runtime::Runtime;

/// How one consumer is: what its health is read from, and what tells of each change.
#[derive(Debug)]
pub(super) struct Standing {
    queues: Vec<String>,
    runtime: Arc<dyn Runtime>,
    teller: Arc<Teller>,
    now: Mutex<Now>,
}

#[derive(Debug)]
struct Now {
    state: ConsumerState,
    since: Instant,
    restored: u64,
    last_error: Option<String>,
}

impl Standing {
    /// Of a consumer that consumes.
    pub(super) fn new(queues: Vec<String>, runtime: Arc<dyn Runtime>, teller: Arc<Teller>) -> Self {
        let (state, since) = (ConsumerState::Open, runtime.now());
        let now = Mutex::new(Now { state, since, restored: 0, last_error: None });
        Self { queues, runtime, teller, now }
    }

    pub(super) fn lost(&self, error: &Error) {
        let reason = teller::bounded(error);
        self.turn(ConsumerState::Mending).last_error = Some(reason.clone());
        self.teller.tell(Event::ConsumerLost { queues: self.queues.clone(), reason });
    }

    pub(super) fn not_restored(&self, error: &Error, retry_in: Duration) {
        let reason = teller::bounded(error);
        self.now().last_error = Some(reason.clone());
        let queues = self.queues.clone();
        self.teller.tell(Event::ConsumerNotRestored { queues, reason, retry_in });
    }

    pub(super) fn restored(&self) {
        let lost = self.now().since;
        let after = self.runtime.now().saturating_duration_since(lost);
        self.turn(ConsumerState::Open).restored += 1;
        self.teller.tell(Event::ConsumerRestored { queues: self.queues.clone(), after });
    }

    pub(super) fn cancelled(&self) {
        drop(self.turn(ConsumerState::Cancelled));
    }

    pub(super) fn health(&self) -> ConsumerHealth {
        let now = self.now();
        ConsumerHealth {
            queues: self.queues.clone(),
            state: now.state,
            lasting: self.runtime.now().saturating_duration_since(now.since),
            restored: now.restored,
            last_error: now.last_error.clone(),
        }
    }

    fn turn(&self, state: ConsumerState) -> MutexGuard<'_, Now> {
        let since = self.runtime.now();
        let mut now = self.now();
        if now.state != state {
            (now.state, now.since) = (state, since);
        }
        now
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
