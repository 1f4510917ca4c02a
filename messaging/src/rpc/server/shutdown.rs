//! Stopping and waiting under one budget.

use std::time::Duration;

use futures_util::future::BoxFuture;

use super::RpcServer;
use crate::runtime;

/// What a shutdown did not let finish.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "it says what was cut off"]
pub struct ShutdownReport {
    /// The handlers that were still running when the budget was used up. Their callers were told
    /// by [`Cancelled`](crate::ErrorKind::Cancelled); what is idempotent was handed back for another server to run.
    /// With them are those whose messages were just being acknowledged, so that no other server runs
    /// them: their callers are told by [`ShuttingDown`](crate::ErrorKind::ShuttingDown).
    pub cut_off: Vec<CutOff>,
    /// Whether the server is still taking leave of the broker, which did not answer within the
    /// budget; [`RpcServer::wait`] waits for it.
    pub still_closing: bool,
}

/// A handler that was cut off: its future was dropped. A method that blocks cannot be stopped;
/// its thread goes on and its result is thrown away.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CutOff {
    /// The method.
    pub method: String,
    /// Its namespace.
    pub namespace: Option<String>,
    /// How long it had run.
    pub running_for: Duration,
}

impl ShutdownReport {
    /// Whether everything finished.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.cut_off.is_empty() && !self.still_closing
    }
}

impl RpcServer {
    /// Stops, and waits for what runs, for `budget` in all; what runs longer is cut off and
    /// reported.
    ///
    /// A tenth of the budget, at most a second, is kept for telling the callers of what was cut
    /// off.
    pub async fn shutdown(&self, budget: Duration) -> ShutdownReport {
        self.boxed_shutdown(budget).await
    }

    fn boxed_shutdown(&self, budget: Duration) -> BoxFuture<'_, ShutdownReport> {
        Box::pin(self.shut_down(budget))
    }

    async fn shut_down(&self, budget: Duration) -> ShutdownReport {
        let Some(epoch) = self.epoch() else {
            return ShutdownReport::default();
        };
        self.stop();
        let clock = &**self.handle.0.transport.runtime();
        let for_telling = (budget / 10).min(Duration::from_secs(1));
        if runtime::timeout(clock, budget - for_telling, self.ended(&epoch)).await.is_some() {
            return ShutdownReport::default();
        }
        let cut_off = epoch.cut_off();
        let ended = runtime::timeout(clock, for_telling, self.ended(&epoch)).await;
        for CutOff { method, running_for, .. } in &cut_off {
            tracing::warn!(target = %self.handle.0.target, method, ?running_for, "a handler was cut off");
        }
        ShutdownReport { cut_off, still_closing: ended.is_none() }
    }
}
