//! Which reply belongs to which call.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, oneshot};

use super::cancels::Outbox;
use super::given_up::GivenUp;
use super::runs::Runs;
use super::sink::Sink;
use crate::driver::Notes;
use crate::runtime::Runtime;
use crate::wire::{Ending, Json, MaxSize, Reply};
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
    calls: Mutex<HashMap<String, Place>>,
    late: AtomicU64,
    /// The requests that may still be answered although their calls have given up.
    given_up: Mutex<GivenUp>,
    clock: Arc<dyn Runtime>,
    /// Asks servers to end what they run for calls that gave up.
    outbox: Outbox,
}

/// Who waits.
#[derive(Debug)]
enum Place {
    Call(Waiting),
    Gather(Sink),
}

#[derive(Debug)]
struct Waiting {
    sender: oneshot::Sender<Answered>,
    /// A result that came before its end, from a peer of an older release.
    early: Option<Outcome>,
    /// Told of each sign of life.
    alive: Arc<Notify>,
    /// Who runs it, if that was said.
    runs: Option<Runs>,
}

impl Correlation {
    pub(super) fn new(clock: Arc<dyn Runtime>, outbox: Outbox) -> Self {
        Self {
            max_size: MaxSize::default(),
            calls: Mutex::default(),
            late: AtomicU64::new(0),
            given_up: Mutex::default(),
            clock,
            outbox,
        }
    }

    /// The same, which reads no reply that is longer than `max_size`.
    pub(super) fn with_max_size(self, max_size: MaxSize) -> Self {
        Self { max_size, ..self }
    }

    /// Enters a call: what its answer, and each sign of life, will be told to.
    pub(super) fn enter(&self, msg_id: String) -> (oneshot::Receiver<Answered>, Arc<Notify>) {
        let (sender, receiver) = oneshot::channel();
        let alive = Arc::<Notify>::default();
        let waiting = Waiting { sender, early: None, alive: Arc::clone(&alive), runs: None };
        self.calls().insert(msg_id, Place::Call(waiting));
        (receiver, alive)
    }

