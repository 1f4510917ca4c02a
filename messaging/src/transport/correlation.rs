//! Which reply belongs to which call.

use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::cancels::Outbox;
use super::given_up::GivenUp;
use super::pending::Answer;
use super::runs::Runs;
use super::sink::Sink;
use super::waiting::{Place, Table, Waiting};
use crate::driver::{Notes, Sender};
use crate::runtime::Runtime;
use crate::wire::{Ending, Id, Json, MaxSize, Reply, ReplyTo, salvage};
use crate::{Error, ErrorKind, Failure, Stage};

/// What a server answered.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// A result, or a failure.
    pub(crate) result: Result<Json, Failure>,
    /// What was said beside it; nothing where the server is a Python one.
    pub(crate) notes: Notes,
}

/// An answer, or why there will be none.
pub(super) type Answered = Result<Outcome, Error>;

/// The calls that wait for their replies.
#[derive(Debug)]
pub(crate) struct Correlation {
    max_size: MaxSize,
    calls: Mutex<Table>,
    late: AtomicU64,
    /// The last message that could not be read and named nobody who waits, and when it came.
    unreadable: Mutex<Option<(Instant, Error)>>,
    /// The requests that may still be answered although their calls have given up.
    given_up: Mutex<GivenUp>,
    clock: Arc<dyn Runtime>,
    /// Asks servers to end what they run for calls that gave up.
    outbox: Outbox,
}

impl Correlation {
    pub(super) fn new(clock: Arc<dyn Runtime>, outbox: Outbox) -> Self {
        Self {
            max_size: MaxSize::default(),
            calls: Mutex::default(),
            late: AtomicU64::new(0),
            unreadable: Mutex::default(),
            given_up: Mutex::default(),
            clock,
            outbox,
        }
    }

    /// The same, which reads no reply that is longer than `max_size`.
    pub(super) fn with_max_size(self, max_size: MaxSize) -> Self {
        Self { max_size, ..self }
    }

    /// Enters a call: what its answer will be told to, and each sign of life if it is `monitored`.
    pub(super) fn enter(&self, msg_id: Id, monitored: bool) -> Answer {
        let (waiting, answer) = Waiting::new(monitored);
        self.calls().insert(msg_id, Place::Call(waiting));
        answer
    }

    /// Enters a gather: what takes its answers in.
    pub(super) fn enter_gather(&self, msg_id: Id, sink: Sink) {
        self.calls().insert(msg_id, Place::Gather(Box::new(sink)));
    }

    /// Hands one message of the reply queue to the call that it is for.
    pub(crate) fn deliver(&self, body: &[u8], notes: Notes) {
        if let Err(error) = self.max_size.takes("reply", body) {
            return self.refuse(&MaxSize::ends(body), None, &error, &notes);
        }
        match Reply::decode(body) {
            Ok(reply) => self.complete(reply, notes, body.len()),
            Err((error, named)) => self.refuse(&[body], named, &error, &notes),
        }
    }

    /// How many calls and gathers wait.
    pub(super) fn waiting(&self) -> usize {
        self.calls().len()
    }

    /// How many replies came that no call waited for any more.
    pub(crate) fn late(&self) -> u64 {
        self.late.load(Ordering::Relaxed)
    }

    /// What is wrong with the last message that has come since then, cannot be read and names nobody.
    pub(super) fn unreadable_since(&self, since: Instant) -> Option<Error> {
        let last = self.unreadable();
        last.as_ref().filter(|(at, _)| *at >= since).map(|(_, error)| error.clone())
    }

    /// Whether a request may still be answered.
    pub(crate) fn awaits(&self) -> bool {
        let waits = !self.calls().is_empty();
        waits || !self.given_up().is_empty()
    }

    /// Whether a call waits.
    #[cfg(any(test, fuzzing))]
    pub(super) fn waits(&self) -> bool {
        !self.calls().is_empty()
    }

    /// Takes a call out; `delivered` is whether the broker may have its request. A server that is
    /// known to run it is asked to end it.
    pub(super) fn give_up(&self, msg_id: &Id, delivered: bool) {
        // In this order: what comes meanwhile finds the call, or that it has given up.
        let mut given_up = self.given_up();
        let Some(place) = self.calls().remove(msg_id) else { return };
        let cancel_at = match place {
            Place::Call(waiting) => waiting.runs().and_then(|runs| runs.cancel_at.clone()),
            Place::Gather(_) => None,
        };
        match cancel_at {
            Some(queue) => {
                drop(given_up);
                self.outbox.ask(queue, msg_id.clone());
            }
            None if delivered => given_up.insert(msg_id.clone()),
            None => {}
        }
    }

    /// Who runs a call that waits, if that was said.
    pub(super) fn runs(&self, msg_id: &Id) -> Option<Runs> {
        match self.calls().get(msg_id)? {
            Place::Call(waiting) => waiting.runs().cloned(),
            Place::Gather(_) => None,
        }
    }

    /// Why it is not certain that the broker has the request of a call that waits.
    pub(super) fn unconfirmed(&self, msg_id: &Id) -> Option<Error> {
        match self.calls().get_mut(msg_id)? {
            Place::Call(waiting) => waiting.take_doubt(),
            Place::Gather(_) => None,
        }
    }

