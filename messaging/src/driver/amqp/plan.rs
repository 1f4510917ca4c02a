//! What a consumer consumes, and how.

use super::topology::Queue;

/// What is consumed, and how.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) queues: Vec<Queue>,
    /// How many messages the broker hands over per queue before they are settled; zero is no
    /// limit.
    pub(super) prefetch: u16,
    /// How many bytes a body may have once it is decompressed.
    pub(super) longest: usize,
}

impl Plan {
    /// The names of the queues.
    pub(super) fn queue_names(&self) -> Vec<String> {
        self.queues.iter().map(|queue| queue.name.to_string()).collect()
    }

    /// The queues, for logs.
    pub(super) fn names(&self) -> String {
        let names: Vec<_> = self.queues.iter().map(|queue| format!("`{}`", queue.name)).collect();
        names.join(", ")
    }
}
