//! A channel on which many messages are published at once.

use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use lapin::BasicProperties;
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::types::ShortString;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::channel::Channel;
use super::connection::Connection;
use super::declare::first_of;
use super::fate::{Fate, Posted};
use super::fault::{self, Fault};
use super::fitness::Fitness;
use super::messages::{LOOK, Looking, Messages, ended};
use super::proof::Proof;
use super::topology::Exchange;
use super::under_way::Message;
use crate::context::Deadline;
use crate::runtime;
use crate::{Error, ErrorKind};

/// How many messages may be under way on a channel at once; more wait their turn. Some dozens keep
/// the broker busy, and what is under way is kept in memory.
pub(super) const MOST: usize = 256;

/// A channel for the messages to one exchange, with confirms on or without: the broker closes the
/// channel over what is wrong with an exchange, and the messages to others go on.
#[derive(Debug)]
pub(super) struct Outlet {
    channel: Arc<Channel>,
    /// None is the default exchange.
    exchange: Option<Exchange>,
    proof: Proof,
    turns: Semaphore,
    messages: Mutex<Messages>,
    /// Whether more messages are to go another way.
    is_unfit: AtomicBool,
}

/// What a look has found.
#[derive(Debug)]
pub(super) struct Found {
    /// What was posted and failed, and what the broker should have taken by now.
    pub(super) failed: Vec<(Posted, Fate)>,
    /// How long until the next look, if anything is under way for which nobody waits.
    pub(super) pause: Option<Duration>,
}

/// What is published.
#[derive(Debug)]
pub(super) struct Parcel {
    pub(super) key: ShortString,
    pub(super) mandatory: bool,
    pub(super) body: Arc<Vec<u8>>,
    pub(super) properties: BasicProperties,
}

impl Outlet {
    /// Opens the channel, and declares the exchange on it (wire document, section 5.6).
    pub(super) async fn open(
        connection: &Arc<Connection>,
        exchange: Option<&Exchange>,
        proof: Proof,
        patience: u32,
        deadline: &Deadline,
    ) -> Result<Self, Error> {
        let mut channel = open_channel(connection, proof, deadline).await?;
        if let Some(exchange) = exchange
            && let Err(error) = exchange.declare(&channel, deadline).await
        {
            // As the peer does it where another service has made it so (wire document, 5.7).
            let not_durable = exchange.not_durable();
            let Some(other) = not_durable.filter(|_| fault::is_about_durable(&error)) else {
                return Err(error);
            };
            channel = open_channel(connection, proof, deadline).await?;
            other.declare(&channel, deadline).await.map_err(|second| first_of(&error, second))?;
            tracing::warn!("{error}; it is used as not durable");
        }
        let turns = Semaphore::new(MOST);
        let given_back = connection.traces().opened(channel.id());
        let fitness = Fitness::new(channel.runtime.now(), patience);
        let messages = Messages::new(proof, given_back, fitness);
        let (channel, exchange) = (Arc::new(channel), exchange.cloned());
        let (messages, is_unfit) = (Mutex::new(messages), AtomicBool::new(false));
        Ok(Self { channel, exchange, proof, turns, messages, is_unfit })
    }

    pub(super) fn connection(&self) -> &Arc<Connection> {
        &self.channel.connection
    }

    /// Whether it can be used, and is for messages to `exchange` on `connection` of which `proof` is
    /// wanted.
    pub(super) fn serves(
        &self,
        connection: &Arc<Connection>,
        exchange: Option<&Exchange>,
        proof: Proof,
    ) -> bool {
        self.proof == proof
            && Arc::ptr_eq(&self.channel.connection, connection)
            && self.exchange.as_ref().map(|own| &own.name) == exchange.map(|other| &other.name)
            && self.channel.alive()
    }

    /// Whether more messages may go out on it; else it is kept for those that are under way.
    pub(super) fn is_fit(&self) -> bool {
        !self.is_unfit.load(Ordering::Relaxed)
    }

    /// Looks whether it is [fit](super::fitness::Fitness) still.
    pub(super) fn check(&self, now: Instant) {
        let has_ended = self.has_ended(&mut self.messages(), now);
        self.end_if(has_ended);
    }

    fn has_ended(&self, messages: &mut Messages, now: Instant) -> bool {
        let connection = &self.channel.connection;
        if self.proof != Proof::Confirms || !self.is_fit() || connection.is_doubted() {
            return false;
        }
        if connection.blocked().is_some() {
            messages.fitness.begin_anew();
            return false;
        }
        // What lapin has to write is no silence. It is not asked here: what it says of a channel that
        // was closed is to be judged with all that was under way then.
        let mut under_way = messages.under_way.iter();
        let first = under_way.find(|it| !it.is_said() && !it.is_unwritten()).map(Message::number);
        messages.fitness.has_ended(first, now)
    }

    /// Outside the lock, since whoever listens to logs may be what publishes.
    fn end_if(&self, has_ended: bool) {
        if has_ended && !self.is_unfit.swap(true, Ordering::Relaxed) {
            // Who waits for a turn looks for another.
            self.turns.close();
            let connection = &self.channel.connection;
            tracing::debug!(%connection, "the broker takes no message on a channel: more go another way");
        }
    }

    /// The [patience](super::fitness::Fitness::successor) with the next one.
    pub(super) fn successor(&self) -> u32 {
        self.messages().fitness.successor()
    }

    /// Whether somebody wants to know what becomes of anything that is under way on it.
    pub(super) fn is_wanted(&self) -> bool {
        self.messages().under_way.iter().any(Message::is_wanted)
    }

