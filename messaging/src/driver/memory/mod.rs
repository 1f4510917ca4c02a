//! A broker inside the process, for tests, examples and services that share one process.
//!
//! It keeps RabbitMQ's rules where users can see them: order per queue, consumers that take turns,
//! prefetch, acknowledgement and redelivery, expiry in a queue, mandatory messages, and the queues
//! that oslo.messaging declares (wire document, section 5.2). As there, the queue of a topic is
//! named after the topic alone, so servers of one topic in two exchanges share it.
//!
//! What is different: messages have no envelope, and are else what RabbitMQ would be sent; for the
//! option `max_message_size` they count as long as there. A queue holds at most [`queue::LIMIT`]
//! messages, and publishing to a full one waits for room; nothing is on disk; topics are names, never
//! patterns.

mod broker;
mod consumer;
mod done;
mod queue;
mod room;
mod subscriber;
mod topology;
mod wakes;
#[cfg(all(test, feature = "tokio"))]
mod tests;

use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::BoxFuture;

use self::broker::{Broker, Owner};
use self::consumer::MemoryConsumer;
use self::done::done;
use self::queue::Content;
use self::room::{Offer, Room};
use super::events::{Event, Events};
use super::teller::Teller;
use super::{
    Address, Consumer, Driver, Health, Inbox, Listen, Look, Notes, OpenInbox, Post, Publish,
};
use crate::config::Own;
use crate::runtime::{Runtime, timeout};
use crate::{Error, ErrorKind, TransportUrl};

/// Connects to the broker that `url` names.
///
/// `memory://` is a new broker that nobody else has. `memory://name/vhost` is the one broker of
/// that name and virtual host in this process; it is gone, and all that waits in it, with its last
/// transport.
pub(crate) fn connect(url: &TransportUrl, own: Own, runtime: Arc<dyn Runtime>) -> Arc<dyn Driver> {
    let broker = match registered_name(url) {
        Some(name) => shared(name, &runtime),
        None => Broker::new(Arc::clone(&runtime)),
    };
    let user = url.hosts.first().and_then(|host| host.user.clone());
    connect_to(broker, user.filter(|_| own.send_user_id), runtime)
}

/// Connects to a new broker that nobody else has.
pub(crate) fn unnamed(runtime: Arc<dyn Runtime>) -> Arc<dyn Driver> {
    connect_to(Broker::new(Arc::clone(&runtime)), None, runtime)
}

/// A new broker, and what connects to it.
#[cfg(any(feature = "conformance", test))]
pub(crate) fn private(
    runtime: Arc<dyn Runtime>,
) -> impl Fn() -> Arc<dyn Driver> + Send + Sync + 'static {
    let broker = Broker::new(Arc::clone(&runtime));
    move || connect_to(Arc::clone(&broker), None, Arc::clone(&runtime))
}

fn connect_to(
    broker: Arc<Broker>,
    user_id: Option<String>,
    runtime: Arc<dyn Runtime>,
) -> Arc<dyn Driver> {
    let owner = broker.admit();
    let (published, teller) = (AtomicU32::new(0), Teller::default());
    Arc::new(Memory { broker, runtime, owner, user_id, published, teller })
}

/// Host names and virtual host.
type Name = (Vec<String>, String);

fn registered_name(url: &TransportUrl) -> Option<Name> {
    let hosts: Vec<_> =
        url.hosts.iter().filter(|host| !host.name.is_empty()).map(|host| host.display(0)).collect();
    let virtual_host = url.virtual_host.clone().unwrap_or_default();
    (!hosts.is_empty()).then_some((hosts, virtual_host))
}

fn shared(name: Name, runtime: &Arc<dyn Runtime>) -> Arc<Broker> {
    static BROKERS: LazyLock<Mutex<HashMap<Name, Weak<Broker>>>> = LazyLock::new(Mutex::default);

    let mut brokers = BROKERS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(broker) = brokers.get(&name).and_then(Weak::upgrade) {
        return broker;
    }
    brokers.retain(|_, broker| broker.strong_count() > 0);
    let broker = Broker::new(Arc::clone(runtime));
    brokers.insert(name, Arc::downgrade(&broker));
    broker
}

/// One connection to a broker.
#[derive(Debug)]
struct Memory {
    broker: Arc<Broker>,
    runtime: Arc<dyn Runtime>,
    owner: Owner,
    /// Who sends, where messages say so.
    user_id: Option<String>,
    published: AtomicU32,
    teller: Teller,
}

#[async_trait]
impl Driver for Memory {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn envelops(&self) -> bool {
        false
    }

    async fn publish(&self, message: Publish<'_>) -> Result<(), Error> {
        let (body, notes) = (message.body.to_vec(), message.notes.clone());
        let content = self.content(Arc::new(body), Arc::new(notes));
        if self.is_time_for_others() {
            let_others_run().await;
        }
        self.send(message, &content).await
    }

