//! Answers on their way back, off the worker: a caller that is gone holds up nobody.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{Either, select};

use super::epoch::{Epoch, InFlight};
use super::return_address::ReturnAddress;
use super::turn::Turn;
use super::{Inner, MODULE};
use crate::context::Deadline;
use crate::driver::{Notes, Post, Sender};
use crate::error::Origin;
use crate::rpc::dispatcher::{Answer, ServedApi};
use crate::transport::Effort;
use crate::wire::{Reply, notes};
use crate::{Error, ErrorKind, Failure, runtime};

/// The pause between two tries (wire document, section 10).
const PAUSE: Duration = Duration::from_millis(250);

/// Who is answered, and by whom.
pub(super) struct Answering {
    server: Arc<Inner>,
    epoch: Arc<Epoch>,
    /// Counts as work of the server until the answer is sent.
    in_flight: InFlight,
    reply_to: ReturnAddress,
    /// What is said beside it.
    beside: Arc<Notes>,
    /// When the caller gives up, if it said.
    deadline: Option<Deadline>,
}

impl Answering {
    /// The answer to a call that gives up at `deadline`, if it said; with what is said
    /// [beside](beside) it.
    pub(super) fn new(
        (server, epoch): (Arc<Inner>, Arc<Epoch>),
        in_flight: InFlight,
        reply_to: ReturnAddress,
        beside: Arc<Notes>,
        deadline: Option<Deadline>,
    ) -> Self {
        Self { server, epoch, in_flight, reply_to, beside, deadline }
    }

    /// Sends the answer to a call, unless the caller has given up, and ends when the broker was
    /// given it; where it did not take it the answer is sent again.
    ///
    /// `turn` is held meanwhile, so that a broker which takes no answers gets no more work out
    /// of this server.
    pub(super) fn send(
        self,
        outcome: Result<Answer, Failure>,
        turn: Turn,
    ) -> impl Future<Output = ()> + Send {
        let sending = self.prepared(outcome);
        async move {
            let Some((answered, in_flight)) = sending else { return };
            if let Err(error) = answered.post().await {
                // Boxed, since it is rare and large.
                answered.send_again(error, in_flight, turn).boxed().await;
            }
        }
    }

    /// The answer, if it is to be sent.
    fn prepared(self, outcome: Result<Answer, Failure>) -> Option<(Arc<Answered>, InFlight)> {
        let Self { server, epoch, in_flight, reply_to, beside, deadline } = self;
        let target = &server.target;
        if !reply_to.is_reply_queue() {
            tracing::warn!(%target, "a request names no reply queue to answer to; it is not answered");
            return None;
        }
        let clock = server.transport.runtime();
        let worth =
            deadline.unwrap_or_else(|| Deadline::after(clock, server.transport.response_timeout()));
        if worth.remaining().is_zero() {
            tracing::debug!(%target, "an answer was not sent before its caller had given up");
            return None;
        }
        if server.missing_queues.is_gone(reply_to.queue(), clock.now()) {
            tracing::debug!(%target, "an answer to a caller that is gone was dropped");
            return None;
        }
        Some((Arc::new(Answered { server, epoch, reply_to, beside, worth, outcome }), in_flight))
    }
}

/// An answer that was given to the broker.
struct Answered {
    server: Arc<Inner>,
    epoch: Arc<Epoch>,
    reply_to: ReturnAddress,
    beside: Arc<Notes>,
    /// Until when anybody waits for it.
    worth: Deadline,
    outcome: Result<Answer, Failure>,
}

impl Sender for Answered {
    fn undelivered(self: Arc<Self>, _: &[u8], error: Error) {
        // It is work of the server again, if the server is still there to do it.
        let (in_flight, clock) = (self.epoch.enter(), self.server.transport.runtime().clone());
        clock.spawn(Box::pin(self.send_again(error, in_flight, Turn::none())));
    }
}

impl Answered {
    /// Sends it again where the connection was lost over it, which gives the caller a second copy at
    /// worst. An answer that the broker refuses, being too large, is replaced by a failure that says
    /// so.
    ///
    /// `turn` is given back where the caller's queue is missing: the answer then waits off the
    /// worker.
    async fn send_again(self: Arc<Self>, error: Error, in_flight: InFlight, turn: Turn) {
        let (target, queue) = (&self.server.target, self.reply_to.queue());
        let clock = self.server.transport.runtime();
        let (mut error, mut instead) = (error, None);
        loop {
            if error.is_unroutable() {
                // In a task of its own: what an executor runs it on, such as a thread, is free.
                clock.spawn(Box::pin(Arc::clone(&self).wait_in_line(instead, in_flight)));
                drop(turn);
                return;
            }
            if error.kind() == ErrorKind::Closed {
                tracing::debug!(%target, "an answer was not sent: the transport was closed");
                return;
            }
            if is_of_the_answer(&error) {
                tracing::warn!(%target, %error, "an answer could not be sent");
                if self.outcome.is_err() || instead.is_some() {
                    return;
                }
                let text = format!("the result could not be sent: {error}");
                instead = Some(Failure::new(MODULE, "ResultNotSent", text));
            } else {
                let cut_off = pin!(self.epoch.is_cut_off());
                if let Either::Right(_) = select(clock.sleep(PAUSE), cut_off).await {
                    tracing::warn!(%target, %error, "an answer was not sent before the server ended");
                    return;
                }
            }
            if self.worth.remaining().is_zero() {
                tracing::debug!(%target, "an answer was not sent before its caller had given up");
                return;
            }
            if self.server.missing_queues.is_gone(queue, clock.now()) {
                tracing::debug!(%target, "an answer to a caller that is gone was dropped");
                return;
            }
            match self.publish(instead.as_ref()).await {
                Ok(()) => return,
                Err(failed) => error = failed,
            }
        }
    }

