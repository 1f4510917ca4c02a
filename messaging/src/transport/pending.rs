//! A call that waits for its answer.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::sync::{Notify, oneshot};

use super::correlation::{Correlation, Outcome, closed};
use crate::Error;
use crate::runtime::{self, Runtime};

/// A call's place in the table; dropping it takes the call out.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(super) msg_id: String,
    pub(super) receiver: oneshot::Receiver<Result<Outcome, Error>>,
    pub(super) alive: Arc<Notify>,
    /// Whether the broker may have the request, as far as is known.
    pub(super) delivered: bool,
    pub(super) correlation: Arc<Correlation>,
}

impl Pending {
    /// The answer.
    pub(crate) async fn answer(&mut self) -> Result<Outcome, Error> {
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
    ) -> Option<Result<Outcome, Error>> {
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
    pub(crate) fn answered(&mut self) -> Option<Result<Outcome, Error>> {
        self.receiver.try_recv().ok()
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.correlation.give_up(std::mem::take(&mut self.msg_id), self.delivered);
    }
}
