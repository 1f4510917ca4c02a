//! What becomes of a message that is offered, and how its publisher waits where there is no room.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

/// What the broker says to a message.
pub(super) enum Offer {
    /// Every queue that it goes to has it.
    Taken,
    /// No queue takes it.
    Unroutable,
    /// A queue that it goes to is full; none has it.
    Full(Full),
    /// The driver that offers it was closed.
    Closed,
}

/// A queue that takes no more for now.
pub(super) struct Full {
    pub(super) queue: Arc<str>,
    pub(super) room: Room,
    /// When the first of its messages makes room by itself.
    pub(super) head_expires_in: Option<Duration>,
}

/// Where publishers wait for a queue to have room again.
///
/// Only the step from full to not full wakes one of them, so that publishing and acknowledging to
/// a queue that is not full cost nothing; the one woken wakes the next as long as there is room.
#[derive(Clone, Default)]
pub(super) struct Room(Arc<Notify>);

impl Room {
    /// Ends when there may be room.
    pub(super) async fn wait(&self) {
        self.0.notified().await;
    }

    /// Wakes one who waits.
    pub(super) fn open(&self) {
        self.0.notify_one();
    }

    /// Wakes all who wait now.
    pub(super) fn open_to_all(&self) {
        self.0.notify_waiters();
    }

    /// What a publisher that was woken owes to the next: unless this very queue is full again,
    /// there may be room for that one too.
    pub(super) fn pass_on(&self, offer: &Offer) {
        let full_again = matches!(offer, Offer::Full(full) if Arc::ptr_eq(&full.room.0, &self.0));
        if !full_again {
            self.open();
        }
    }
}