    /// Enters a gather: what takes its answers in.
    pub(super) fn enter_gather(&self, msg_id: String, sink: Sink) {
        self.calls().insert(msg_id, Place::Gather(sink));
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
    pub(super) fn give_up(&self, msg_id: String, delivered: bool) {
        // In this order: what comes meanwhile finds the call, or that it has given up.
        let mut given_up = self.given_up();
        let Some(place) = self.calls().remove(&msg_id) else { return };
        let cancel_at = match place {
            Place::Call(Waiting { runs: Some(runs), .. }) => runs.cancel_at,
            Place::Call(_) | Place::Gather(_) => None,
        };
        match cancel_at {
            Some(queue) => {
                drop(given_up);
                self.outbox.ask(queue, msg_id);
            }
            None if delivered => given_up.insert(msg_id),
            None => {}
        }
    }

    /// Who runs a call that waits, if that was said.
    pub(super) fn runs(&self, msg_id: &str) -> Option<Runs> {
        match self.calls().get(msg_id)? {
            Place::Call(waiting) => waiting.runs.clone(),
            Place::Gather(_) => None,
        }
    }

    /// Ends all calls with `error`: no reply will come.
    pub(crate) fn fail_all(&self, error: &Error) {
        for (_, place) in std::mem::take(&mut *self.calls()) {
            match place {
                // A call that has just given up does not want to know.
                Place::Call(waiting) => _ = waiting.sender.send(Err(error.clone())),
                Place::Gather(sink) => sink.fail(error),
            }
        }
    }

    fn complete(&self, reply: Reply, notes: Notes, weight: usize) {
        let mut calls = self.calls();
        let Some(place) = calls.get_mut(&reply.msg_id) else {
            drop(calls);
            match reply.ending {
                Ending::Heartbeat => self.runs_for_nobody(reply.msg_id, &notes),
                Ending::Early | Ending::Last => self.count_late(&reply.msg_id),
            }
            return;
        };
        let waiting = match place {
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
        let Reply { msg_id, outcome: result, ending, .. } = reply;
        match ending {
            Ending::Heartbeat => {
                if let Some(runs) = Runs::of(&notes, self.clock.now()) {
                    waiting.runs = Some(runs);
                }
                waiting.alive.notify_one();
            }
            Ending::Early => waiting.early = Some(Outcome { result, notes }),
            Ending::Last => {
                let Some(Place::Call(waiting)) = calls.remove(&msg_id) else { return };
                drop(calls);
                let is_null = result.as_ref().is_ok_and(Json::is_null);
                let outcome = match waiting.early {
                    Some(early) if is_null => early,
                    _ => Outcome { result, notes },
                };
                let _ = waiting.sender.send(Ok(outcome));
            }
        }
    }

    /// A sign of life that comes late: of a call that has given up it says whom to ask to end it,
    /// and else it is the same nothing as one that nobody asked for.
    fn runs_for_nobody(&self, msg_id: String, notes: &Notes) {
        let Some(Runs { cancel_at: Some(queue), .. }) = Runs::of(notes, self.clock.now()) else {
            return;
        };
        let gave_up = self.given_up().remove(&msg_id);
        if gave_up {
            self.outbox.ask(queue, msg_id);
        }
    }

    fn count_late(&self, msg_id: &str) {
        self.given_up().remove(msg_id);
        self.late.fetch_add(1, Ordering::Relaxed);
        tracing::debug!(msg_id, "a reply came that no call waits for");
    }

    /// A message that is not a reply: the call that it names in any way learns of it at once.
    /// `parts` are what of it is looked at.
    fn refuse(&self, parts: &[&[u8]], named: Option<String>, error: &Error, notes: &Notes) {
        let told =
            error.clone().within("the reply came and cannot be read; look which program answers");
        let known = match named {
            Some(msg_id) => self.tell(&msg_id, &told, notes),
            // A lock for each: a long body must not hold up the other calls.
            None => msg_ids(parts).any(|msg_id| self.tell(msg_id, &told, notes)),
        };
        if !known {
            msg_ids(parts).for_each(|msg_id| _ = self.given_up().remove(msg_id));
            tracing::warn!(%error, "a message in the reply queue does not decode");
        }
    }

    /// Tells whoever waits under this id that its answer cannot be read; false if nobody does.
    fn tell(&self, msg_id: &str, error: &Error, notes: &Notes) -> bool {
        let mut calls = self.calls();
        if let Some(Place::Gather(sink)) = calls.get_mut(msg_id) {
            return sink.refuse(error.clone(), notes);
        }
        let Some(Place::Call(waiting)) = calls.remove(msg_id) else { return false };
        drop(calls);
        let _ = waiting.sender.send(Err(error.clone()));
        true
    }

    fn given_up(&self) -> MutexGuard<'_, GivenUp> {
        self.given_up.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn calls(&self) -> MutexGuard<'_, HashMap<String, Place>> {
        // The table is whole at every point where a panic could happen.
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One that asks nobody for anything.
impl Default for Correlation {
    fn default() -> Self {
        Self::new(crate::runtime::here(), Outbox::new().0)
    }
}

/// Everything in `parts` that looks like an id of a call: 32 hexadecimal digits.
fn msg_ids<'a>(parts: &[&'a [u8]]) -> impl Iterator<Item = &'a str> {
    parts
        .iter()
        .flat_map(|part| part.split(|byte| !byte.is_ascii_hexdigit()))
        .filter(|run| run.len() == 32)
        .filter_map(|run| std::str::from_utf8(run).ok())
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
mod tests {
    use serde_json::json;

    use super::super::pending::Pending;
    use super::*;

    fn reply(msg_id: &str, result: impl Into<serde_json::Value>, ending: bool) -> Vec<u8> {
        let result = result.into();
        json!({"_msg_id": msg_id, "result": result, "failure": null, "ending": ending})
            .to_string()
            .into_bytes()
    }

    fn pending() -> (Arc<Correlation>, Pending) {
        let correlation = Arc::new(Correlation::default());
        let pending =
            Pending::register(&correlation, "0123456789abcdef0123456789abcdef".to_owned());
        (correlation, pending)
    }

    #[test]
    fn a_reply_reaches_its_call_once_and_a_second_one_is_late() {
        let (correlation, mut call) = pending();
        correlation.deliver(&reply("another", 1, true), Notes::default());
        assert!(call.answered().is_none());
        correlation.deliver(&reply(call.msg_id(), 7, true), Notes::default());
        correlation.deliver(&reply(call.msg_id(), 8, true), Notes::default());
        assert_eq!(call.answered().unwrap().unwrap().result.unwrap().get(), "7");
        assert_eq!(correlation.late(), 2);
    }

