//! What a consumer consumes, and how.

use std::sync::atomic::{AtomicU32, Ordering};

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
    /// How often it was begun to consume.
    generations: AtomicU32,
}

impl Plan {
    pub(super) fn new(queues: Vec<Queue>, prefetch: u16, longest: usize) -> Self {
        Self { queues, prefetch, longest, generations: AtomicU32::new(0) }
    }

    /// Counts one more try to consume. Also one in vain has its number, since the broker may have
    /// heard it.
    pub(super) fn next_generation(&self) -> u32 {
        self.generations.fetch_add(1, Ordering::Relaxed)
    }

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
