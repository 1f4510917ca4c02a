//! A channel that is closed by us, and never by lapin.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use lapin::options::ChannelFlowOptions;
use tokio::sync::Mutex;

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
    /// How many waited for the broker to take note of what they had written.
    asked: AtomicU64,
    /// The last of those that it has taken note for. Held by the one who asks it.
    noted: Mutex<u64>,
}

impl Channel {
    pub(super) fn new(
        inner: lapin::Channel,
        connection: Arc<Connection>,
        runtime: Arc<dyn Runtime>,
    ) -> Self {
        let (asked, noted) = (AtomicU64::new(0), Mutex::new(0));
        Self { inner, connection, runtime, asked, noted }
    }

    /// Waits until the broker has dealt with all that was written here before. It answers no
    /// acknowledgement, and drops those that it has received and not read when the connection
    /// ends; but it does one thing after the other, and answers a `channel.flow`, which changes
    /// nothing. One question does for all who wait.
    pub(super) async fn until_noted(&self) -> lapin::Result<()> {
        let own = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        let mut noted = self.noted.lock().await;
        if *noted < own {
            let all = self.asked.load(Ordering::SeqCst);
            self.inner.channel_flow(ChannelFlowOptions { active: true }).await?;
            *noted = all;
        }
        Ok(())
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
