//! What the callers of a connection share with its two tasks.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use amq_protocol::protocol::AMQPClass;
use tokio::sync::{Notify, mpsc, oneshot};

use super::frames;
use super::message::Message;

/// How much may be queued before whoever publishes waits for it to be written.
const MOST_QUEUED: usize = 1 << 20;

/// What the callers of a connection share with its two tasks.
#[derive(Debug, Default)]
pub(super) struct Line {
    queue: Mutex<Queue>,
    /// Told when something is queued where nothing was.
    pub(super) queued: Notify,
    /// Told when what was queued is being written.
    pub(super) written: Notify,
    channels: Mutex<HashMap<u16, Channel>>,
    last: AtomicU16,
}

/// What is to be written, and who waits for what the broker will say to it.
#[derive(Debug, Default)]
struct Queue {
    bytes: Vec<u8>,
    /// Those who wait until the broker has taken note of what they have queued, by channel.
    noting: Vec<(u16, Vec<oneshot::Sender<()>>)>,
    /// The same of whom the broker was asked, in the order of the questions.
    asked: VecDeque<(u16, Vec<oneshot::Sender<()>>)>,
    /// Those who wait for a confirmation, by the number of their message.
    confirming: VecDeque<Option<oneshot::Sender<bool>>>,
    /// The number of the first of them.
    unconfirmed: u64,
    /// Why nothing is written any more.
    over: Option<Arc<str>>,
}

/// Who waits for what comes on a channel.
#[derive(Debug, Default)]
struct Channel {
    answers: VecDeque<oneshot::Sender<AMQPClass>>,
    deliveries: Option<mpsc::UnboundedSender<Message>>,
}

impl Line {
    /// The number of a channel that nobody has.
    pub(super) fn new_channel(&self) -> u16 {
        let channel = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        self.channels().insert(channel, Channel::default());
        channel
    }

    /// Queues what `write` writes; an error tells why nothing is written any more.
    pub(super) fn write(&self, write: impl FnOnce(&mut Vec<u8>)) -> Result<(), Arc<str>> {
        self.with_queue(|queue| write(&mut queue.bytes))
    }

    /// The same; what is given ends when the broker has dealt with it and all that was queued on
    /// `channel` before.
    pub(super) fn write_noted(
        &self,
        channel: u16,
        write: impl FnOnce(&mut Vec<u8>),
    ) -> Result<oneshot::Receiver<()>, Arc<str>> {
        let (sender, noted) = oneshot::channel();
        self.with_queue(|queue| {
            write(&mut queue.bytes);
            match queue.noting.iter_mut().find(|(other, _)| *other == channel) {
                Some((_, waiting)) => waiting.push(sender),
                None => queue.noting.push((channel, vec![sender])),
            }
        })?;
        Ok(noted)
    }

    /// The same; what is given ends when the broker has confirmed it, true if it has taken it. On
    /// one channel of the connection alone.
    pub(super) fn write_confirmed(
        &self,
        write: impl FnOnce(&mut Vec<u8>),
    ) -> Result<oneshot::Receiver<bool>, Arc<str>> {
        let (sender, confirmed) = oneshot::channel();
        self.with_queue(|queue| {
            write(&mut queue.bytes);
            queue.confirming.push_back(Some(sender));
        })?;
        Ok(confirmed)
    }

    /// Ends when there is room to queue more.
    pub(super) async fn room(&self) {
        while self.queue().bytes.len() > MOST_QUEUED {
            self.written.notified().await;
        }
    }

    /// Takes all that is queued, with a question for those who wait that it is noted, into `bytes`,
    /// which is empty.
    pub(super) fn take(&self, bytes: &mut Vec<u8>) {
        let mut queue = self.queue();
        while let Some((channel, waiting)) = queue.noting.pop() {
            frames::flow(&mut queue.bytes, channel);
            queue.asked.push_back((channel, waiting));
        }
        std::mem::swap(&mut queue.bytes, bytes);
    }

