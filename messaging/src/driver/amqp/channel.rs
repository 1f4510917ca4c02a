//! A channel that is closed by us, and never by lapin.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

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
}

impl Channel {
    pub(super) fn new(
        inner: lapin::Channel,
        connection: Arc<Connection>,
        runtime: Arc<dyn Runtime>,
    ) -> Self {
        Self { inner, connection, runtime }
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
