//! The right to be one of those that a server works on.

use tokio::sync::OwnedSemaphorePermit;

/// Held until the work is done.
#[must_use = "another takes the turn as soon as it is dropped"]
pub(super) struct Turn {
    _worker: Option<OwnedSemaphorePermit>,
    /// Among those who may run or wait, where these are bounded.
    _place: Option<OwnedSemaphorePermit>,
}

impl Turn {
    pub(super) fn of(worker: OwnedSemaphorePermit, place: Option<OwnedSemaphorePermit>) -> Self {
        Self { _worker: Some(worker), _place: place }
    }

    /// Of what takes no worker's time.
    pub(super) fn none() -> Self {
        Self { _worker: None, _place: None }
    }
}
