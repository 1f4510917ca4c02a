//! The queue of what is to be written.

use std::sync::{Arc, Mutex};

use tokio::io::AsyncWriteExt as _;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::sync::Notify;

use crate::frames::Frames;

/// Takes what is to be written.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    queued: Mutex<Frames>,
    more: Notify,
}

impl Writer {
    /// Writes from now on what is queued.
    pub(crate) fn start(socket: OwnedWriteHalf) -> Arc<Self> {
        let writer = Arc::new(Self::default());
        tokio::spawn(Arc::clone(&writer).write(socket));
        writer
    }

    async fn write(self: Arc<Self>, mut socket: OwnedWriteHalf) {
        let mut taken = Frames::default();
        loop {
            self.more.notified().await;
            // Those who are ready now add theirs first.
            tokio::task::yield_now().await;
            loop {
                taken.0.clear();
                std::mem::swap(&mut taken, &mut *self.queued.lock().expect("nobody panicked"));
                if taken.0.is_empty() {
                    break;
                }
                socket.write_all(&taken.0).await.expect("a connection");
            }
        }
    }

    /// Queues frames.
    pub(crate) fn queue(&self, frames: impl FnOnce(&mut Frames)) {
        let mut queued = self.queued.lock().expect("nobody panicked");
        let was_empty = queued.0.is_empty();
        frames(&mut queued);
        drop(queued);
        if was_empty {
            self.more.notify_one();
        }
    }
}
