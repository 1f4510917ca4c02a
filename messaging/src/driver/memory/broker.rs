//! The broker: one lock around its queues and consumers, and what is asked of it.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Waker;
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::queue::{Content, Message};
use super::room::Offer;
use super::subscriber::{ConsumerId, Consumers, Settled, Subscriber, Subscription, Taker};
use super::topology::{Route, Topology, server_queue};
use crate::driver::{Address, Listen, Look};
use crate::runtime::Runtime;

/// A broker in memory.
///
/// Its clock is that of the transport which made it, whoever else connects.
pub(super) struct Broker {
    clock: Arc<dyn Runtime>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    topology: Topology,
    consumers: Consumers,
    last_id: u64,
}

/// A driver, as the broker knows it.
#[derive(Debug)]
pub(super) struct Owner {
    id: u64,
    closed: AtomicBool,
}

/// A consumer as it was opened.
pub(super) struct Subscribed {
    pub(super) id: ConsumerId,
    /// The queues of its subscriptions.
    pub(super) queues: Vec<Arc<str>>,
}

/// What a consumer finds.
pub(super) enum Mail {
    Message(Taker, Message),
    Empty,
    Ended,
}

/// What becomes of a message that was given out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Forget,
    PutBack,
}

impl Broker {
    pub(super) fn new(clock: Arc<dyn Runtime>) -> Arc<Self> {
        Arc::new(Self { clock, state: Mutex::default() })
    }

    /// Lets a driver in.
    pub(super) fn admit(&self) -> Owner {
        self.locked(|state, _| Owner { id: state.new_id(), closed: AtomicBool::new(false) })
    }

    /// Takes a message if all queues that it goes to have room.
    pub(super) fn offer(
        &self,
        owner: &Owner,
        address: &Address,
        content: &Arc<Content>,
        expires: Option<Duration>,
    ) -> Offer {
        let route = Route::from(address);
        self.locked(|State { topology, consumers, .. }, clock| {
            if owner.closed.load(Ordering::Relaxed) {
                return Offer::Closed;
            }
            topology.offer(&route, content, expires, consumers, clock)
        })
    }

    /// Declares what a server listens on, and subscribes to it; none if `owner` was closed.
    pub(super) fn listen(&self, owner: &Owner, listen: &Listen) -> Option<Subscribed> {
        let Listen { exchange, topic, server, prefetch, .. } = listen;
        let fanout = format!("{topic}_fanout_{}", Uuid::new_v4().simple());
        self.locked(|state, clock| {
            if owner.closed.load(Ordering::Relaxed) {
                return None;
            }
            let shared = state.topology.declare(topic);
            let own = state.topology.declare(&server_queue(topic, server));
            state.topology.bind(exchange, [&shared, &own]);
            let fanout = state.topology.declare(&fanout);
            state.topology.bind_to_fanout(topic, &fanout);
            let subscriptions = vec![
                Subscription::new(shared, *prefetch, false),
                Subscription::new(own, *prefetch, false),
                Subscription::new(fanout, *prefetch, true),
            ];
            Some(state.subscribe(owner, subscriptions, clock))
        })
    }

    /// Declares a reply queue, and subscribes to it; none if `owner` was closed.
    pub(super) fn open_inbox(&self, owner: &Owner) -> Option<(String, Subscribed)> {
        let name = format!("reply_{}", Uuid::new_v4().simple());
        self.locked(|state, clock| {
            if owner.closed.load(Ordering::Relaxed) {
                return None;
            }
            let queue = state.topology.declare(&name);
            let subscribed = state.subscribe(owner, vec![Subscription::new(queue, 0, true)], clock);
            Some((name, subscribed))
        })
    }

    /// The next message for a consumer. If there is none yet, `waker` is woken when there is, or
    /// will be none any more.
    pub(super) fn take(&self, id: ConsumerId, waker: &Waker) -> Mail {
        self.locked(|State { consumers, .. }, clock| {
            let Some(subscriber) = consumers.get_mut(id) else { return Mail::Ended };
            match subscriber.next_mail() {
                Some((subscription, mut message)) => {
                    let left = |at: Instant| at.saturating_duration_since(clock.now());
                    message.expires = message.expires_at.map(left);
                    Mail::Message(Taker { consumer: id, subscription }, message)
                }
                None if subscriber.is_cancelled() => Mail::Ended,
                None => {
                    let before = subscriber.wait(waker);
                    consumers.wake(before);
                    Mail::Empty
                }
            }
        })
    }

