//! How much longer things may take where others use the machine too.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

static TIMES: AtomicU32 = AtomicU32::new(1);

/// From now on everything may take ten times as long: figures are the business of
/// `cargo xtask faults`, which runs alone.
pub(crate) fn begin() {
    TIMES.store(10, Ordering::Relaxed);
}

/// A limit, as it holds here.
pub(crate) fn limit(limit: Duration) -> Duration {
    limit * TIMES.load(Ordering::Relaxed)
}
