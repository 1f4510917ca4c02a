//! What may become of a message, and who is told.

use std::sync::Arc;
use std::time::Instant;

use super::fault::Fault;
use super::routes::Route;
use crate::driver::Post;

/// A message for which nobody waits, unless it fails.
#[derive(Debug)]
pub(super) struct Posted {
    pub(super) route: Arc<Route>,
    pub(super) message: Post,
    /// When its time is up.
    pub(super) end: Instant,
    /// When the broker should have confirmed it.
    pub(super) due: Instant,
}

/// What became of a message.
#[derive(Clone, Debug)]
pub(super) enum Fate {
    /// The broker has it.
    Confirmed,
    /// No queue takes it.
    Unroutable,
    /// The broker does not take it.
    NotTaken,
    /// The broker cannot have it.
    NotWritten(Fault),
    /// The broker may have it; or certainly not, where the broker closed the channel over it, which
    /// is known if it was `alone` on it.
    Lost { fault: Fault, alone: bool },
    /// Nothing was said of it in its time.
    Late,
}

impl Fate {
    pub(super) fn is_good(&self) -> bool {
        matches!(self, Self::Confirmed)
    }
}