    #[test]
    fn an_early_result_is_given_at_its_end_and_a_heartbeat_is_nothing() {
        let (correlation, mut call) = pending();
        correlation
            .deliver(&reply(call.msg_id(), serde_json::Value::Null, false), Notes::default());
        correlation.deliver(&reply(call.msg_id(), 7, false), Notes::default());
        assert!(call.answered().is_none());
        correlation.deliver(&reply(call.msg_id(), serde_json::Value::Null, true), Notes::default());
        assert_eq!(call.answered().unwrap().unwrap().result.unwrap().get(), "7");
    }

    /// As a result before its end is: it is told when the end comes.
    #[test]
    fn an_early_failure_is_given_at_its_end() {
        let (correlation, mut call) = pending();
        let failure = json!({"class": "C", "module": "m", "message": "no"}).to_string();
        let early = json!({"_msg_id": call.msg_id(), "result": null, "failure": failure});
        correlation.deliver(early.to_string().as_bytes(), Notes::default());
        assert!(call.answered().is_none());
        correlation.deliver(&reply(call.msg_id(), serde_json::Value::Null, true), Notes::default());
        assert!(call.answered().unwrap().unwrap().result.unwrap_err().is("m", "C"));
    }

    #[test]
    fn a_message_that_does_not_decode_ends_the_call_that_it_names() {
        for body in [
            r#"{"_msg_id": "0123456789abcdef0123456789abcdef", "failure": []}"#,
            r#"{"_msg_id": "0123456789abcdef0123456789abcdef", "result": "cut of"#,
            r#"{"oslo.version": "2.0", "oslo.message": "{\"_msg_id\": \"0123456789abcdef0123456789abcdef\", NaN"}"#,
        ] {
            let (correlation, mut call) = pending();
            correlation.deliver(body.as_bytes(), Notes::default());
            let error = call.answered().expect(body).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
        }
    }

    #[test]
    fn what_may_still_be_answered_is_known() {
        let correlation = Arc::new(Correlation::default());
        let call = |id: &str| Pending::register(&correlation, id.to_owned());
        let (answered, given_up) = (call("1"), call("2"));
        assert!(correlation.awaits());
        call("3").not_delivered();
        correlation.deliver(&reply("1", 1, true), Notes::default());
        // A second copy of one answer is not the answer to another call.
        correlation.deliver(&reply("1", 1, true), Notes::default());
        drop((answered, given_up));
        assert!(correlation.awaits(), "a call that gave up may be answered all the same");
        correlation.deliver(&reply("2", 1, true), Notes::default());
        assert!(!correlation.awaits());
    }

    #[cfg(feature = "tokio")]
    #[tokio::test]
    async fn a_gather_learns_of_an_answer_that_does_not_decode_and_goes_on() {
        use std::time::Duration;

        use super::super::{Rules, gather::Seat};
        use crate::context::Deadline;

        let (correlation, clock) =
            (Arc::<Correlation>::default(), crate::runtime::tokio().unwrap());
        let window = Deadline::after(&clock, Duration::from_secs(60));
        let rules = Rules { first: None, gap: None, unread: 10 };
        let (sink, mut arrivals, _) = Sink::new(rules, window.clone(), &clock);
        let id = "0123456789abcdef0123456789abcdef";
        let seat = Seat::take(&correlation, id.to_owned(), sink, window);
        let server = Notes::default().with(crate::wire::notes::SERVER, "one");
        let broken = format!(r#"{{"_msg_id": "{id}", "result": "cut of"#);
        correlation.deliver(broken.as_bytes(), server);
        correlation.deliver(&reply(id, 7, true), Notes::default());
        let refused = arrivals.try_recv().unwrap();
        assert_eq!(refused.answered.unwrap_err().kind(), ErrorKind::Decode);
        assert_eq!(refused.server.as_deref(), Some("one"));
        assert!(arrivals.try_recv().unwrap().answered.is_ok());
        assert_eq!(correlation.late(), 0);

        // Who takes part may go on to answer after it was given up.
        drop(seat);
        assert!(correlation.calls().is_empty() && correlation.awaits());
        correlation.deliver(&reply(id, 8, true), Notes::default());
        assert_eq!(correlation.late(), 1);
    }

    #[test]
    fn a_call_that_gave_up_leaves_nothing_behind() {
        let (correlation, call) = pending();
        drop(call);
        assert!(correlation.calls().is_empty());
    }
}
