//! Answers on their way back, off the worker: a caller that is gone holds up nobody.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::{Either, select};

use super::epoch::{Epoch, InFlight};
use super::turn::Turn;
use super::{Inner, MODULE};
use crate::context::Deadline;
use crate::driver::{Address, Notes};
use crate::error::Origin;
use crate::rpc::dispatcher::{Answer, ServedApi};
use crate::transport::Effort;
use crate::wire::{Reply, ReplyTo, is_reply_queue, notes};
use crate::{Error, ErrorKind, Failure, runtime};

/// The pause between two tries (wire document, section 10).
const PAUSE: Duration = Duration::from_millis(250);

/// An answer on its way.
pub(super) struct Answering {
    server: Arc<Inner>,
    epoch: Arc<Epoch>,
    /// Counts as work of the server until the answer is sent.
    _in_flight: InFlight,
    reply_to: Arc<ReplyTo>,
    /// The API that answers.
    api: Option<Arc<ServedApi>>,
    /// When the caller gives up, if it said.
    deadline: Option<Deadline>,
    /// Whether it was tried before.
    tried: AtomicBool,
}

impl Answering {
    /// The answer of `api` to a call that gives up at `deadline`, if it said.
    pub(super) fn new(
        (server, epoch): (Arc<Inner>, Arc<Epoch>),
        in_flight: InFlight,
        reply_to: Arc<ReplyTo>,
        api: Option<Arc<ServedApi>>,
        deadline: Option<Deadline>,
    ) -> Self {
        let (_in_flight, tried) = (in_flight, AtomicBool::default());
        Self { server, epoch, _in_flight, reply_to, api, deadline, tried }
    }

    /// Sends the answer to a call, unless the caller has given up. It is sent again where the
    /// connection was lost over it, which gives the caller a second copy at worst. An answer that
    /// the broker refuses, being too large, is replaced by a failure that says so.
    ///
    /// `turn` is held meanwhile, so that a broker which takes no answers gets no more work out
    /// of this server. It is given back where the caller's queue is missing: the answer then waits
    /// off the worker.
    pub(super) async fn send(self, mut outcome: Result<Answer, Failure>, turn: Turn) {
        let (server, epoch) = (Arc::clone(&self.server), Arc::clone(&self.epoch));
        let (target, queue) = (&server.target, self.reply_to.queue.clone());
        if !is_reply_queue(&queue) {
            tracing::warn!(%target, "a request names no reply queue to answer to; it is not answered");
            return;
        }
        let clock = server.transport.runtime();
        let worth = match &self.deadline {
            Some(deadline) => deadline.clone(),
            None => Deadline::after(clock, server.transport.response_timeout()),
        };
        while !worth.remaining().is_zero() {
            if server.missing_queues.is_gone(&queue, clock.now()) {
                tracing::debug!(%target, "an answer to a caller that is gone was dropped");
                return;
            }
            let Err(error) = self.publish(&worth, &outcome).await else { return };
            if error.is_unroutable() {
                // In a task of its own: what an executor runs it on, such as a thread, is free.
                clock.spawn(Box::pin(self.wait_in_line(worth, outcome)));
                drop(turn);
                return;
            }
            if error.kind() == ErrorKind::Closed {
                tracing::debug!(%target, "an answer was not sent: the transport was closed");
                return;
            }
            if is_of_the_answer(&error) {
                tracing::warn!(%target, %error, "an answer could not be sent");
                if outcome.is_err() {
                    return;
                }
                let text = format!("the result could not be sent: {error}");
                outcome = Err(Failure::new(MODULE, "ResultNotSent", text));
                continue;
            }
            let cut_off = pin!(epoch.is_cut_off());
            if let Either::Right(_) = select(clock.sleep(PAUSE), cut_off).await {
                tracing::warn!(%target, %error, "an answer was not sent before the server ended");
                return;
            }
        }
        tracing::debug!(%target, "an answer was not sent before its caller had given up");
    }

    /// Tries again while the caller's queue is missing, which may be because the caller is
    /// connecting anew; of all answers to the same queue one at a time. It ends when the caller has
    /// given up, the option `kombu_missing_consumer_retry_timeout` says so, or the server stops.
    async fn wait_in_line(self, worth: Deadline, outcome: Result<Answer, Failure>) {
        let (target, missing) = (&self.server.target, &self.server.missing_queues);
        let queue = &self.reply_to.queue;
        // What is held is at most a few times what is sent.
        let Some(_room) = missing.room(self.encode(&outcome).len()) else {
            tracing::warn!(%target, "an answer was dropped: too many wait for missing callers");
            return;
        };
        let clock = self.server.transport.runtime();
        let patience = self.server.transport.missing_consumer_retry_timeout();
        let patience = Deadline::after(clock, patience);
        let line = missing.line(queue);
        let trying = async {
            let _turn = line.lock().await;
            while !missing.is_gone(queue, clock.now()) {
                let tried = {
                    let _few = missing.few().await;
                    self.publish(&worth, &outcome).await
                };
                match tried {
                    Ok(()) => return,
                    Err(error) if error.kind() == ErrorKind::Closed || is_of_the_answer(&error) => {
                        tracing::warn!(%target, %error, "an answer could not be sent");
                        return;
                    }
                    Err(_) => {}
                }
                clock.sleep(PAUSE).await;
            }
        };
        let within = worth.remaining().min(patience.remaining());
        if within.is_zero() {
            tracing::debug!(%target, "a caller is gone before its answer");
            return;
        }
        let bounded = runtime::timeout(&**clock, within, trying);
        let ended = match select(pin!(bounded), pin!(self.epoch.stopped())).await {
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

    /// One try, which is a message of its own, with an id of its own.
    async fn publish(
        &self,
        worth: &Deadline,
        outcome: &Result<Answer, Failure>,
    ) -> Result<(), Error> {
        let address = Address::Reply { queue: self.reply_to.queue.clone() };
        let (body, notes) = (self.encode(outcome), self.notes(outcome));
        let transport = &self.server.transport;
        transport.send(&address, &body, &notes, Effort::ANSWER, worth.remaining()).await
    }

    /// What is said beside one try, to a caller that is made of this library too.
    fn notes(&self, outcome: &Result<Answer, Failure>) -> Notes {
        let notes = notes_of(&self.server.name, self.api.as_deref(), outcome);
        // Whoever gathers answers takes one of each server.
        match self.tried.swap(true, Ordering::Relaxed) {
            true => notes.with(notes::AGAIN, "1"),
            false => notes,
        }
    }

    fn encode(&self, outcome: &Result<Answer, Failure>) -> Vec<u8> {
        Reply::encode(&self.reply_to.msg_id, outcome.as_ref().map(|answer| &*answer.0))
    }
}

/// What `server` says beside an answer of `api`.
pub(crate) fn notes_of(
    server: &str,
    api: Option<&ServedApi>,
    outcome: &Result<Answer, Failure>,
) -> Notes {
    let mut notes = Notes::default().with(notes::SERVER, server);
    if let Some(fingerprint) = api.and_then(ServedApi::fingerprint) {
        notes = notes.with(notes::CONTRACT, fingerprint);
    }
    match outcome.as_ref().map_err(|failure| failure.origin()) {
        Err(Origin::Arguments) => notes.with(notes::UNREADABLE, "request"),
        _ => notes,
    }
}

/// Whether the error is of this answer, so that another may be taken in its place. Every other is
/// of the connection, or of what the broker lets this service do, and may pass.
fn is_of_the_answer(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Refused | ErrorKind::Target | ErrorKind::Encode)
}