    /// Whether nothing is under way on it.
    pub(super) fn is_idle(&self) -> bool {
        self.messages().under_way.is_empty()
    }

    /// Whether it can be used, or somebody wants to know what becomes of a message on it.
    pub(super) fn is_of_use(&self) -> bool {
        let is_over = !self.channel.alive() || !self.channel.connection.alive();
        match (is_over, self.is_fit()) {
            (false, true) => true,
            (true, _) => !self.is_idle(),
            (false, false) => self.is_wanted(),
        }
    }

    /// The right to have one message more under way, if there is room.
    pub(super) fn try_turn(&self) -> Option<SemaphorePermit<'_>> {
        self.turns.try_acquire().ok()
    }

    /// The right to have one message more under way, in time; none as well once it is not fit.
    pub(super) async fn turn(&self, deadline: &Deadline) -> Option<SemaphorePermit<'_>> {
        let runtime = &*self.channel.runtime;
        let mut waiting = pin!(self.turns.acquire());
        loop {
            let left = deadline.remaining();
            match runtime::timeout(runtime, left.min(LOOK), waiting.as_mut()).await {
                Some(turn) => return turn.ok(),
                None if left <= LOOK => return None,
                // Where all that is under way is without a word, nobody else may look.
                None => self.check(runtime.now()),
            }
        }
    }

    /// Writes a message, as far as that goes without waiting; gives its number, and whether all is said
    /// of it already, which is nothing good. It keeps its turn until its fate is known. `post` is who
    /// is told of a bad one where nobody waits for it.
    pub(super) fn send(
        &self,
        turn: SemaphorePermit<'_>,
        parcel: Parcel,
        post: Option<Posted>,
    ) -> (u64, bool) {
        turn.forget();
        let Parcel { key, mandatory, body, mut properties } = parcel;
        let exchange = self.exchange.as_ref().map_or_else(|| "".into(), |it| it.name.clone());
        let options = BasicPublishOptions { mandatory, immediate: false };
        let mut messages = self.messages();
        let number = messages.number();
        if mandatory {
            // By which one is recognised that the broker gives back.
            properties = properties.with_message_id(number.to_string().into());
        }
        let channel = Arc::clone(&self.channel);
        let writing = Box::pin(async move {
            channel.basic_publish(exchange, key, options, &body, properties).await
        });
        let mut message = Message::new(number, writing, post);
        // lapin queues it when it is asked for the first time, and numbers it: in our order.
        let is_over = message.look();
        messages.under_way.push_back(message);
        (number, is_over)
    }

    /// What became of the message that `number` is, for whoever waits for it.
    pub(super) fn poll_fate(&self, number: u64, context: &Context<'_>) -> Poll<Fate> {
        let mut messages = self.messages();
        let Some(message) = messages.find(number) else {
            // Nobody else takes it.
            return Poll::Ready(Fate::Lost { fault: ended(&self.channel), alone: false });
        };
        message.told_by(context.waker());
        if !message.look() && self.channel.connection.alive() {
            return Poll::Pending;
        }
        messages.conclude(&self.channel);
        let Some(message) = messages.find(number) else { return Poll::Pending };
        let Some(fate) = message.take_fate() else { return Poll::Pending };
        messages.remove(number);
        self.turns.add_permits(1);
        if matches!(fate, Fate::NotTaken) {
            let has_ended = self.has_ended(&mut messages, self.channel.runtime.now());
            drop(messages);
            self.end_if(has_ended);
        }
        Poll::Ready(fate)
    }

    /// Nobody waits any more for the message that `number` is; whether it is still under way.
    pub(super) fn abandon(&self, number: u64) -> bool {
        let mut messages = self.messages();
        let message = messages.find(number);
        message.map(Message::abandon).is_some()
    }

    /// Forgets the first messages as far as the broker has taken them, which is what becomes of most.
    /// Whatever else became of one is for [`sweep`](Self::sweep).
    pub(super) fn glance(&self) {
        let forgotten = self.messages().pass(&self.channel);
        self.turns.add_permits(forgotten);
    }

    /// Looks at every message.
    pub(super) fn sweep(&self, looking: &Looking<'_>) -> Found {
        let mut messages = self.messages();
        let before = messages.under_way.len();
        messages.look(&self.channel, looking);
        let failed = messages.take(looking.now);
        let has_ended = self.has_ended(&mut messages, looking.now);
        self.turns.add_permits(before - messages.under_way.len());
        let pause = messages.pause(&self.channel, looking);
        drop(messages);
        self.end_if(has_ended);
        Found { failed, pause }
    }

    fn messages(&self) -> MutexGuard<'_, Messages> {
        // It is whole at every point where a panic could happen.
        self.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A channel, with confirms on if they are the `proof`.
async fn open_channel(
    connection: &Arc<Connection>,
    proof: Proof,
    deadline: &Deadline,
) -> Result<Channel, Error> {
    let failed = |fault: Fault| {
        let fault = connection.explain(fault);
        let (words, hint) = (fault.words(), connection.hint());
        let text = format!("{connection} opens no channel to publish on: {words}{hint}");
        fault.into_error(ErrorKind::Connection, text).with_next_step()
    };
    let channel = connection.channel(deadline).await.map_err(failed)?;
    if proof == Proof::Confirms {
        let confirms = channel.confirm_select(ConfirmSelectOptions::default());
        connection.bounded(deadline, confirms).await.map_err(failed)?;
    }
    Ok(channel)
}
