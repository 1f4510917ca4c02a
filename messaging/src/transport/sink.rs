//! Where the answers to a gather go: what is taken in, and until when.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::mpsc;

use super::correlation::{Answered, Outcome};
use crate::Error;
use crate::context::Deadline;
use crate::driver::Notes;
use crate::runtime::Runtime;
use crate::wire::{Ending, Id, Json, Reply, notes};

/// How many bytes of answers may wait unread. One that is larger is taken in where none waits.
const ROOM: usize = 64 << 20;

/// How many answers are remembered, so that a copy is known for one; more are taken as they come.
const REMEMBERED: usize = 4096;

/// What ends a gather, beside its window, and how much of it may wait.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    /// The number of answers that ends it.
    pub(crate) first: Option<usize>,
    /// Whether so many are all that there will be.
    pub(crate) are_all: bool,
    /// The time without an answer, after the first, that ends it.
    pub(crate) gap: Option<Duration>,
    /// How many answers may wait unread.
    pub(crate) unread: usize,
}

/// One answer as it came in.
#[derive(Debug)]
pub(crate) struct Arrival {
    pub(crate) answered: Answered,
    /// Who it is from; none where the server is a Python one.
    pub(crate) server: Option<String>,
    /// When it is too long without another.
    pub(super) gap_ends: Option<Deadline>,
    weight: usize,
}

/// What both ends of a gather look at.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// How many answers found no room.
    dropped: AtomicU64,
    /// How many bytes wait unread.
    waiting: AtomicUsize,
    /// Why there will be no more answers.
    failed: OnceLock<Error>,
}

/// Takes answers in, until a rule says that it is over.
#[derive(Debug)]
pub(super) struct Sink {
    sender: mpsc::Sender<Arrival>,
    shared: Arc<Shared>,
    clock: Arc<dyn Runtime>,
    window: Deadline,
    gap: Option<Duration>,
    gap_ends: Option<Deadline>,
    left: Option<usize>,
    /// The ids and the servers of the answers that came.
    seen: HashSet<String>,
    /// Results that a message of its own will end, from peers of an older release.
    ends_due: usize,
}

impl Sink {
    pub(super) fn new(
        rules: Rules,
        window: Deadline,
        clock: &Arc<dyn Runtime>,
    ) -> (Self, mpsc::Receiver<Arrival>, Arc<Shared>) {
        let (sender, receiver) = mpsc::channel(rules.unread.max(1));
        let shared = Arc::<Shared>::default();
        let sink = Self {
            sender,
            shared: Arc::clone(&shared),
            clock: Arc::clone(clock),
            window,
            gap: rules.gap,
            gap_ends: None,
            left: rules.first,
            seen: HashSet::new(),
            ends_due: 0,
        };
        (sink, receiver, shared)
    }

    /// Takes in one message for the gather, of `weight` bytes; false if it came too late.
    pub(super) fn take(&mut self, reply: Reply, notes: Notes, weight: usize) -> bool {
        let Reply { outcome: result, ending, unique_id, .. } = reply;
        match ending {
            Ending::Heartbeat => return true,
            Ending::Early => self.ends_due += 1,
            Ending::Last if self.ends_due > 0 && result.as_ref().is_ok_and(Json::is_null) => {
                self.ends_due -= 1;
                return true;
            }
            Ending::Last => {}
        }
        if self.is_over() {
            return false;
        }
        if self.is_copy(unique_id, &notes) {
            return true;
        }
        let server = notes.get(notes::SERVER).map(str::to_owned);
        self.hand_over(Ok(Outcome { result, notes }), server, weight);
        true
    }

    /// Takes in that an answer came which cannot be read; false if it came too late.
    pub(super) fn refuse(&mut self, error: Error, notes: &Notes) -> bool {
        let in_time = !self.is_over();
        if in_time {
            self.hand_over(Err(error), notes.get(notes::SERVER).map(str::to_owned), 0);
        }
        in_time
    }

    /// There will be no more answers.
    pub(super) fn fail(self, error: &Error) {
        // Set before the sender is dropped, which is what wakes the reader.
        let _ = self.shared.failed.set(error.clone());
    }

    fn is_over(&self) -> bool {
        let passed = |deadline: &Deadline| deadline.remaining().is_zero();
        passed(&self.window) || self.gap_ends.as_ref().is_some_and(passed) || self.left == Some(0)
    }

    /// Whether it came before. The broker may deliver a message twice, and a server that is not
    /// sure of its answer sends it again: by its id, or one of ours by its note. What was sent again
    /// may overtake the first, which was on its way in the connection that was lost.
    fn is_copy(&mut self, unique_id: Option<Id>, notes: &Notes) -> bool {
        let is_again = notes.get(notes::AGAIN).is_some();
        let id = unique_id.filter(|id| id.len() <= 64).map(|id| format!("id {id}"));
        let server = notes.get(notes::SERVER).map(|server| format!("server {server}"));
        let again = notes.get(notes::SERVER).map(|server| format!("again {server}"));
        let seen = |key: &Option<String>| key.as_ref().is_some_and(|key| self.seen.contains(key));
        if seen(&id) || seen(&again) || (is_again && seen(&server)) {
            return true;
        }
        for key in [id, server, again.filter(|_| is_again)].into_iter().flatten() {
            if self.seen.len() < REMEMBERED {
                self.seen.insert(key);
            }
        }
        false
    }

