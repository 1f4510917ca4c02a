//! What was seen of a connection: whether it is blocked, and what ended it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::{Stream, StreamExt as _};
use lapin::{ConnectionStatus, Event};

/// What the broker and lapin told of the connection by themselves.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Why the broker reads nothing from it.
    pub(super) blocked: Option<String>,
    /// What ended it. What fails later tells of the end alone, and no longer of its cause.
    pub(super) cause: Option<lapin::Error>,
    /// Whether an error was seen that no connection survives. lapin's own state may say
    /// otherwise: it is set by a thread of its own, and not always at once.
    pub(super) over: bool,
    /// Whether a sign of life is being waited for.
    pub(super) doubted: bool,
}

/// Whether `error` is the end of the connection that it comes from, and not of a channel alone.
pub(super) fn ends_it(error: &lapin::Error) -> bool {
    error.is_io_error() || error.is_amqp_hard_error()
}

/// Notes what the connection says of itself, until it is gone.
pub(super) async fn watch(
    events: impl Stream<Item = Event>,
    status: ConnectionStatus,
    seen: Arc<Mutex<Seen>>,
    place: String,
) {
    let mut events = std::pin::pin!(events);
    while let Some(event) = events.next().await {
        match event {
            Event::ConnectionBlocked(reason) => {
                tracing::warn!("{place}: the broker has blocked this connection: {reason}");
                lock(&seen).blocked = Some(reason);
            }
            Event::ConnectionUnblocked => {
                tracing::info!("{place}: the broker has unblocked this connection");
                lock(&seen).blocked = None;
            }
            // The errors of single channels come here too; who uses the channel tells of them.
            Event::Error(error) if !status.connected() || ends_it(&error) => {
                let mut seen = lock(&seen);
                seen.over = true;
                if seen.cause.is_none() {
                    tracing::warn!("{place}: the connection was lost: {error}");
                    seen.cause = Some(error);
                }
            }
            _ => {}
        }
    }
}

/// Whole at every point where a panic could happen.
pub(super) fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}
