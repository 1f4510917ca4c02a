//! What goes through a consumer of one queue.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts what goes through a consumer of one queue.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    arrived: AtomicU64,
    settled: AtomicU64,
}

impl Traffic {
    pub(super) fn arrive(&self) {
        self.arrived.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn settle(&self) {
        self.settled.fetch_add(1, Ordering::Relaxed);
    }

    /// How many messages came.
    pub(super) fn arrived(&self) -> u64 {
        self.arrived.load(Ordering::Relaxed)
    }

    /// Whether the broker may hand over one more, where it hands over `prefetch` before they are
    /// settled, or any number.
    pub(super) fn has_room(&self, prefetch: u16) -> bool {
        // In this order: what is settled meanwhile was there before.
        let settled = self.settled.load(Ordering::Relaxed);
        prefetch == 0 || self.arrived().saturating_sub(settled) < prefetch.into()
    }
}
