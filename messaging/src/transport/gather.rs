//! A request to every server of a topic, and the answers as they come in.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tokio::sync::mpsc;

use super::correlation::Correlation;
use super::sink::{Arrival, Rules, Shared, Sink};
use super::{Effort, Transport};
use crate::context::Deadline;
use crate::driver::{Address, Notes, Publish};
use crate::runtime::Runtime;
use crate::wire::{AnswerTo, Id, Reply, new_id};
use crate::{Error, ErrorKind};

impl Transport {
    /// Sends a request to all who listen at `address`; the answers are there to be read until
    /// `window` has passed, or a rule ends them sooner. `encode` writes the body.
    ///
    /// # Errors
    ///
    /// Without the method, which only the caller knows.
    pub(crate) async fn gather(
        &self,
        address: &Address,
        window: &Deadline,
        effort: Effort,
        rules: Rules,
        encode: impl FnOnce(AnswerTo<'_>) -> Result<Vec<u8>, Error>,
    ) -> Result<Gathering, Error> {
        let Effort { mandatory, retries } = effort;
        let queue = self.inner.replies.queue(window.remaining(), retries).await?;
        let msg_id = new_id();
        let body = encode(AnswerTo { msg_id: &msg_id, queue })?;
        let clock = &self.inner.runtime;
        let (sink, arrivals, shared) = Sink::new(rules, window.clone(), clock);
        let seat = self.inner.replies.seat(msg_id, sink, window.clone())?;
        let mut gathering = Gathering {
            arrivals,
            shared,
            seat: Some(seat),
            window: window.clone(),
            ends: clock.sleep(window.remaining()),
            clock: Arc::clone(clock),
            left: rules.first,
            are_all: rules.are_all,
            unconfirmed: None,
        };
        let left = window.remaining();
        let message = Publish {
            address,
            body: &body,
            notes: Notes::NONE,
            expires: Some(left),
            mandatory,
            within: left,
            retries,
        };
        match self.publish(message).await {
            Ok(()) => {}
            // The broker may have it: an answer proves it.
            Err(error) if error.kind() == ErrorKind::NotConfirmed => {
                gathering.unconfirmed = Some(error);
            }
            Err(error) => {
                gathering.not_delivered();
                return Err(error);
            }
        }
        Ok(gathering)
    }
}

/// The answers to one request, as they come in.
pub(crate) struct Gathering {
    arrivals: mpsc::Receiver<Arrival>,
    shared: Arc<Shared>,
    /// Given up when it is over.
    seat: Option<Seat>,
    window: Deadline,
    /// Ends when time ends the gather.
    ends: BoxFuture<'static, ()>,
    clock: Arc<dyn Runtime>,
    left: Option<usize>,
    /// Whether nobody answers beyond these.
    are_all: bool,
    /// That the broker may not have the request: told at the end if no answer disproves it.
    unconfirmed: Option<Error>,
}

impl Gathering {
    /// Over before it is read: with `answer`, the reply of the only server that there is, or
    /// without.
    pub(crate) fn of_one(
        answer: Option<(Reply, Notes)>,
        window: &Deadline,
        clock: &Arc<dyn Runtime>,
        rules: Rules,
    ) -> Self {
        let (mut sink, arrivals, shared) = Sink::new(rules, window.clone(), clock);
        if let Some((reply, notes)) = answer {
            sink.take(reply, notes, 0);
        }
        let seat = Seat {
            msg_id: "".into(),
            window: window.clone(),
            awaited: false,
            correlation: Arc::default(),
        };
        Self {
            arrivals,
            shared,
            seat: Some(seat),
            window: window.clone(),
            ends: clock.sleep(window.remaining()),
            clock: Arc::clone(clock),
            left: rules.first,
            are_all: rules.are_all,
            unconfirmed: None,
        }
    }

    /// The next answer; none when there will be no more.
    pub(crate) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Arrival>> {
        if self.seat.is_none() {
            return Poll::Ready(None);
        }
        match self.arrivals.poll_recv(context) {
            Poll::Ready(Some(arrival)) => {
                self.shared.read(&arrival);
                self.unconfirmed = None;
                if let Some(gap_ends) = &arrival.gap_ends {
                    let left = gap_ends.remaining().min(self.window.remaining());
                    self.ends = self.clock.sleep(left);
                }
                self.left = self.left.map(|left| left.saturating_sub(1));
                if self.left == Some(0) {
                    match self.seat.take() {
                        Some(seat) if self.are_all => seat.not_awaited(),
                        seat => drop(seat),
                    }
                }
                Poll::Ready(Some(arrival))
            }
            Poll::Ready(None) => Poll::Ready(self.end()),
            Poll::Pending => self.ends.poll_unpin(context).map(|()| self.end()),
        }
    }

    /// Ends it; what is left to be told is why it ended as it did.
    fn end(&mut self) -> Option<Arrival> {
        self.seat = None;
        let error = self.shared.failed().or_else(|| self.unconfirmed.take());
        error.map(Arrival::of_error)
    }

    /// How many answers were dropped because too many waited to be read.
    pub(crate) fn dropped(&self) -> u64 {
        self.shared.dropped()
    }

    fn not_delivered(mut self) {
        if let Some(seat) = self.seat.take() {
            seat.not_awaited();
        }
    }

    /// How much of the window is left.
    pub(crate) fn remaining(&self) -> Duration {
        if self.seat.is_some() { self.window.remaining() } else { Duration::ZERO }
    }
}

impl fmt::Debug for Gathering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gathering")
            .field("remaining", &self.remaining())
            .field("dropped", &self.dropped())
            .finish_non_exhaustive()
    }
}

/// A gather's place in the table; dropping it takes the gather out.
#[derive(Debug)]
pub(super) struct Seat {
    msg_id: Id,
    window: Deadline,
    /// Whether anybody may answer.
    awaited: bool,
    correlation: Arc<Correlation>,
}

impl Seat {
    /// Enters a gather. To be done before its request is sent.
    pub(super) fn take(
        correlation: &Arc<Correlation>,
        msg_id: Id,
        sink: Sink,
        window: Deadline,
    ) -> Self {
        correlation.enter_gather(msg_id.clone(), sink);
        Self { msg_id, window, awaited: true, correlation: Arc::clone(correlation) }
    }

    /// Nobody answers any more: the request was not sent, or all have.
    pub(super) fn not_awaited(mut self) {
        self.awaited = false;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        // Once the window has passed, the request has expired: nobody begins to answer it.
        let may_be_answered = self.awaited && !self.window.remaining().is_zero();
        self.correlation.give_up(&self.msg_id, may_be_answered);
    }
}
