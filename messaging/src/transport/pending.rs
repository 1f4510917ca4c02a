//! A call that waits for its answer.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::sync::{Notify, oneshot};

use super::correlation::{Answered, Correlation, closed};
use crate::runtime::{self, Runtime};

/// A call's place in the table; dropping it takes the call out.
#[derive(Debug)]
pub(crate) struct Pending {
    msg_id: String,
    receiver: oneshot::Receiver<Answered>,
    alive: Arc<Notify>,
    /// Whether the broker may have the request, as far as is known.
    delivered: bool,
    correlation: Arc<Correlation>,
}

impl Pending {
    /// Enters a call. To be done before its request is sent, or its reply could come too early.
    pub(crate) fn register(correlation: &Arc<Correlation>, msg_id: String) -> Self {
        let (receiver, alive) = correlation.enter(msg_id.clone());
        Self { msg_id, receiver, alive, delivered: true, correlation: Arc::clone(correlation) }
    }

    /// The answer.
    pub(crate) async fn answer(&mut self) -> Answered {
        match (&mut self.receiver).await {
            Ok(answer) => answer,
            Err(_) => Err(closed()),
        }
    }

    /// The answer; none if the server gives no sign of life for as long as `monitor`.
    pub(crate) async fn monitored(
        &mut self,
        runtime: &dyn Runtime,
        monitor: Duration,
    ) -> Option<Answered> {
        let alive = Arc::clone(&self.alive);
        let mut answer = pin!(self.answer());
        loop {
            let sign = pin!(alive.notified());
            match runtime::timeout(runtime, monitor, select(answer.as_mut(), sign)).await? {
                Either::Left((answer, _)) => return Some(answer),
                Either::Right(_) => {}
            }
        }
    }

    /// The id of the call.
    pub(crate) fn msg_id(&self) -> &str {
        &self.msg_id
    }

    /// No answer will come: the request did not reach the broker.
    pub(crate) fn not_delivered(mut self) {
        self.delivered = false;
    }

    /// The answer, if it is there.
    pub(crate) fn answered(&mut self) -> Option<Answered> {
        self.receiver.try_recv().ok()
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.correlation.give_up(std::mem::take(&mut self.msg_id), self.delivered);
    }
}
