//! What was seen of a connection: whether it is blocked, and what ended it.

use std::io;
use std::sync::Arc;

use futures_util::{Stream, StreamExt as _};
use lapin::{ConnectionStatus, Event};
use tokio::sync::watch;

use crate::driver::events::{Event as Told, Purpose};
use crate::driver::teller::{self, Teller};

/// What the broker and lapin told of the connection by themselves.
#[derive(Debug, Default)]
pub(super) struct Seen(watch::Sender<State>);

#[derive(Debug, Default)]
struct State {
    /// Why the broker reads nothing from it.
    blocked: Option<String>,
    /// What ended it. What fails later tells of the end alone, and no longer of its cause.
    cause: Option<lapin::Error>,
    /// Whether it has ended.
    over: bool,
    /// Whether a sign of life is being waited for.
    doubted: bool,
}

impl Seen {
    /// Why the broker has blocked the connection, if it has.
    pub(super) fn blocked(&self) -> Option<String> {
        self.0.borrow().blocked.clone()
    }

    /// What ended the connection, where that was told.
    pub(super) fn cause(&self) -> Option<lapin::Error> {
        self.0.borrow().cause.clone()
    }

    /// Whether an error was seen that no connection survives. lapin's own state may say
    /// otherwise: it is set by a thread of its own, and not always at once.
    pub(super) fn is_over(&self) -> bool {
        self.0.borrow().over
    }

    /// Notes that the connection has ended, and by what where that is known.
    pub(super) fn end(&self, cause: Option<lapin::Error>) {
        self.0.send_if_modified(|state| {
            state.cause = state.cause.take().or(cause);
            !std::mem::replace(&mut state.over, true)
        });
    }

    /// Ends when the connection does, with what ended it.
    pub(super) async fn ended(&self) -> lapin::Error {
        let mut changes = self.0.subscribe();
        // An error would mean that the sender is gone, and it is here.
        let cause = match changes.wait_for(|state| state.over).await {
            Ok(state) => state.cause.clone(),
            Err(_) => None,
        };
        cause.unwrap_or_else(|| io::Error::from(io::ErrorKind::ConnectionAborted).into())
    }

    /// Ends when no sign of life is waited for, or none will come.
    pub(super) async fn trusted(&self) {
        let mut changes = self.0.subscribe();
        // An error would mean that the sender is gone, and it is here.
        let _ = changes.wait_for(|state| state.over || !state.doubted).await.map(drop);
    }

    /// Whether a sign of life is waited for.
    pub(super) fn is_doubted(&self) -> bool {
        self.0.borrow().doubted
    }

    /// Notes whether a sign of life is waited for; says whether that is new.
    pub(super) fn doubt(&self, doubted: bool) -> bool {
        let mut before = false;
        self.0.send_if_modified(|state| {
            before = std::mem::replace(&mut state.doubted, doubted);
            before != doubted
        });
        before != doubted
    }
}

/// Whether `error` is the end of the connection that it comes from, and not of a channel alone.
pub(super) fn ends_it(error: &lapin::Error) -> bool {
    error.is_io_error() || error.is_amqp_hard_error()
}

/// Which connection speaks, and to whom it is told.
pub(super) struct Place {
    pub(super) host: String,
    pub(super) purpose: Purpose,
    pub(super) teller: Arc<Teller>,
}

/// Notes what the connection says of itself, until it is gone.
pub(super) async fn watch(
    events: impl Stream<Item = Event>,
    status: ConnectionStatus,
    seen: Arc<Seen>,
    place: Place,
) {
    let Place { host, purpose, teller } = place;
    let place = format!("{host} ({purpose})");
    let mut events = std::pin::pin!(events);
    while let Some(event) = events.next().await {
        match event {
            Event::ConnectionBlocked(reason) => {
                tracing::warn!("{place}: the broker has blocked this connection: {reason}");
                seen.0.send_modify(|state| state.blocked = Some(reason.clone()));
                let (host, reason) = (host.clone(), teller::bounded(&reason));
                teller.tell(Told::Blocked { purpose, host, reason });
            }
            Event::ConnectionUnblocked => {
                tracing::info!("{place}: the broker has unblocked this connection");
                seen.0.send_modify(|state| state.blocked = None);
                teller.tell(Told::Unblocked { purpose, host: host.clone() });
            }
            // The errors of single channels come here too; who uses the channel tells of them.
            Event::Error(error) if !status.connected() || ends_it(&error) => {
                seen.0.send_modify(|state| {
                    state.over = true;
                    if state.cause.is_none() {
                        tracing::warn!("{place}: the connection was lost: {error}");
                        state.cause = Some(error);
                    }
                });
            }
            _ => {}
        }
    }
}
