//! One queue: what waits in it, and who may be handed the next message.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::room::{Full, Room};
use super::subscriber::{Consumers, Taker};
use crate::driver::Notes;
use crate::runtime::Runtime;

/// How many messages a queue holds, waiting or handed over and not settled. Publishing to a full
/// queue waits for room.
pub(super) const LIMIT: usize = 100_000;

/// What a message says.
#[derive(Debug)]
pub(super) struct Content {
    pub(super) body: Arc<Vec<u8>>,
    pub(super) notes: Arc<Notes>,
    pub(super) user_id: Option<String>,
}

/// A message in a queue. Cloning it shares the content.
#[derive(Clone)]
pub(super) struct Message {
    /// Where it stands in its queue; a message that comes back keeps its place.
    pub(super) position: u64,
    pub(super) content: Arc<Content>,
    pub(super) expires: Option<Duration>,
    pub(super) expires_at: Option<Instant>,
    /// Which time it is given out.
    pub(super) attempt: u32,
}

/// One queue.
///
/// Between two calls there is nothing that waits, or nobody who may take it.
pub(super) struct Queue {
    name: Arc<str>,
    /// The control exchanges in which its name is the key to it: one, nearly always.
    exchanges: Vec<String>,
    /// The topic behind whose fanout it stands.
    pub(super) fanout: Option<String>,
    /// What waits, by position.
    waiting: VecDeque<Message>,
    /// The consumers with prefetch left, the next in turn first.
    takers: VecDeque<Taker>,
    /// How many messages are with consumers.
    handed: usize,
    next_position: u64,
    room: Room,
}

impl Queue {
    pub(super) fn new(name: Arc<str>) -> Self {
        Self {
            name,
            exchanges: Vec::new(),
            fanout: None,
            waiting: VecDeque::new(),
            takers: VecDeque::new(),
            handed: 0,
            next_position: 0,
            room: Room::default(),
        }
    }

    /// Binds it to a control exchange.
    pub(super) fn bind(&mut self, exchange: &str) {
        if !self.is_bound(exchange) {
            self.exchanges.push(exchange.to_owned());
        }
    }

    pub(super) fn is_bound(&self, exchange: &str) -> bool {
        self.exchanges.iter().any(|bound| bound == exchange)
    }

    /// Whether it takes one message more.
    pub(super) fn check_room(&mut self, clock: &dyn Runtime) -> Result<(), Full> {
        if self.takers.is_empty() {
            self.drop_expired(clock);
        }
        if self.len() < LIMIT {
            return Ok(());
        }
        let expires_at = self.waiting.front().and_then(|message| message.expires_at);
        Err(Full {
            queue: Arc::clone(&self.name),
            room: self.room.clone(),
            head_expires_in: expires_at.map(|at| at.saturating_duration_since(clock.now())),
        })
    }

    /// Takes a message at its end.
    pub(super) fn push(
        &mut self,
        content: Arc<Content>,
        expires: Option<Duration>,
        consumers: &mut Consumers,
        clock: &dyn Runtime,
    ) {
        // A time too far away to be told is never.
        let expires_at = expires.and_then(|expires| clock.now().checked_add(expires));
        let position = self.next_position;
        self.next_position += 1;
        let message = Message { position, content, expires, expires_at, attempt: 1 };
        // A taker means that nothing waits: the message goes straight on, even if it may not wait
        // at all, as RabbitMQ has it ("Time-to-Live and Expiration", on a time of 0).
        match self.takers.pop_front() {
            Some(taker) => self.hand(taker, message, consumers),
            None => self.waiting.push_back(message),
        }
    }

    /// Counts `taker` among those who take messages from now on.
    pub(super) fn add_taker(
        &mut self,
        taker: Taker,
        consumers: &mut Consumers,
        clock: &dyn Runtime,
    ) {
        self.takers.push_back(taker);
        self.hand_out(consumers, clock);
    }

    pub(super) fn remove_taker(&mut self, taker: Taker) {
        self.takers.retain(|other| *other != taker);
    }

    /// One message that was with a consumer is done with.
    pub(super) fn forget_one(&mut self) {
        self.handed -= 1;
        self.freed_one();
    }

    /// Messages that were with a consumer return to their places, as delivered before.
    pub(super) fn put_back(
        &mut self,
        mut returned: Vec<Message>,
        consumers: &mut Consumers,
        clock: &dyn Runtime,
    ) {
        self.handed -= returned.len();
        returned.sort_unstable_by_key(|message| message.position);
        for message in &mut returned {
            message.attempt = message.attempt.saturating_add(1);
        }
        // Nearly always all that waits came later than what returns.
        let in_front = match (returned.last(), self.waiting.front()) {
            (Some(last), Some(first)) => last.position < first.position,
            _ => true,
        };
        for message in returned.into_iter().rev() {
            self.waiting.push_front(message);
        }
        if !in_front {
            // Two sorted runs, which this sort merges in one pass.
            self.waiting.make_contiguous().sort_by_key(|message| message.position);
        }
        self.hand_out(consumers, clock);
    }

    /// Hands what waits to those who may take it, each in turn.
    fn hand_out(&mut self, consumers: &mut Consumers, clock: &dyn Runtime) {
        while !self.takers.is_empty() {
            self.drop_expired(clock);
            let Some(message) = self.waiting.pop_front() else { return };
            if let Some(taker) = self.takers.pop_front() {
                self.hand(taker, message, consumers);
            }
        }
    }

    fn hand(&mut self, taker: Taker, message: Message, consumers: &mut Consumers) {
        self.handed += 1;
        if consumers.hand(taker, message) {
            self.takers.push_back(taker);
        }
    }

    /// Drops what has waited too long. As with RabbitMQ, a message is looked at once it is the
    /// first of its queue.
    fn drop_expired(&mut self, clock: &dyn Runtime) {
        let mut now = None;
        while let Some(at) = self.waiting.front().and_then(|message| message.expires_at) {
            if at > *now.get_or_insert_with(|| clock.now()) {
                return;
            }
            self.waiting.pop_front();
            self.freed_one();
        }
    }

    /// How many messages wait.
    pub(super) fn ready(&mut self, clock: &dyn Runtime) -> usize {
        self.drop_expired(clock);
        self.waiting.len()
    }

    fn freed_one(&self) {
        if self.len() + 1 == LIMIT {
            self.room.open();
        }
    }

    fn len(&self) -> usize {
        self.waiting.len() + self.handed
    }

    pub(super) fn room(&self) -> &Room {
        &self.room
    }
}