    fn hand_over(&mut self, answered: Answered, server: Option<String>, weight: usize) {
        self.gap_ends = self.gap.map(|gap| Deadline::after(&self.clock, gap));
        let gap_ends = self.gap_ends.clone();
        let waiting = self.shared.waiting.load(Ordering::Relaxed);
        let has_room = waiting == 0 || waiting.saturating_add(weight) <= ROOM;
        // Counted before it can be read.
        self.shared.waiting.fetch_add(weight, Ordering::Relaxed);
        let arrival = Arrival { answered, server, gap_ends, weight };
        if has_room && self.sender.try_send(arrival).is_ok() {
            self.left = self.left.map(|left| left.saturating_sub(1));
        } else {
            self.shared.waiting.fetch_sub(weight, Ordering::Relaxed);
            self.shared.dropped.fetch_add(1, Ordering::Relaxed);
            tracing::debug!("an answer to a gather was dropped: too many wait to be read");
        }
    }
}

impl Shared {
    /// An answer was read.
    pub(super) fn read(&self, arrival: &Arrival) {
        self.waiting.fetch_sub(arrival.weight, Ordering::Relaxed);
    }

    pub(super) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    pub(super) fn failed(&self) -> Option<Error> {
        self.failed.get().cloned()
    }
}

impl Arrival {
    /// That the answers end with an error.
    pub(super) fn of_error(error: Error) -> Self {
        Self { answered: Err(error), server: None, gap_ends: None, weight: 0 }
    }
}

#[cfg(all(test, feature = "tokio"))]
mod tests {
    use super::*;
    use crate::runtime;

    fn sink(unread: usize) -> (Sink, mpsc::Receiver<Arrival>, Arc<Shared>) {
        let clock = runtime::tokio().unwrap();
        let rules = Rules { first: None, are_all: false, gap: None, unread };
        Sink::new(rules, Deadline::after(&clock, Duration::from_secs(1)), &clock)
    }

    fn reply(unique_id: &str, result: &str, ending: bool) -> Reply {
        let body = format!(
            r#"{{"_msg_id": "1", "_unique_id": "{unique_id}", "result": {result}, "failure": null,
                "ending": {ending}}}"#
        );
        Reply::decode(body.as_bytes()).unwrap()
    }

    fn read(arrivals: &mut mpsc::Receiver<Arrival>) -> Option<String> {
        let arrival = arrivals.try_recv().ok()?;
        Some(arrival.answered.unwrap().result.unwrap().get().to_owned())
    }

    /// The result comes first, and a message of its own says that it was the last.
    #[tokio::test]
    async fn an_answer_of_an_older_peer_is_one() {
        let (mut sink, mut arrivals, _) = sink(10);
        // The last is of another server, whose answer it is.
        let messages = [("a", "7", false), ("b", "null", true), ("c", "null", true)];
        for (unique_id, result, ending) in messages {
            assert!(sink.take(reply(unique_id, result, ending), Notes::default(), 1));
        }
        assert_eq!(read(&mut arrivals).as_deref(), Some("7"));
        assert_eq!(read(&mut arrivals).as_deref(), Some("null"));
        assert_eq!(read(&mut arrivals), None);
    }

    #[tokio::test]
    async fn the_same_message_is_one_answer_and_the_same_result_is_not() {
        let (mut sink, mut arrivals, _) = sink(10);
        for unique_id in ["a", "a", "b"] {
            assert!(sink.take(reply(unique_id, "7", true), Notes::default(), 1));
        }
        assert!(read(&mut arrivals).is_some() && read(&mut arrivals).is_some());
        assert!(read(&mut arrivals).is_none());
    }

    /// Of a server that could not hand over the first try, the second is the answer.
    #[tokio::test]
    async fn an_answer_that_was_tried_again_is_taken_unless_the_first_came() {
        let (mut sink, mut arrivals, _) = sink(10);
        let again = |server| Notes::default().with(notes::SERVER, server).with(notes::AGAIN, "1");
        for (unique_id, notes) in [
            ("a", Notes::default().with(notes::SERVER, "one")),
            ("b", again("one")),
            ("c", again("two")),
        ] {
            assert!(sink.take(reply(unique_id, "7", true), notes, 1));
        }
        let mut servers = Vec::new();
        while let Ok(arrival) = arrivals.try_recv() {
            servers.extend(arrival.server);
        }
        assert_eq!(servers, ["one", "two"]);
    }

    #[tokio::test]
    async fn an_answer_that_was_overtaken_by_its_second_try_is_no_second_answer() {
        let (mut sink, mut arrivals, _) = sink(10);
        let first = Notes::default().with(notes::SERVER, "one");
        for (unique_id, notes) in [("a", first.clone().with(notes::AGAIN, "1")), ("b", first)] {
            assert!(sink.take(reply(unique_id, "7", true), notes, 1));
        }
        assert!(read(&mut arrivals).is_some() && read(&mut arrivals).is_none());
    }

    #[tokio::test]
    async fn large_answers_that_wait_are_bounded_by_their_weight() {
        let (mut sink, mut arrivals, shared) = sink(10);
        // One alone may be larger than all that may wait.
        for (unique_id, weight) in [("a", ROOM + 1), ("b", 1)] {
            assert!(sink.take(reply(unique_id, "7", true), Notes::default(), weight));
        }
        assert_eq!(shared.dropped(), 1);
        shared.read(&arrivals.try_recv().unwrap());
        assert!(sink.take(reply("c", "8", true), Notes::default(), 1));
        assert_eq!(read(&mut arrivals).as_deref(), Some("8"));
    }

    #[tokio::test]
    async fn what_is_remembered_is_bounded() {
        let (mut sink, _arrivals, _) = sink(1);
        for number in 0..=REMEMBERED {
            sink.take(reply(&number.to_string(), "7", true), Notes::default(), 1);
        }
        assert_eq!(sink.seen.len(), REMEMBERED);
    }
}
