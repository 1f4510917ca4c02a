//! The messages that are under way on a channel.

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::Waker;
use std::time::{Duration, Instant};

use super::barrier::is_ending;
use super::channel::Channel;
use super::fate::{Fate, Posted};
use super::fault::Fault;
use super::fitness::Fitness;
use super::proof::Proof;
use super::question::Question;
use super::under_way::Message;

/// How often what was posted is looked at where there is nothing to do: to forget what is confirmed,
/// and to miss what is not.
pub(super) const LOOK: Duration = Duration::from_secs(1);

/// How long messages without confirms wait for one another, until the broker is asked of them all.
const ASK: Duration = Duration::from_millis(20);

/// How long lapin may take to learn what was seen on the wire.
const NOTICE: Duration = Duration::from_millis(1);

/// A look at what is under way.
#[derive(Debug)]
pub(super) struct Looking<'a> {
    /// Who looks, and is told of what it waits for.
    pub(super) waker: &'a Waker,
    /// Whether that is whatever happens, and not only what it has asked for.
    pub(super) closely: bool,
    /// Whether to ask the broker of what it does not confirm by itself.
    pub(super) ask: bool,
    pub(super) now: Instant,
}

/// The messages that are under way on a channel, in the order of their numbers.
#[derive(Debug)]
pub(super) struct Messages {
    pub(super) proof: Proof,
    pub(super) fitness: Fitness,
    next: u64,
    pub(super) under_way: VecDeque<Message>,
    /// How many were given back, as far as lapin has told.
    pub(super) given_back: u64,
    /// Whether one alone was under way when the broker closed the channel, once that is known.
    alone: Option<bool>,
    /// What the broker is asked, if it is.
    pub(super) question: Option<Question>,
    /// The number of the first that is not known to be written, where none is confirmed.
    pub(super) unwritten: u64,
    /// The number of the first that the broker was not asked of.
    pub(super) asked: u64,
}

impl Messages {
    /// On a channel of whose number `given_back` messages were given back before.
    pub(super) fn new(proof: Proof, given_back: u64, fitness: Fitness) -> Self {
        let (under_way, question, alone) = Default::default();
        let (next, unwritten, asked) = (0, 0, 0);
        Self { proof, fitness, next, under_way, given_back, alone, question, unwritten, asked }
    }

    /// The number of the next one.
    pub(super) fn number(&mut self) -> u64 {
        let number = self.next;
        self.next += 1;
        number
    }

    /// Whether there is any for which nobody waits.
    fn is_unattended(&self) -> bool {
        self.under_way.iter().any(|message| !message.is_waited_for())
    }

    pub(super) fn find(&mut self, number: u64) -> Option<&mut Message> {
        let place = self.place(number)?;
        self.under_way.get_mut(place)
    }

    pub(super) fn remove(&mut self, number: u64) {
        if let Some(place) = self.place(number) {
            self.under_way.remove(place);
        }
    }

    fn place(&self, number: u64) -> Option<usize> {
        self.under_way.binary_search_by_key(&number, Message::number).ok()
    }

    /// Forgets the first as far as the broker has taken them and nobody waits for them, which wakes
    /// nobody. How many that are.
    pub(super) fn pass(&mut self, channel: &Arc<Channel>) -> usize {
        if self.proof == Proof::Barrier {
            return self.pass_noted(channel);
        }
        let before = self.under_way.len();
        if self.given_back == channel.connection.traces().returns(channel.id()) {
            while self.under_way.pop_front_if(Message::is_taken_unwatched).is_some() {
                self.fitness.confirmed();
            }
        }
        before - self.under_way.len()
    }

    /// Looks at every message, and notes what is certain.
    pub(super) fn look(&mut self, channel: &Arc<Channel>, looking: &Looking<'_>) {
        if self.proof == Proof::Barrier {
            return self.settle(channel, looking);
        }
        for message in &mut self.under_way {
            if looking.closely && !message.is_waited_for() {
                message.told_by(looking.waker);
            }
            message.look();
        }
        self.conclude(channel);
        if !channel.connection.alive() {
            // lapin may have nothing to say to those who wait.
            let waiting = self.under_way.iter().filter(|message| message.is_waited_for());
            waiting.for_each(Message::wake);
        }
    }

    /// Notes what is certain now. That the broker has confirmed a message is not: it confirms one as
    /// well that it gives back, and lapin hands what is given back to whichever is confirmed next.
    /// But what is given back is seen on the wire before it is confirmed, and is found at one that
    /// was confirmed no later.
    pub(super) fn conclude(&mut self, channel: &Channel) {
        let traces = channel.connection.traces();
        while self.given_back < traces.returns(channel.id()) {
            let mut news = false;
            let mut given_back = Vec::new();
            for message in &mut self.under_way {
                news |= !message.is_said() && message.look();
                given_back.extend(message.brought());
            }
            for number in given_back {
                self.given_back += 1;
                if let Some(message) = self.find(number) {
                    message.returned();
                }
            }
            if !news {
                break;
            }
        }
        // Of a channel that is closed lapin says all there is to say; of a connection it may not.
        if !channel.connection.alive() {
            for message in &mut self.under_way {
                message.over(|| ended(channel));
            }
        }
        // Of those that the channel ends with, lapin tells one after the other.
        if self.under_way.iter().any(Message::is_lost) {
            self.alone.get_or_insert(self.under_way.len() == 1);
        }
        let alone = self.alone.unwrap_or(false);
        for message in &mut self.under_way {
            message.conclude(alone);
            match message.fate() {
                Some(Fate::NotTaken) => self.fitness.refused(),
                Some(Fate::Confirmed) => self.fitness.confirmed(),
                _ => {}
            }
        }
    }

    /// Takes those whose fate is known and for which nobody waits; gives those that were posted and
    /// failed, and those that are missed by `now`.
    pub(super) fn take(&mut self, now: Instant) -> Vec<(Posted, Fate)> {
        let mut failed = Vec::new();
        self.under_way.retain_mut(|message| {
            if message.is_waited_for() {
                return true;
            }
            let Some(fate) = message.take_fate() else {
                // It is kept, for what may be found at it.
                if let Some(posted) = message.late(now) {
                    failed.push((posted, Fate::Late));
                }
                return true;
            };
            if let Some(posted) = message.take_posted().filter(|_| !fate.is_good()) {
                failed.push((posted, fate));
            }
            false
        });
        failed
    }

    /// How long until the next look at those for which nobody waits, if there are any.
    pub(super) fn pause(&self, channel: &Channel, looking: &Looking<'_>) -> Option<Duration> {
        if !self.is_unattended() {
            return None;
        }
        let pause = match self.proof {
            Proof::Confirms => LOOK,
            Proof::Barrier if is_ending(channel) => NOTICE,
            // Whoever looks is told of the answer, or of what is written at last.
            Proof::Barrier
                if self.question.is_some() || looking.ask && self.asked == self.unwritten =>
            {
                LOOK
            }
            Proof::Barrier => ASK,
        };
        let due = self.under_way.iter().filter_map(Message::due).min();
        let left = due.map(|due| due.saturating_duration_since(looking.now));
        Some(match (left, self.proof) {
            // The broker is asked before.
            (Some(left), Proof::Barrier) if pause == ASK => pause.min(left / 2).max(NOTICE),
            (Some(left), _) => pause.min(left).max(NOTICE),
            (None, _) => pause,
        })
    }
}

/// What ended the connection of a channel.
pub(super) fn ended(channel: &Channel) -> Fault {
    let cause = std::io::Error::from(std::io::ErrorKind::ConnectionAborted);
    channel.connection.explain(Fault::Told(cause.into()))
}