    /// Ends a message that was given out; false if its consumer was closed before.
    pub(super) fn settle(&self, taker: Taker, position: u64, verdict: Verdict) -> bool {
        self.locked(|State { topology, consumers, .. }, clock| {
            let subscriber = consumers.get_mut(taker.consumer);
            let settled = subscriber.and_then(|one| one.settle(taker.subscription, position));
            let Some(Settled { queue, message, takes_again }) = settled else { return false };
            if let Some(queue) = topology.queue_mut(queue) {
                match verdict {
                    Verdict::Forget => queue.forget_one(),
                    Verdict::PutBack => queue.put_back(vec![message], consumers, clock),
                }
                if takes_again {
                    queue.add_taker(taker, consumers, clock);
                }
            }
            true
        })
    }

    /// Ends the handing over to a consumer; what it has not given out goes back.
    pub(super) fn cancel(&self, id: ConsumerId) {
        self.locked(|State { topology, consumers, .. }, clock| {
            let Some(subscriber) = consumers.get_mut(id) else { return };
            for (subscription, (name, returned)) in subscriber.cancel().into_iter().enumerate() {
                if let Some(queue) = topology.queue_mut(&name) {
                    queue.remove_taker(Taker { consumer: id, subscription });
                    queue.put_back(returned, consumers, clock);
                }
            }
        });
    }

    /// Ends a consumer; what it has not settled goes back, and its own queues are deleted.
    pub(super) fn close_consumer(&self, id: ConsumerId) {
        self.locked(|state, clock| state.close_consumer(id, clock));
    }

    /// Looks at the queue that an address leads to; a fanout leads to many.
    pub(super) fn look(&self, address: &Address) -> Look {
        let route = Route::from(address);
        let name = match &route {
            Route::Key { key, .. } => &**key,
            Route::Queue { name } => name,
            Route::Fanout { .. } => return Look::Unknown,
        };
        self.locked(|State { topology, consumers, .. }, clock| {
            let Some(queue) = topology.queue_mut(name) else { return Look::Missing };
            let ready = u64::try_from(queue.ready(clock)).unwrap_or(u64::MAX);
            Look::Queue { ready, consumers: consumers.of(name) }
        })
    }

    /// Ends a driver and its consumers.
    pub(super) fn close(&self, owner: &Owner) {
        self.locked(|state, clock| {
            owner.closed.store(true, Ordering::Relaxed);
            for id in state.consumers.owned_by(owner.id) {
                state.close_consumer(id, clock);
            }
            // Publishers that wait for room learn that they are closed.
            for queue in state.topology.queues() {
                queue.room().open_to_all();
            }
        });
    }

    /// Runs `act` under the lock, and then, outside it, wakes those who have mail.
    fn locked<R>(&self, act: impl FnOnce(&mut State, &dyn Runtime) -> R) -> R {
        let (result, wakes) = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            let result = act(&mut state, &*self.clock);
            (result, state.consumers.take_wakes())
        };
        wakes.wake();
        result
    }
}

impl State {
    fn new_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    fn subscribe(
        &mut self,
        owner: &Owner,
        subscriptions: Vec<Subscription>,
        clock: &dyn Runtime,
    ) -> Subscribed {
        let id = ConsumerId(self.new_id());
        let queues: Vec<_> = subscriptions.iter().map(|one| Arc::clone(&one.queue)).collect();
        self.consumers.insert(id, Subscriber::new(owner.id, subscriptions));
        for (subscription, queue) in queues.iter().enumerate() {
            if let Some(queue) = self.topology.queue_mut(queue) {
                queue.add_taker(Taker { consumer: id, subscription }, &mut self.consumers, clock);
            }
        }
        Subscribed { id, queues }
    }

    fn close_consumer(&mut self, id: ConsumerId, clock: &dyn Runtime) {
        let Some(subscriber) = self.consumers.remove(id) else { return };
        for (subscription, entry) in subscriber.into_subscriptions().into_iter().enumerate() {
            if entry.own {
                self.topology.delete(&entry.queue);
            } else if let Some(queue) = self.topology.queue_mut(&entry.queue) {
                queue.remove_taker(Taker { consumer: id, subscription });
                queue.put_back(entry.into_held(), &mut self.consumers, clock);
            }
        }
    }
}

impl fmt::Debug for Broker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Broker").finish_non_exhaustive()
    }
}
