//! A channel that is closed by us, and never by lapin.

use std::fmt;
use std::ops::Deref;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lapin::options::ChannelFlowOptions;
use tokio::sync::Notify;

use super::connection::Connection;
use crate::context::Deadline;
use crate::runtime::Runtime;

/// How long a channel that nobody wants any more may take to close.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// A channel, with the connection that it is on.
///
/// lapin closes a channel that is dropped, but takes the whole connection down with it if that
/// goes wrong, as it does when the broker closes the channel at the same moment. So it is closed
/// here, where it may go wrong.
pub(super) struct Channel {
    inner: lapin::Channel,
    pub(super) connection: Arc<Connection>,
    pub(super) runtime: Arc<dyn Runtime>,
    noting: Noting,
}

/// Who waits for the broker to take note of what they have written.
#[derive(Debug, Default)]
struct Noting {
    state: Mutex<Noted>,
    /// Tells them all that there is news.
    news: Notify,
}

#[derive(Debug, Default)]
struct Noted {
    /// How many have waited.
    asked: u64,
    /// The last of those that the broker has taken note for.
    noted: u64,
    /// Whether one of them asks it.
    asking: bool,
}

impl Noting {
    fn state(&self) -> MutexGuard<'_, Noted> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The one who asks for all that wait.
struct Asking<'a> {
    noting: &'a Noting,
    /// The last of those for whom it asks.
    last: u64,
    /// Whether there was an answer.
    answered: bool,
}

impl Drop for Asking<'_> {
    /// Also of one who was dropped: another asks then.
    fn drop(&mut self) {
        let mut state = self.noting.state();
        state.asking = false;
        if self.answered {
            state.noted = self.last;
        }
        drop(state);
        self.noting.news.notify_waiters();
    }
}

impl Channel {
    pub(super) fn new(
        inner: lapin::Channel,
        connection: Arc<Connection>,
        runtime: Arc<dyn Runtime>,
    ) -> Self {
        Self { inner, connection, runtime, noting: Noting::default() }
    }

    /// Waits until the broker has dealt with all that was written here before. It answers no
    /// acknowledgement, and drops those that it has received and not read when the connection
    /// ends; but it does one thing after the other, and answers a `channel.flow`, which changes
    /// nothing. One question does for all who wait.
    pub(super) async fn until_noted(&self) -> lapin::Result<()> {
        let own = {
            let mut state = self.noting.state();
            state.asked += 1;
            state.asked
        };
        loop {
            let mut news = pin!(self.noting.news.notified());
            // From here on no news are missed.
            news.as_mut().enable();
            let asking = {
                let mut state = self.noting.state();
                if state.noted >= own {
                    return Ok(());
                }
                let asks = !std::mem::replace(&mut state.asking, true);
                asks.then(|| Asking { noting: &self.noting, last: state.asked, answered: false })
            };
            match asking {
                Some(mut asking) => {
                    self.inner.channel_flow(ChannelFlowOptions { active: true }).await?;
                    asking.answered = true;
                }
                None => news.await,
            }
        }
    }

    /// Whether it can be used, as far as is known.
    pub(super) fn alive(&self) -> bool {
        self.inner.status().connected()
    }

    /// Closes it: what was delivered on it and not settled goes back to its queue.
    pub(super) async fn close(&self, deadline: &Deadline) {
        if self.alive() {
            let closing = self.inner.close(200, "OK".into());
            let _ = self.connection.bounded(deadline, closing).await;
        }
    }
}

impl Deref for Channel {
    type Target = lapin::Channel;

    fn deref(&self) -> &lapin::Channel {
        &self.inner
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        if !self.alive() {
            return;
        }
        let (inner, connection) = (self.inner.clone(), Arc::clone(&self.connection));
        let runtime = Arc::clone(&self.runtime);
        self.runtime.spawn(Box::pin(async move {
            let deadline = Deadline::after(&runtime, CLOSE_TIMEOUT);
            let _ = connection.bounded(&deadline, inner.close(200, "OK".into())).await;
        }));
    }
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Channel")
            .field("connection", &self.connection)
            .field("alive", &self.alive())
            .finish_non_exhaustive()
    }
}
