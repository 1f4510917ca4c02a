//! A call that waits for its answer.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::sync::{Notify, oneshot};

use super::correlation::{Answered, Correlation, closed};
use super::runs::Runs;
use crate::runtime::{self, Runtime};

/// A call's place in the table; dropping it takes the call out.
#[derive(Debug)]
pub(crate) struct Pending {
    msg_id: String,
    answer: Answer,
    /// Whether the broker may have the request, as far as is known.
    delivered: bool,
    correlation: Arc<Correlation>,
}

/// What comes for a call.
#[derive(Debug)]
pub(crate) struct Answer {
    receiver: oneshot::Receiver<Answered>,
    alive: Arc<Notify>,
}

/// Where a call stands in the table.
#[derive(Debug)]
pub(crate) struct Place<'a> {
    msg_id: &'a str,
    correlation: &'a Correlation,
}

impl Place<'_> {
    /// Who runs the call, if that was said.
    pub(super) fn runs(&self) -> Option<Runs> {
        self.correlation.runs(self.msg_id)
    }
}

impl Answer {
    /// The answer.
    pub(super) async fn wait(&mut self) -> Answered {
        match (&mut self.receiver).await {
            Ok(answer) => answer,
            Err(_) => Err(closed()),
        }
    }

    /// The answer; none if the server gives no sign of life for as long as `monitor`.
    pub(super) async fn monitored(
        &mut self,
        runtime: &dyn Runtime,
        monitor: Duration,
    ) -> Option<Answered> {
        let alive = Arc::clone(&self.alive);
        let mut answer = pin!(self.wait());
        loop {
            let sign = pin!(alive.notified());
            match runtime::timeout(runtime, monitor, select(answer.as_mut(), sign)).await? {
                Either::Left((answer, _)) => return Some(answer),
                Either::Right(_) => {}
            }
        }
    }
}

impl Pending {
    /// Enters a call. To be done before its request is sent, or its reply could come too early.
    pub(crate) fn register(correlation: &Arc<Correlation>, msg_id: String) -> Self {
        let (receiver, alive) = correlation.enter(msg_id.clone());
        let answer = Answer { receiver, alive };
        Self { msg_id, answer, delivered: true, correlation: Arc::clone(correlation) }
    }

    /// What comes for the call, and where it stands.
    pub(crate) fn parts(&mut self) -> (&mut Answer, Place<'_>) {
        let place = Place { msg_id: &self.msg_id, correlation: &self.correlation };
        (&mut self.answer, place)
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
        self.answer.receiver.try_recv().ok()
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.correlation.give_up(std::mem::take(&mut self.msg_id), self.delivered);
    }
}