    // Not `async`, which would allocate: a message is nearly always taken at once.
    fn post<'d, 'a>(&'d self, message: Post) -> BoxFuture<'a, Result<(), Error>>
    where
        'd: 'a,
        Self: 'a,
    {
        let Post { address, body, notes, expires, mandatory, within, retries, .. } = message;
        let content = self.content(body, notes);
        let is_time_for_others = self.is_time_for_others();
        if !is_time_for_others
            && let Offer::Taken = self.broker.offer(&self.owner, &address, &content, expires)
        {
            return done(Ok(()));
        }
        Box::pin(async move {
            if is_time_for_others {
                let_others_run().await;
            }
            let (address, body, notes) = (&*address, &**content.body, &*content.notes);
            let message = Publish { address, body, notes, expires, mandatory, within, retries };
            self.send(message, &content).await
        })
    }

    async fn listen(&self, listen: Listen) -> Result<Box<dyn Consumer>, Error> {
        match self.broker.listen(&self.owner, &listen) {
            Some(subscribed) => {
                Ok(Box::new(MemoryConsumer::new(Arc::clone(&self.broker), subscribed)))
            }
            None => Err(self.closed(&format!("listen on topic `{}`", listen.topic))),
        }
    }

    async fn open_inbox(&self, _: OpenInbox) -> Result<Inbox, Error> {
        match self.broker.open_inbox(&self.owner) {
            Some((queue, subscribed)) => {
                let consumer = MemoryConsumer::new(Arc::clone(&self.broker), subscribed);
                Ok(Inbox { queue, consumer: Box::new(consumer) })
            }
            None => Err(self.closed("open a reply queue")),
        }
    }

    async fn look(&self, address: &Address, _: Duration) -> Result<Look, Error> {
        Ok(self.broker.look(address))
    }

    fn events(&self) -> Events {
        self.teller.events()
    }

    fn health(&self) -> Health {
        let (counters, closed) = (self.teller.counters(), self.teller.is_closed());
        Health { counters, closed, ..Health::default() }
    }

    async fn close(&self, _within: Duration) {
        self.broker.close(&self.owner);
        self.teller.tell(Event::Closed);
    }
}

impl Memory {
    fn content(&self, body: Arc<Vec<u8>>, notes: Arc<Notes>) -> Arc<Content> {
        Arc::new(Content { body, notes, user_id: self.user_id.clone() })
    }

    /// Offers a message to the broker until it is taken, or until its time is up.
    async fn send(&self, message: Publish<'_>, content: &Arc<Content>) -> Result<(), Error> {
        let mut started = None;
        let mut woken_by: Option<Room> = None;
        loop {
            let offer = self.broker.offer(&self.owner, message.address, content, message.expires);
            if let Some(room) = woken_by.take() {
                room.pass_on(&offer);
            }
            let full = match offer {
                Offer::Taken => return Ok(()),
                Offer::Unroutable if message.mandatory => return Err(unroutable(&message)),
                Offer::Unroutable => return Ok(()),
                Offer::Closed => {
                    return Err(self.closed(&format!("publish to {}", message.address)));
                }
                Offer::Full(full) => full,
            };
            let now = self.runtime.now();
            let waited = now.saturating_duration_since(*started.get_or_insert(now));
            let left = message.within.saturating_sub(waited);
            if left.is_zero() {
                return Err(not_confirmed(&message, &full.queue));
            }
            // A message that expires makes room too, but wakes nobody.
            let pause = full.head_expires_in.map_or(left, |expiry| expiry.min(left));
            timeout(&*self.runtime, pause, full.room.wait()).await;
            woken_by = Some(full.room);
        }
    }

    /// Publishing here hardly ever waits, unlike with a broker across the network; a task that does
    /// nothing else would keep its thread, and with it timers and consumers, to itself.
    fn is_time_for_others(&self) -> bool {
        const TURN: u32 = 64;
        // Two that count at once may count one: the next has its turn then.
        let published = self.published.load(Ordering::Relaxed).wrapping_add(1);
        self.published.store(published, Ordering::Relaxed);
        published.is_multiple_of(TURN)
    }

    fn closed(&self, wish: &str) -> Error {
        let name = self.name();
        Error::new(
            ErrorKind::Closed,
            format!("the driver `{name}` was closed; connect a new transport to {wish}"),
        )
    }
}

async fn let_others_run() {
    let mut has_run = false;
    poll_fn(|context| {
        if std::mem::replace(&mut has_run, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

fn unroutable(message: &Publish<'_>) -> Error {
    Error::new(
        ErrorKind::Unroutable,
        format!(
            "no queue takes messages for {}; check the name, and that whoever should listen there runs",
            message.address
        ),
    )
}

fn not_confirmed(message: &Publish<'_>, queue: &str) -> Error {
    Error::new(
        ErrorKind::NotConfirmed,
        format!(
            "queue `{queue}` was full ({} messages) for {:?}, so the message for {} was not taken; \
             let its consumers catch up, or start more of them",
            queue::LIMIT,
            message.within,
            message.address
        ),
    )
}
