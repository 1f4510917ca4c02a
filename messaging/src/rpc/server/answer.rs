//! Answers on their way back, off the worker: a caller that is gone holds up nobody.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::sync::OwnedSemaphorePermit;

use super::epoch::Epoch;
use super::{Inner, MODULE};
use crate::context::Deadline;
use crate::driver::Address;
use crate::rpc::dispatcher::Answer;
use crate::transport::Effort;
use crate::wire::{Reply, ReplyTo};
use crate::{Error, ErrorKind, Failure, runtime};

/// The pause between two tries (wire document, section 10).
const PAUSE: Duration = Duration::from_millis(250);

/// Whether a queue is one to answer to. Requests name it, and a server with rights of its own would
/// write wherever a request says: only what looks like a reply queue is written to (wire
/// document, section 5.2).
pub(super) fn is_reply_queue(queue: &str) -> bool {
    queue.starts_with("reply_")
}

/// An answer on its way.
pub(super) struct Answering<'a> {
    pub(super) server: &'a Inner,
    pub(super) epoch: &'a Epoch,
    pub(super) reply_to: ReplyTo,
    /// When the caller gives up, if it said.
    pub(super) deadline: Option<Deadline>,
    /// Held until the broker has the answer, so that a broker which takes none gets no more
    /// work out of this server; given back where the caller is what keeps the answer waiting.
    pub(super) permit: OwnedSemaphorePermit,
}

impl Answering<'_> {
    /// Sends the answer to a call. It is sent again where the connection was lost over it, which
    /// gives the caller a second copy at worst, and while the caller's queue is missing, which may
    /// be because the caller is connecting anew: until the caller has given up, the option
    /// `kombu_missing_consumer_retry_timeout` says so, or the server stops. An answer that the
    /// broker does not take, being too large, is replaced by a failure that says so.
    pub(super) async fn send(self, outcome: Result<Answer, Failure>) {
        let target = &self.server.target;
        let queue = &self.reply_to.queue;
        if !is_reply_queue(queue) {
            tracing::warn!(%target, "a request names no reply queue to answer to; it is not answered");
            return;
        }
        let clock = self.server.transport.runtime();
        let patience = self.server.transport.missing_consumer_retry_timeout();
        let patience = Deadline::after(clock, patience);
        let mut outcome = outcome;
        while !self.left(&patience).is_zero() {
            if self.server.missing_queues.is_gone(queue, clock.now()) {
                tracing::debug!(%target, "an answer to a caller that is gone was dropped");
                return;
            }
            let Err(error) = self.publish(&patience, &outcome).await else { return };
            if error.is_unroutable() {
                return self.wait_in_line(&patience, &outcome).await;
            }
            if !may_be_sent_again(&error) {
                tracing::warn!(%target, %error, "an answer could not be sent");
                if outcome.is_err() {
                    return;
                }
                let text = format!("the result could not be sent: {error}");
                outcome = Err(Failure::new(MODULE, "ResultNotSent", text));
            }
        }
        tracing::debug!(%target, "a caller has given up before its answer");
    }

    /// Tries again, off the worker, and of all answers to the same queue one at a time.
    async fn wait_in_line(self, patience: &Deadline, outcome: &Result<Answer, Failure>) {
        let Self { server, epoch, reply_to, deadline, permit } = self;
        drop(permit);
        let (target, queue, missing) = (&server.target, &reply_to.queue, &server.missing_queues);
        let Some(_room) = missing.room(weight(outcome)) else {
            tracing::warn!(%target, "an answer was dropped: too many wait for missing callers");
            return;
        };
        let clock = &**server.transport.runtime();
        let line = missing.line(queue);
        let trying = async {
            let _turn = line.lock().await;
            while !missing.is_gone(queue, clock.now()) {
                let left = left(deadline.as_ref(), patience);
                match publish(server, &reply_to, left, outcome).await {
                    Ok(()) => return,
                    Err(error) if error.is_unroutable() || may_be_sent_again(&error) => {}
                    Err(error) => {
                        tracing::warn!(%target, %error, "an answer could not be sent");
                        return;
                    }
                }
                clock.sleep(PAUSE).await;
            }
        };
        let bounded = runtime::timeout(clock, left(deadline.as_ref(), patience), trying);
        let ended = match select(pin!(bounded), pin!(epoch.stopped())).await {
            Either::Left((ended, _)) => ended,
            Either::Right(_) => None,
        };
        if ended.is_none() {
            tracing::debug!(%target, "a caller is gone before its answer");
            // Whoever gave up sooner than that may be back for its next call.
            if patience.remaining().is_zero() {
                missing.give_up(queue, clock.now());
            }
        }
    }

    fn left(&self, patience: &Deadline) -> Duration {
        left(self.deadline.as_ref(), patience)
    }

    async fn publish(
        &self,
        patience: &Deadline,
        outcome: &Result<Answer, Failure>,
    ) -> Result<(), Error> {
        publish(self.server, &self.reply_to, self.left(patience), outcome).await
    }
}

/// How long an answer is worth a try.
fn left(deadline: Option<&Deadline>, patience: &Deadline) -> Duration {
    let patience = patience.remaining();
    deadline.map_or(patience, |deadline| deadline.remaining().min(patience))
}

/// Whether the error is of the connection, and not of the answer.
fn may_be_sent_again(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::NotConfirmed | ErrorKind::Connection)
}

/// How much memory an answer holds that waits, about.
fn weight(outcome: &Result<Answer, Failure>) -> usize {
    match outcome {
        Ok(answer) => answer.0.get().len(),
        Err(failure) => {
            failure.message.len() + failure.traceback.iter().map(String::len).sum::<usize>()
        }
    }
}

/// One try, which is a message of its own, with an id of its own.
async fn publish(
    server: &Inner,
    reply_to: &ReplyTo,
    within: Duration,
    outcome: &Result<Answer, Failure>,
) -> Result<(), Error> {
    let address = Address::Reply { queue: reply_to.queue.clone() };
    let outcome = outcome.as_ref().map(|answer| &*answer.0);
    let body = Reply::encode(&reply_to.msg_id, outcome);
    server.transport.send(&address, &body, Effort::ANSWER, within).await
}
