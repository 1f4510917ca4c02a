//! The task that writes.

use std::sync::Arc;

use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use super::line::Line;

/// Writes what is queued until the line is over: all of it each time.
pub(super) async fn run(line: Arc<Line>, mut socket: impl AsyncWrite + Unpin) {
    let mut bytes = Vec::new();
    loop {
        line.queued.notified().await;
        // Those who can go on now queue theirs first.
        tokio::task::yield_now().await;
        loop {
            bytes.clear();
            line.take(&mut bytes);
            if bytes.is_empty() {
                break;
            }
            line.written.notify_waiters();
            if let Err(error) = socket.write_all(&bytes).await {
                return line.end(&error.to_string());
            }
        }
        if line.over().is_some() {
            return;
        }
    }
}
