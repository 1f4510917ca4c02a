//! A call that waits for its answer.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Poll, ready};
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::sync::{Notify, oneshot};

use super::correlation::{Answered, Correlation, closed};
use super::runs::Runs;
use crate::Error;
use crate::driver::Sender;
use crate::runtime::{self, Runtime};
use crate::wire::Id;

/// A call's place in the table; dropping it takes the call out.
#[derive(Debug)]
pub(crate) struct Pending {
    msg_id: Id,
    answer: Answer,
    /// Whether the broker may have the request, as far as is known.
    delivered: bool,
    correlation: Arc<Correlation>,
}

/// What comes for a call.
#[derive(Debug)]
pub(crate) struct Answer {
    receiver: oneshot::Receiver<Answered>,
    /// Told of each sign of life, where the call is monitored.
    alive: Option<Arc<Notify>>,
    /// Whether it came, or that none will: the call is in the table no more then.
    came: bool,
}

/// Where a call stands in the table.
#[derive(Debug)]
pub(crate) struct Place<'a> {
    msg_id: &'a Id,
    correlation: &'a Correlation,
}

impl Place<'_> {
    /// Who runs the call, if that was said.
    pub(super) fn runs(&self) -> Option<Runs> {
        self.correlation.runs(self.msg_id)
    }

    /// Why it is not certain that the broker has its request.
    pub(super) fn unconfirmed(&self) -> Option<Error> {
        self.correlation.unconfirmed(self.msg_id)
    }
}

impl Answer {
    pub(super) fn new(receiver: oneshot::Receiver<Answered>, alive: Option<Arc<Notify>>) -> Self {
        Self { receiver, alive, came: false }
    }

    /// The answer.
    pub(super) fn wait(&mut self) -> impl Future<Output = Answered> + '_ {
        poll_fn(|context| {
            let answered = ready!(Pin::new(&mut self.receiver).poll(context));
            self.came = true;
            Poll::Ready(answered.unwrap_or_else(|_| Err(closed())))
        })
    }

    /// The answer; none if the server gives no sign of life for as long as `monitor`.
    pub(super) async fn monitored(
        &mut self,
        runtime: &dyn Runtime,
        monitor: Duration,
    ) -> Option<Answered> {
        let alive = self.alive.clone().unwrap_or_default();
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
    pub(crate) fn register(correlation: &Arc<Correlation>, msg_id: Id, monitored: bool) -> Self {
        let answer = correlation.enter(msg_id.clone(), monitored);
        Self { msg_id, answer, delivered: true, correlation: Arc::clone(correlation) }
    }

    /// What comes for the call, and where it stands.
    pub(crate) fn parts(&mut self) -> (&mut Answer, Place<'_>) {
        let place = Place { msg_id: &self.msg_id, correlation: &self.correlation };
        (&mut self.answer, place)
    }

    /// Who is told if its request fails on the way.
    pub(super) fn sender(&self) -> Arc<dyn Sender> {
        Arc::clone(&self.correlation) as _
    }

    /// The id of the call.
    pub(crate) fn msg_id(&self) -> &Id {
        &self.msg_id
    }

    /// No answer will come: the request did not reach the broker.
    pub(crate) fn not_delivered(mut self) {
        self.delivered = false;
    }

    /// The answer, if it is there.
    pub(crate) fn answered(&mut self) -> Option<Answered> {
        let answered = self.answer.receiver.try_recv().ok();
        self.answer.came |= answered.is_some();
        answered
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if !self.answer.came {
            self.correlation.give_up(&self.msg_id, self.delivered);
        }
    }
}