    /// Ends all calls with `error`: no reply will come.
    pub(crate) fn fail_all(&self, error: &Error) {
        for (_, place) in std::mem::take(&mut *self.calls()) {
            match place {
                Place::Call(waiting) => waiting.fail(error.clone()),
                Place::Gather(sink) => sink.fail(error),
            }
        }
    }

    fn complete(&self, reply: Reply, notes: Notes, weight: usize) {
        let mut calls = self.calls();
        let mut found = match calls.entry(reply.msg_id.clone()) {
            Entry::Occupied(found) => found,
            Entry::Vacant(_) => {
                drop(calls);
                return match reply.ending {
                    Ending::Heartbeat => self.runs_for_nobody(reply.msg_id, &notes),
                    Ending::Early | Ending::Last => self.count_late(&reply.msg_id),
                };
            }
        };
        let waiting = match found.get_mut() {
            Place::Gather(sink) => {
                let msg_id = reply.msg_id.clone();
                let in_time = sink.take(reply, notes, weight);
                drop(calls);
                if !in_time {
                    self.count_late(&msg_id);
                }
                return;
            }
            Place::Call(waiting) => waiting,
        };
        let outcome = Outcome { result: reply.outcome, notes };
        match reply.ending {
            Ending::Heartbeat => waiting.sign(Runs::of(&outcome.notes, self.clock.now())),
            Ending::Early => waiting.early(outcome),
            Ending::Last => {
                let Place::Call(waiting) = found.remove() else { return };
                drop(calls);
                waiting.end(outcome);
            }
        }
    }

    /// A sign of life that comes late: of a call that has given up it says whom to ask to end it,
    /// and else it is the same nothing as one that nobody asked for.
    fn runs_for_nobody(&self, msg_id: Id, notes: &Notes) {
        let Some(Runs { cancel_at: Some(queue), .. }) = Runs::of(notes, self.clock.now()) else {
            return;
        };
        let gave_up = self.given_up().remove(&msg_id);
        if gave_up {
            self.outbox.ask(queue, msg_id);
        }
    }

    fn count_late(&self, msg_id: &Id) {
        self.given_up().remove(msg_id);
        self.late.fetch_add(1, Ordering::Relaxed);
        tracing::debug!(%msg_id, "a reply came that no call waits for");
    }

    /// A message that is not a reply: the call that it names in any way learns of it at once.
    /// `parts` are what of it is looked at.
    fn refuse(&self, parts: &[&[u8]], named: Option<Id>, error: &Error, notes: &Notes) {
        let told =
            error.clone().within("the reply came and cannot be read; look which program answers");
        let known = match named {
            Some(msg_id) => self.tell(&msg_id, &told, notes),
            // A lock for each: a long body must not hold up the other calls.
            None => msg_ids(parts).any(|msg_id| self.tell(&msg_id, &told, notes)),
        };
        if !known {
            msg_ids(parts).for_each(|msg_id| _ = self.given_up().remove(&msg_id));
            tracing::warn!(%error, "a message in the reply queue does not decode");
            let now = self.clock.now();
            *self.unreadable() = Some((now, error.clone()));
        }
    }

    /// Tells whoever waits under this id that its answer cannot be read; false if nobody does.
    fn tell(&self, msg_id: &Id, error: &Error, notes: &Notes) -> bool {
        let mut calls = self.calls();
        if let Some(Place::Gather(sink)) = calls.get_mut(msg_id) {
            return sink.refuse(error.clone(), notes);
        }
        let Some(Place::Call(waiting)) = calls.remove(msg_id) else { return false };
        drop(calls);
        waiting.fail(error.clone());
        true
    }

    fn unreadable(&self) -> MutexGuard<'_, Option<(Instant, Error)>> {
        self.unreadable.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn given_up(&self) -> MutexGuard<'_, GivenUp> {
        self.given_up.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn calls(&self) -> MutexGuard<'_, Table> {
        // The table is whole at every point where a panic could happen.
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sender for Correlation {
    /// A request failed after it was handed to the broker. Where the broker may have it an answer is
    /// waited for all the same, and proves it.
    fn undelivered(self: Arc<Self>, body: &[u8], error: Error) {
        let Some(ReplyTo { msg_id, .. }) = salvage::reply_to(body) else { return };
        let mut calls = self.calls();
        let Some(Place::Call(waiting)) = calls.get_mut(&msg_id) else { return };
        if error.kind() == ErrorKind::NotConfirmed {
            waiting.doubt(error);
            return;
        }
        let Some(Place::Call(waiting)) = calls.remove(&msg_id) else { return };
        drop(calls);
        waiting.fail(error);
    }
}

/// One that asks nobody for anything.
impl Default for Correlation {
    fn default() -> Self {
        Self::new(crate::runtime::here(), Outbox::new().0)
    }
}

/// Everything in `parts` that looks like an id of a call: 32 hexadecimal digits.
fn msg_ids(parts: &[&[u8]]) -> impl Iterator<Item = Id> {
    parts
        .iter()
        .flat_map(|part| part.split(|byte| !byte.is_ascii_hexdigit()))
        .filter(|run| run.len() == 32)
        .filter_map(|run| std::str::from_utf8(run).ok().map(Id::from))
}

/// Why a call that waits gets no answer.
pub(super) fn closed() -> Error {
    Error::new(
        ErrorKind::Closed,
        "the transport was closed while the reply was waited for; whether the method ran is not \
         known: shut down what calls before the transport is closed",
    )
    .with_stage(Stage::Answering)
}

#[cfg(test)]
mod tests;