    /// The broker has answered a question on `channel`.
    pub(super) fn noted(&self, channel: u16) {
        let mut queue = self.queue();
        let first = queue.asked.iter().position(|(other, _)| *other == channel);
        let answered = first.and_then(|first| queue.asked.remove(first));
        drop(queue);
        for waiting in answered.into_iter().flat_map(|(_, waiting)| waiting) {
            let _ = waiting.send(());
        }
    }

    /// The broker has dealt with the message of this number, and if `multiple` with all before it.
    pub(super) fn confirmed(&self, number: u64, multiple: bool, taken: bool) {
        let mut queue = self.queue();
        // They count from 1.
        let first = queue.unconfirmed + 1;
        let Some(place) = number.checked_sub(first).and_then(|it| usize::try_from(it).ok()) else {
            return;
        };
        let from = if multiple { 0 } else { place };
        for place in from..=place {
            if let Some(waiting) = queue.confirming.get_mut(place).and_then(Option::take) {
                let _ = waiting.send(taken);
            }
        }
        while let Some(None) = queue.confirming.front() {
            queue.confirming.pop_front();
            queue.unconfirmed += 1;
        }
    }

    /// Asks on `channel`; what is given is the broker's answer.
    pub(super) fn ask(
        &self,
        channel: u16,
        question: AMQPClass,
    ) -> Result<oneshot::Receiver<AMQPClass>, Arc<str>> {
        let (sender, answer) = oneshot::channel();
        self.channels().entry(channel).or_default().answers.push_back(sender);
        self.write(|bytes| frames::method(bytes, channel, question))?;
        Ok(answer)
    }

    /// Hands an answer to whoever asked first of those that wait.
    pub(super) fn answer(&self, channel: u16, answer: AMQPClass) {
        let mut channels = self.channels();
        let waiting = channels.get_mut(&channel).and_then(|it| it.answers.pop_front());
        drop(channels);
        if let Some(waiting) = waiting {
            let _ = waiting.send(answer);
        }
    }

    /// Has what comes in on `channel` told to the receiver.
    pub(super) fn deliveries(&self, channel: u16) -> mpsc::UnboundedReceiver<Message> {
        // The broker bounds it by its prefetch.
        let (sender, deliveries) = mpsc::unbounded_channel();
        self.channels().entry(channel).or_default().deliveries = Some(sender);
        deliveries
    }

    pub(super) fn deliver(&self, channel: u16, message: Message) {
        if let Some(deliveries) =
            self.channels().get(&channel).and_then(|it| it.deliveries.as_ref())
        {
            let _ = deliveries.send(message);
        }
    }

    /// Nothing comes in on `channel` any more, and nobody is answered there.
    pub(super) fn close(&self, channel: u16) {
        self.channels().remove(&channel);
    }

    /// Nothing is written or comes in any more, and nobody is answered.
    pub(super) fn end(&self, why: &str) {
        self.queue().over.get_or_insert_with(|| why.into());
        self.channels().clear();
        let mut queue = self.queue();
        queue.confirming.clear();
        queue.noting.clear();
        queue.asked.clear();
        queue.bytes.clear();
        drop(queue);
        self.queued.notify_one();
        self.written.notify_waiters();
    }

    /// Why nothing is written any more, if that is so.
    pub(super) fn over(&self) -> Option<Arc<str>> {
        self.queue().over.clone()
    }

    fn with_queue(&self, with: impl FnOnce(&mut Queue)) -> Result<(), Arc<str>> {
        let mut queue = self.queue();
        if let Some(over) = &queue.over {
            return Err(Arc::clone(over));
        }
        let was_empty = queue.bytes.is_empty();
        with(&mut queue);
        drop(queue);
        if was_empty {
            self.queued.notify_one();
        }
        Ok(())
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn channels(&self) -> MutexGuard<'_, HashMap<u16, Channel>> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