    /// Tries again while the caller's queue is missing, which may be because the caller is
    /// connecting anew; of all answers to the same queue one at a time. It ends when the caller has
    /// given up, the option `kombu_missing_consumer_retry_timeout` says so, or the server stops.
    async fn wait_in_line(self: Arc<Self>, instead: Option<Failure>, _in_flight: InFlight) {
        let (target, missing) = (&self.server.target, &self.server.missing_queues);
        let (queue, worth) = (self.reply_to.queue(), &self.worth);
        // What is held is at most a few times what is sent.
        let Some(_room) = missing.room(self.encode(instead.as_ref()).len()) else {
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
                    self.publish(instead.as_ref()).await
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

    /// The first try, for whose confirmation nobody waits: that it is not confirmed is told later.
    async fn post(self: &Arc<Self>) -> Result<(), Error> {
        let Effort { mandatory, retries } = Effort::ANSWER;
        let notes = match unreadable(self.outcome().err()) {
            false => Arc::clone(&self.beside),
            true => Arc::new(self.notes(self.outcome().err())),
        };
        let message = Post {
            address: Arc::clone(&self.reply_to.address),
            body: Arc::new(self.encode(None)),
            notes,
            expires: None,
            mandatory,
            within: self.worth.remaining(),
            retries,
            sender: Arc::clone(self) as _,
        };
        self.server.transport.post(message).await
    }

    /// Another try, which is a message of its own, with an id of its own, and says that it is another.
    async fn publish(&self, instead: Option<&Failure>) -> Result<(), Error> {
        let body = self.encode(instead);
        let notes = self.notes(instead.or(self.outcome().err()));
        // Whoever gathers answers takes one of each server.
        let notes = notes.with(notes::AGAIN, "1");
        let (transport, within) = (&self.server.transport, self.worth.remaining());
        transport.send(&self.reply_to.address, &body, &notes, Effort::ANSWER, within).await
    }

    /// What is said beside it, where it is `failure`.
    fn notes(&self, failure: Option<&Failure>) -> Notes {
        with_origin(Notes::clone(&self.beside), failure)
    }

    fn outcome(&self) -> Result<&Answer, &Failure> {
        self.outcome.as_ref()
    }

    /// The body: the outcome, or a failure `instead`.
    fn encode(&self, instead: Option<&Failure>) -> Vec<u8> {
        let outcome = instead.map_or(self.outcome(), Err);
        let form = self.server.transport.form();
        Reply::encode(&self.reply_to.msg_id, outcome.map(|answer| &*answer.0), form)
    }
}

/// What `server` says beside each answer of `api`.
pub(super) fn beside(server: &Inner, api: Option<&ServedApi>) -> Arc<Notes> {
    match api {
        Some(api) => api.beside(|| of_api(&server.name, Some(api))),
        None => Arc::new(of_api(&server.name, None)),
    }
}

/// What `server` says beside an answer of `api`, which may be `failure`.
pub(crate) fn notes_of(server: &str, api: Option<&ServedApi>, failure: Option<&Failure>) -> Notes {
    with_origin(of_api(server, api), failure)
}

fn of_api(server: &str, api: Option<&ServedApi>) -> Notes {
    let notes = Notes::default().with(notes::SERVER, server);
    match api.and_then(ServedApi::fingerprint) {
        Some(fingerprint) => notes.with(notes::CONTRACT, fingerprint),
        None => notes,
    }
}

fn with_origin(notes: Notes, failure: Option<&Failure>) -> Notes {
    match unreadable(failure) {
        true => notes.with(notes::UNREADABLE, "request"),
        false => notes,
    }
}

/// Whether it says that the request could not be read.
fn unreadable(failure: Option<&Failure>) -> bool {
    failure.is_some_and(|failure| matches!(failure.origin(), Origin::Arguments))
}

/// Whether the error is of this answer, so that another may be taken in its place. Every other is
/// of the connection, or of what the broker lets this service do, and may pass.
fn is_of_the_answer(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Refused | ErrorKind::Target | ErrorKind::Encode)
}
