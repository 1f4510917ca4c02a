//! The broker's side of the consumers: what each was handed, and who is to be woken for it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::Waker;

use foldhash::HashMap;

use super::queue::Message;
use super::wakes::Wakes;

/// One consumer of a broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ConsumerId(pub(super) u64);

/// One consumer's place at one queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Taker {
    pub(super) consumer: ConsumerId,
    /// Which of its subscriptions.
    pub(super) subscription: usize,
}

/// All consumers of a broker.
#[derive(Default)]
pub(super) struct Consumers {
    by_id: HashMap<ConsumerId, Subscriber>,
    /// Whom to wake once the broker is unlocked.
    wakes: Wakes,
}

impl Consumers {
    pub(super) fn insert(&mut self, id: ConsumerId, subscriber: Subscriber) {
        self.by_id.insert(id, subscriber);
    }

    /// Takes a consumer out; if it waits for a message, it learns that there will be none.
    pub(super) fn remove(&mut self, id: ConsumerId) -> Option<Subscriber> {
        let mut subscriber = self.by_id.remove(&id)?;
        self.wakes.add(subscriber.waits.take());
        Some(subscriber)
    }

    pub(super) fn get_mut(&mut self, id: ConsumerId) -> Option<&mut Subscriber> {
        self.by_id.get_mut(&id)
    }

    /// The consumers that the driver `owner` opened, in that order, so that a run can be repeated.
    pub(super) fn owned_by(&self, owner: u64) -> Vec<ConsumerId> {
        let owned = self.by_id.iter().filter(|(_, subscriber)| subscriber.owner == owner);
        let mut ids: Vec<_> = owned.map(|(id, _)| *id).collect();
        ids.sort_unstable();
        ids
    }

    /// How many take messages from the queue of this name.
    pub(super) fn of(&self, queue: &str) -> u64 {
        let takes = |subscriber: &&Subscriber| {
            let mut queues = subscriber.subscriptions.iter().map(|entry| &*entry.queue);
            !subscriber.cancelled && queues.any(|name| name == queue)
        };
        self.by_id.values().filter(takes).map(|_| 1).sum()
    }

    /// Hands a message over; answers whether the taker may be handed another.
    pub(super) fn hand(&mut self, taker: Taker, message: Message) -> bool {
        let subscriber = self.by_id.get_mut(&taker.consumer);
        let Some(subscriber) = subscriber else {
            debug_assert!(false, "a queue names a consumer that is gone as its taker");
            return false;
        };
        self.wakes.add(subscriber.waits.take());
        subscriber.hand(taker.subscription, message)
    }

    /// Wakes a task once the broker is unlocked.
    pub(super) fn wake(&mut self, waker: Option<Waker>) {
        self.wakes.add(waker);
    }

    /// Whom to wake; there is nobody afterwards.
    pub(super) fn take_wakes(&mut self) -> Wakes {
        self.wakes.take()
    }
}

/// One consumer.
pub(super) struct Subscriber {
    owner: u64,
    subscriptions: Vec<Subscription>,
    /// What was handed over and not given out: which subscription's, and its position there.
    mail: VecDeque<(usize, u64)>,
    cancelled: bool,
    /// The task that waits for mail. None while it runs, or has been woken.
    waits: Option<Waker>,
}

/// What a consumer has to do with one queue.
pub(super) struct Subscription {
    pub(super) queue: Arc<str>,
    /// Whether the queue is deleted with the consumer.
    pub(super) own: bool,
    prefetch: usize,
    /// What was handed over and not settled, by position.
    held: HashMap<u64, Message>,
}

/// What settling a message leaves to do.
pub(super) struct Settled<'s> {
    pub(super) queue: &'s str,
    pub(super) message: Message,
    /// Whether the consumer had to do without that queue's messages until now.
    pub(super) takes_again: bool,
}

impl Subscription {
    /// A `prefetch` of zero is no limit.
    pub(super) fn new(queue: Arc<str>, prefetch: u16, own: bool) -> Self {
        let prefetch = if prefetch == 0 { usize::MAX } else { prefetch.into() };
        Self { queue, own, prefetch, held: HashMap::default() }
    }

    /// All that was handed over and not settled, in any order.
    pub(super) fn into_held(self) -> Vec<Message> {
        self.held.into_values().collect()
    }
}

impl Subscriber {
    pub(super) fn new(owner: u64, subscriptions: Vec<Subscription>) -> Self {
        Self { owner, subscriptions, mail: VecDeque::new(), cancelled: false, waits: None }
    }

    /// Has `waker` woken when there is something to take, or will be nothing any more. Another
    /// that was to be woken is given back: under the broker's lock it may not be dropped, being
    /// perhaps all that is left of a task, which then ends there.
    #[must_use]
    pub(super) fn wait(&mut self, waker: &Waker) -> Option<Waker> {
        if self.waits.as_ref().is_some_and(|waits| waits.will_wake(waker)) {
            return None;
        }
        self.waits.replace(waker.clone())
    }

    fn hand(&mut self, subscription: usize, message: Message) -> bool {
        let Some(entry) = self.subscriptions.get_mut(subscription) else { return false };
        self.mail.push_back((subscription, message.position));
        entry.held.insert(message.position, message);
        entry.held.len() < entry.prefetch
    }

    /// The next message to give out, and from which subscription. It stays held.
    pub(super) fn next_mail(&mut self) -> Option<(usize, Message)> {
        let (subscription, position) = self.mail.pop_front()?;
        let entry = self.subscriptions.get(subscription)?;
        Some((subscription, entry.held.get(&position)?.clone()))
    }

    pub(super) fn settle(&mut self, subscription: usize, position: u64) -> Option<Settled<'_>> {
        let entry = self.subscriptions.get_mut(subscription)?;
        let message = entry.held.remove(&position)?;
        let was_full = entry.held.len() + 1 == entry.prefetch;
        let takes_again = was_full && !self.cancelled;
        Some(Settled { queue: &entry.queue, message, takes_again })
    }

    /// Ends the handing over; returns, for each subscription, what was handed over and not given
    /// out.
    pub(super) fn cancel(&mut self) -> Vec<(Arc<str>, Vec<Message>)> {
        self.cancelled = true;
        let mut returned: Vec<_> = self
            .subscriptions
            .iter()
            .map(|subscription| (Arc::clone(&subscription.queue), Vec::new()))
            .collect();
        for (subscription, position) in self.mail.drain(..) {
            let held = self.subscriptions.get_mut(subscription).map(|entry| &mut entry.held);
            let message = held.and_then(|held| held.remove(&position));
            if let (Some(message), Some((_, messages))) = (message, returned.get_mut(subscription))
            {
                messages.push(message);
            }
        }
        returned
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.cancelled
    }

    pub(super) fn into_subscriptions(self) -> Vec<Subscription> {
        self.subscriptions
    }
}
