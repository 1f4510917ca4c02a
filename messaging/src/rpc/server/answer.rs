//! Answers on their way back, off the worker: a caller that is gone holds up nobody.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::Inner;
use super::epoch::Epoch;
use crate::Failure;
use crate::context::Deadline;
use crate::driver::Address;
use crate::rpc::dispatcher::Answer;
use crate::runtime;
use crate::wire::{Reply, ReplyTo};

/// How long an answer is tried while its queue is missing, and how long a missing queue is
/// remembered (wire document, section 10).
const PATIENCE: Duration = Duration::from_secs(60);

/// The pause between two tries (wire document, section 10).
const PAUSE: Duration = Duration::from_millis(250);

/// How many missing queues are remembered (wire document, section 10).
const REMEMBERED: usize = 200;

/// Requests name the queue that the answer goes to. A server with rights of its own would write
/// wherever a request says, so only what looks like a reply queue is written to (wire document,
/// section 5.2).
const REPLY_QUEUE: &str = "reply_";

/// The reply queues that were missing lately: the answers to one dead caller are tried once.
#[derive(Debug, Default)]
pub(super) struct MissingQueues(Mutex<VecDeque<(String, Instant)>>);

impl MissingQueues {
    fn contains(&self, queue: &str, now: Instant) -> bool {
        let mut queues = self.queues();
        queues.retain(|(_, since)| now.saturating_duration_since(*since) < PATIENCE);
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

/// Sends the answer to a call. While the caller's queue is missing, which may be because the
/// caller is connecting anew, it is tried again until the caller has given up, a minute has
/// passed, or the server stops.
pub(super) async fn send(
    server: &Inner,
    epoch: &Epoch,
    reply_to: &ReplyTo,
    caller: Option<&Deadline>,
    outcome: Result<&Answer, &Failure>,
) {
    let target = &server.target;
    let ReplyTo { msg_id, queue } = reply_to;
    if !queue.starts_with(REPLY_QUEUE) {
        tracing::warn!(%target, "a request names no reply queue to answer to; it is not answered");
        return;
    }
    let clock = server.transport.runtime();
    if server.missing_queues.contains(queue, clock.now()) {
        tracing::debug!(%target, "an answer to a caller that is gone was dropped");
        return;
    }
    let patience = Deadline::after(clock, PATIENCE);
    let left = || match caller {
        Some(caller) => caller.remaining().min(patience.remaining()),
        None => patience.remaining(),
    };
    let address = Address::Reply { queue: queue.clone() };
    let outcome = outcome.map(|answer| &*answer.0);
    loop {
        // Each try is a message of its own, with an id of its own.
        let body = Reply::encode(msg_id, outcome);
        let error = match server.transport.send(&address, &body, true, left()).await {
            Ok(()) => return,
            Err(error) => error,
        };
        if !error.is_unroutable() {
            tracing::warn!(%target, %error, "an answer could not be sent");
            return;
        }
        let waited = runtime::timeout(&**clock, PAUSE, epoch.stopped()).await.is_none();
        if !waited || left().is_zero() {
            tracing::debug!(%target, "a caller is gone before its answer");
            server.missing_queues.insert(queue, clock.now());
            return;
        }
    }
}
