//! Answers on their way back, off the worker: a caller that is gone holds up nobody.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::OwnedSemaphorePermit;

use super::epoch::Epoch;
use super::{Inner, MODULE};
use crate::context::Deadline;
use crate::driver::Address;
use crate::rpc::dispatcher::Answer;
use crate::runtime;
use crate::transport::Effort;
use crate::wire::{Reply, ReplyTo};
use crate::{Error, Failure};

/// How long a missing queue is remembered (wire document, section 10).
const MEMORY: Duration = Duration::from_secs(60);

/// The pause between two tries (wire document, section 10).
const PAUSE: Duration = Duration::from_millis(250);

/// How many missing queues are remembered (wire document, section 10).
const REMEMBERED: usize = 200;

/// Whether a queue is one to answer to. Requests name it, and a server with rights of its own would
/// write wherever a request says: only what looks like a reply queue is written to (wire
/// document, section 5.2).
pub(super) fn is_reply_queue(queue: &str) -> bool {
    queue.starts_with("reply_")
}

/// The reply queues that were missing lately: the answers to one dead caller are tried once.
#[derive(Debug, Default)]
pub(super) struct MissingQueues(Mutex<VecDeque<(String, Instant)>>);

impl MissingQueues {
    fn contains(&self, queue: &str, now: Instant) -> bool {
        let mut queues = self.queues();
        queues.retain(|(_, since)| now.saturating_duration_since(*since) < MEMORY);
        queues.iter().any(|(missing, _)| missing == queue)
    }

    fn insert(&self, queue: &str, now: Instant) {
        let mut queues = self.queues();
        if queues.len() == REMEMBERED {
            queues.pop_front();
        }
        queues.push_back((queue.to_owned(), now));
    }

    fn queues(&self) -> MutexGuard<'_, VecDeque<(String, Instant)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
    /// Sends the answer to a call. While the caller's queue is missing, which may be because the
    /// caller is connecting anew, it is tried again until the caller has given up, the
    /// option `kombu_missing_consumer_retry_timeout` says so, or the server stops. An answer that the broker does not take, being too large, is
    /// replaced by a failure that says so.
    pub(super) async fn send(self, outcome: Result<Answer, Failure>) {
        let target = &self.server.target;
        let queue = &self.reply_to.queue;
        if !is_reply_queue(queue) {
            tracing::warn!(%target, "a request names no reply queue to answer to; it is not answered");
            return;
        }
        let clock = self.server.transport.runtime();
        if self.server.missing_queues.contains(queue, clock.now()) {
            tracing::debug!(%target, "an answer to a caller that is gone was dropped");
            return;
        }
        let patience = self.server.transport.missing_consumer_retry_timeout();
        let patience = Deadline::after(clock, patience);
        let Err(error) = self.publish(&patience, outcome.as_ref()).await else { return };
        if error.is_unroutable() {
            return self.retry(&patience, outcome.as_ref()).await;
        }
        tracing::warn!(%target, %error, "an answer could not be sent");
        if outcome.is_ok() {
            let text = format!("the result could not be sent: {error}");
            let failure = Failure::new(MODULE, "ResultNotSent", text);
            if let Err(error) = self.publish(&patience, Err(&failure)).await {
                tracing::debug!(%target, %error, "nor could the failure that says so");
            }
        }
    }

    /// Tries again, off the worker.
    async fn retry(self, patience: &Deadline, outcome: Result<&Answer, &Failure>) {
        let Self { server, epoch, reply_to, deadline, permit } = self;
        drop(permit);
        let clock = server.transport.runtime();
        loop {
            let stopped = runtime::timeout(&**clock, PAUSE, epoch.stopped()).await.is_some();
            let left = left(deadline.as_ref(), patience);
            if stopped || left.is_zero() {
                tracing::debug!(target = %server.target, "a caller is gone before its answer");
                return server.missing_queues.insert(&reply_to.queue, clock.now());
            }
            match publish(server, &reply_to, left, outcome).await {
                Ok(()) => return,
                Err(error) if error.is_unroutable() => {}
                Err(error) => {
                    tracing::warn!(target = %server.target, %error, "an answer could not be sent");
                    return;
                }
            }
        }
    }

    async fn publish(
        &self,
        patience: &Deadline,
        outcome: Result<&Answer, &Failure>,
    ) -> Result<(), Error> {
        let within = left(self.deadline.as_ref(), patience);
        publish(self.server, &self.reply_to, within, outcome).await
    }
}

/// How long an answer is worth a try.
fn left(deadline: Option<&Deadline>, patience: &Deadline) -> Duration {
    let patience = patience.remaining();
    deadline.map_or(patience, |deadline| deadline.remaining().min(patience))
}

/// One try, which is a message of its own, with an id of its own.
async fn publish(
    server: &Inner,
    reply_to: &ReplyTo,
    within: Duration,
    outcome: Result<&Answer, &Failure>,
) -> Result<(), Error> {
    let address = Address::Reply { queue: reply_to.queue.clone() };
    let body = Reply::encode(&reply_to.msg_id, outcome.map(|answer| &*answer.0));
    server.transport.send(&address, &body, Effort::ANSWER, within).await
}
