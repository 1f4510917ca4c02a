//! A message that was taken, and that somebody has to settle.

use std::sync::Arc;
use std::time::Instant;

use crate::Error;
use crate::context::Deadline;
use crate::driver::{Acknowledge, Delivery};
use crate::runtime::Runtime;
use crate::wire::notes;

/// A message that was taken.
pub(super) struct Taken {
    pub(super) body: Vec<u8>,
    /// Who has sent it, as the broker has verified.
    pub(super) user_id: Option<String>,
    /// When its sender gives up, if it said.
    pub(super) deadline: Option<Deadline>,
    /// Whether its sender understands signs that its method runs.
    pub(super) signs: bool,
    /// What all attempts at the same call share.
    pub(super) key: Option<String>,
    /// How often it was given out, this time included.
    pub(super) attempt: u32,
    /// When it came here, to this process.
    pub(super) taken_at: Instant,
    pub(super) unsettled: Unsettled,
}

impl Taken {
    pub(super) fn new(delivery: Delivery, clock: &Arc<dyn Runtime>) -> Self {
        let Delivery { body, user_id, expires, settle, notes, attempt, waited } = delivery;
        let now = clock.now();
        let taken_at = now.checked_sub(waited).unwrap_or(now);
        let signs = notes.get(notes::SIGNS).is_some();
        let key = notes.get(notes::KEY).map(str::to_owned);
        let deadline = expires.map(|expires| Deadline::after(clock, expires));
        let unsettled = Unsettled { settle: Some(settle), runtime: Arc::clone(clock) };
        Self { body, user_id, deadline, signs, key, attempt, taken_at, unsettled }
    }
}

/// Settles a message. Dropped without having been used, it gives the message back to its queue:
/// an executor that drops a job, or a runtime that ends, loses none.
pub(super) struct Unsettled {
    settle: Option<Box<dyn Acknowledge>>,
    runtime: Arc<dyn Runtime>,
}

impl Unsettled {
    /// Done with it.
    pub(super) async fn ack(mut self) -> Result<(), Error> {
        match self.settle.take() {
            Some(settle) => settle.ack().await,
            None => Ok(()),
        }
    }

    /// Done with it, for certain: it comes to nobody any more.
    pub(super) async fn ack_noted(mut self) -> Result<(), Error> {
        match self.settle.take() {
            Some(settle) => settle.ack_noted().await,
            None => Ok(()),
        }
    }

    /// Not done: back to its queue, or dropped.
    pub(super) async fn reject(mut self, requeue: bool) -> Result<(), Error> {
        match self.settle.take() {
            Some(settle) => settle.reject(requeue).await,
            None => Ok(()),
        }
    }
}

impl Drop for Unsettled {
    fn drop(&mut self) {
        let Some(settle) = self.settle.take() else { return };
        self.runtime.spawn(Box::pin(async move {
            if let Err(error) = settle.reject(true).await {
                tracing::debug!(%error, "a message could not be given back; the broker does it");
            }
        }));
    }
}

/// Notes that a message could not be settled.
pub(super) fn settled(result: Result<(), crate::Error>) {
    if let Err(error) = result {
        tracing::debug!(%error, "a message could not be settled; the broker delivers it again");
    }
}
