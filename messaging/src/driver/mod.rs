//! What a broker must be able to do, in a broker's words: publish, consume, acknowledge.
//!
//! A driver knows neither methods nor versions, and never looks into a body. All operations that
//! can wait take the time that they may take, and end within it whatever the broker does.
//! Implement [`Driver`], [`Consumer`] and [`Acknowledge`] for another broker, and run
//! `driver::conformance` (feature `conformance`) against it.

#[cfg(feature = "amqp")]
pub(crate) mod amqp;
#[cfg(any(feature = "conformance", test))]
pub mod conformance;
mod events;
mod health;
pub(crate) mod memory;
#[cfg(feature = "amqp")]
#[doc(hidden)]
pub mod operator;
mod teller;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::config::Resolved;
use crate::error::shortened;
use crate::runtime::Runtime;
use crate::{Config, Error, ErrorKind};

pub use self::events::{Event, Events, Purpose};
pub use self::health::{
    ConnectionHealth, ConnectionState, ConsumerHealth, ConsumerState, Counters, Health,
};
pub use crate::wire::Notes;

/// Connects the driver that the scheme of `config`'s URL names, for use without a
/// [`Transport`](crate::Transport): to look at raw messages, or to run the conformance suite.
///
/// # Errors
///
/// As [`Transport::connect`](crate::Transport::connect).
pub async fn connect(config: &Config, runtime: Arc<dyn Runtime>) -> Result<Arc<dyn Driver>, Error> {
    open(&config.resolve()?, runtime).await
}

pub(crate) async fn open(
    config: &Resolved,
    runtime: Arc<dyn Runtime>,
) -> Result<Arc<dyn Driver>, Error> {
    match config.url.scheme.as_str() {
        "memory" => Ok(memory::connect(&config.url, config.own, runtime)),
        #[cfg(feature = "amqp")]
        "rabbit" | "kombu+amqp" | "kombu+rabbit" => {
            amqp::connect(&config.url, &config.rabbit, config.own, runtime).await
        }
        #[cfg(not(feature = "amqp"))]
        "rabbit" | "kombu+amqp" | "kombu+rabbit" => Err(Error::new(
            ErrorKind::Config,
            "this build has no driver for `rabbit://`; switch the feature `amqp` on",
        )),
        scheme => Err(Error::new(
            ErrorKind::Config,
            format!(
                "no driver is called `{}`; write the transport URL with `rabbit://` or `memory://`",
                shortened(scheme)
            ),
        )),
    }
}

/// A connection to a broker.
#[async_trait]
pub trait Driver: fmt::Debug + Send + Sync + 'static {
    /// A word for errors and logs: `rabbit`, `memory`.
    fn name(&self) -> &'static str;

    /// Whether a message stands within oslo.messaging's envelope, which is the default. The driver
    /// of a broker within this process, whose messages no peer of another kind reads, does without:
    /// a message is the same JSON, without being a text within JSON. Either is read everywhere.
    fn envelops(&self) -> bool {
        true
    }

    /// Hands a message to the broker, and ends when the broker has confirmed it.
    ///
    /// # Errors
    ///
    /// [`Unroutable`](crate::ErrorKind::Unroutable) if it is mandatory and no queue takes it;
    /// [`NotConfirmed`](crate::ErrorKind::NotConfirmed) if the broker may have it but did not say
    /// so; [`NotSent`](crate::ErrorKind::NotSent) and
    /// [`Connection`](crate::ErrorKind::Connection) if it certainly does not have it;
    /// [`Refused`](crate::ErrorKind::Refused) if it does not take this message;
    /// [`AccessRefused`](crate::ErrorKind::AccessRefused) and
    /// [`Topology`](crate::ErrorKind::Topology) as it says of the exchange;
    /// [`Closed`](crate::ErrorKind::Closed) after [`close`](Self::close).
    async fn publish(&self, message: Publish<'_>) -> Result<(), Error>;

    /// Hands a message to the broker, and ends before the broker has confirmed it, if it can: what
    /// goes wrong after that is told to the message's [`sender`](Post::sender).
    ///
    /// For messages whose arrival something else proves, as the answer to a call does for its
    /// request. The default [publishes](Self::publish) it.
    ///
    /// # Errors
    ///
    /// As of [`publish`](Self::publish), where that is known at once; then nothing is told to the
    /// sender.
    async fn post(&self, message: Post) -> Result<(), Error> {
        self.publish(message.publish()).await
    }

    /// Ends when the broker has confirmed all that was [posted](Self::post) so far, or told the
    /// senders otherwise, or when `within` has passed. The default has nothing to wait for.
    async fn flush(&self, within: Duration) {
        let _ = within;
    }

    /// Declares what a server listens on and starts to consume it: the queue of the topic, shared
    /// by all its servers, the queue of this server, and a queue of its own behind the topic's
    /// fanout.
    ///
    /// The consumer mends itself after any loss until it is cancelled or closed.
    ///
    /// # Errors
    ///
    /// [`Topology`](crate::ErrorKind::Topology), naming the exchange or the queue that the broker
    /// does not let be declared; [`Connection`](crate::ErrorKind::Connection) if no connection
    /// came about in time; [`Closed`](crate::ErrorKind::Closed) after [`close`](Self::close).
    async fn listen(&self, listen: Listen) -> Result<Box<dyn Consumer>, Error>;

    /// Declares a reply queue and starts to consume it.
    ///
    /// # Errors
    ///
    /// As [`listen`](Self::listen).
    async fn open_inbox(&self, opening: OpenInbox) -> Result<Inbox, Error>;

    /// Looks at the queue that takes what is sent to `address`, and changes nothing: to say why no
    /// answer comes. The default is
    /// [`Unknown`](Look::Unknown).
    ///
    /// # Errors
    ///
    /// If the broker cannot be asked.
    async fn look(&self, address: &Address, within: Duration) -> Result<Look, Error> {
        let _ = (address, within);
        Ok(Look::Unknown)
    }

    /// What happens to its connections and consumers from now on. The default is none at all.
    fn events(&self) -> Events {
        Events::none()
    }

    /// How its connections and consumers are. Asks nobody, so it takes no time. The default has
    /// none of either, and is always well.
    fn health(&self) -> Health {
        Health::default()
    }

    /// Ends all consumers, then closes the connections.
    async fn close(&self, within: Duration);
}

/// What is seen of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Look {
    /// Nothing can be said.
    Unknown,
    /// There is no such queue.
    Missing,
    /// It is there.
    Queue {
        /// How many messages wait in it; those that a consumer was sent do not count.
        ready: u64,
        /// How many consume it.
        consumers: u64,
    },
}

/// Where a message goes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Address {
    /// One server of a topic: any, or the one named.
    Topic {
        /// The exchange.
        exchange: String,
        /// The topic.
        topic: String,
        /// The server, or any.
        server: Option<String>,
    },
    /// Every server of a topic that listens at this moment.
    Fanout {
        /// The topic.
        topic: String,
    },
    /// The reply queue of a client.
    Reply {
        /// The name that [`Inbox::queue`] had there.
        queue: String,
    },
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Topic { exchange, topic, server: None } => {
                write!(f, "topic `{topic}` in exchange `{exchange}`")
            }
            Self::Topic { exchange, topic, server: Some(server) } => {
                write!(f, "server `{server}` of topic `{topic}` in exchange `{exchange}`")
            }
            Self::Fanout { topic } => write!(f, "the fanout of topic `{topic}`"),
            Self::Reply { queue } => write!(f, "reply queue `{queue}`"),
        }
    }
}

/// A message on its way out.
#[derive(Clone, Debug)]
pub struct Publish<'a> {
    /// Where it goes.
    pub address: &'a Address,
    /// What it says.
    pub body: &'a [u8],
    /// What is said beside it, in headers of the same names.
    pub notes: &'a Notes,
    /// After how long in a queue the broker drops it; none is never.
    pub expires: Option<Duration>,
    /// Whether it is an error that no queue takes it.
    pub mandatory: bool,
    /// How long publishing may take, connecting anew included.
    pub within: Duration,
    /// How often it is tried again while the broker cannot be reached, or does not take the
    /// message; none is for as long as `within` lasts. One round over all hosts of the URL is one
    /// try. A message that the broker may have is never sent again.
    pub retries: Option<u32>,
}

/// A message on its way out, for whose confirmation nobody waits.
#[derive(Clone)]
pub struct Post {
    /// Where it goes.
    pub address: Arc<Address>,
    /// What it says. It is kept until the broker has confirmed it.
    pub body: Arc<Vec<u8>>,
    /// As in [`Publish::notes`].
    pub notes: Arc<Notes>,
    /// As in [`Publish::expires`].
    pub expires: Option<Duration>,
    /// As in [`Publish::mandatory`].
    pub mandatory: bool,
    /// As in [`Publish::within`]; also how long the broker may take to confirm it.
    pub within: Duration,
    /// As in [`Publish::retries`].
    pub retries: Option<u32>,
    /// Who is told if it fails.
    pub sender: Arc<dyn Sender>,
}

impl Post {
    /// The same, to be waited for.
    #[must_use]
    pub fn publish(&self) -> Publish<'_> {
        Publish {
            address: &self.address,
            body: &self.body,
            notes: &self.notes,
            expires: self.expires,
            mandatory: self.mandatory,
            within: self.within,
            retries: self.retries,
        }
    }
}

impl fmt::Debug for Post {
    /// Without what it says, which is the user's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Post")
            .field("address", &self.address)
            .field("bytes", &self.body.len())
            .field("within", &self.within)
            .finish_non_exhaustive()
    }
}

/// Who has [posted](Driver::post) messages.
pub trait Sender: Send + Sync {
    /// The message that says `body` failed, with an error as of [`Driver::publish`]: told at most
    /// once for each. Must not block.
    fn undelivered(self: Arc<Self>, body: &[u8], error: Error);
}

/// What a server listens on.
#[derive(Clone, Debug)]
pub struct Listen {
    /// The exchange.
    pub exchange: String,
    /// The topic.
    pub topic: String,
    /// The server's own name.
    pub server: String,
    /// How many messages the broker may hand over per queue before they are acknowledged.
    pub prefetch: u16,
    /// How long setting up may take.
    pub within: Duration,
}

/// A reply queue in the making.
#[derive(Clone, Debug)]
pub struct OpenInbox {
    /// How long setting up may take.
    pub within: Duration,
    /// How often it is tried again, as in [`Publish::retries`].
    pub retries: Option<u32>,
    /// Whether answers may still come. Where a broker's queues expire by themselves, one in which
    /// there are any is left to do so in place of being deleted when it is closed: a Python server
    /// holds a worker for a minute over each answer whose queue is gone (wire document,
    /// section 10).
    pub awaited: Awaited,
}

/// Whether anything may still come.
#[derive(Clone, Default)]
pub struct Awaited(Option<Arc<dyn Fn() -> bool + Send + Sync>>);

impl Awaited {
    /// For as long as `awaited` says so. The default is never.
    pub fn while_true(awaited: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(awaited)))
    }

    /// Whether anything may come now.
    #[must_use]
    pub fn is_true(&self) -> bool {
        self.0.as_ref().is_some_and(|awaited| awaited())
    }
}

impl fmt::Debug for Awaited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Awaited").field(&self.is_true()).finish()
    }
}

impl OpenInbox {
    /// A queue in which no answer is awaited that another could miss.
    #[must_use]
    pub fn within(within: Duration) -> Self {
        Self { within, retries: None, awaited: Awaited::default() }
    }
}

/// A reply queue, consumed.
#[derive(Debug)]
pub struct Inbox {
    /// Its name, which a request carries.
    pub queue: String,
    /// What arrives in it.
    pub consumer: Box<dyn Consumer>,
}

/// Messages coming in.
#[async_trait]
pub trait Consumer: fmt::Debug + Send {
    /// The next message; none when there will be no more, because the consumer was cancelled or
    /// the driver closed. An error tells of something that went wrong and is being mended; the
    /// consumer goes on.
    ///
    /// May be dropped and called again without losing a message.
    async fn next(&mut self) -> Option<Result<Delivery, Error>>;

    /// Notes when messages arrive, while nobody is free to take one: a message's time runs from
    /// then on, not from when [`next`](Self::next) gives it out. Never ends; to be dropped when
    /// somebody is free, without losing a message.
    ///
    /// Not needed, which is the default, where the broker itself tells how much time is left.
    async fn idle(&mut self) {
        std::future::pending().await
    }

    /// Takes no more: the broker stops sending, and what it had sent that [`next`](Self::next)
    /// has not given out goes back to its queue. What was given out can still be settled.
    async fn cancel(&mut self, within: Duration) -> Result<(), Error>;

    /// Cancels if that was not done, then gives up everything: what was given out and not settled
    /// goes back to its queue, and queues that are this consumer's alone are deleted.
    async fn close(self: Box<Self>, within: Duration) -> Result<(), Error>;
}

/// A message that came in. Dropping it settles nothing: the message stays with this consumer until
/// the consumer is closed, and then goes back to its queue.
#[derive(Debug)]
pub struct Delivery {
    /// What it says.
    pub body: Vec<u8>,
    /// What was said beside it: the headers that [`Notes`] takes, of whoever sent them.
    pub notes: Notes,
    /// The user who has sent it, where the sender said so and the broker has verified it; see
    /// [`Config::send_user_id`].
    pub user_id: Option<String>,
    /// How much of [`Publish::expires`] is left, as far as is known: a broker that does not tell
    /// how long the message was with it counts from when it handed the message over.
    pub expires: Option<Duration>,
    /// How long it has waited here, in this process, before it was given out; zero where nothing
    /// waits here.
    pub waited: Duration,
    /// How often it was given out, this time included, as far as the broker counts: 1 the first
    /// time. RabbitMQ counts for quorum queues ("Quorum Queues", on poison messages); for others it
    /// is 2 however often a message came before.
    pub attempt: u32,
    /// Settles it.
    pub settle: Box<dyn Acknowledge>,
}

impl Delivery {
    /// Whether it was delivered before, to this consumer or another, and not acknowledged.
    #[must_use]
    pub fn redelivered(&self) -> bool {
        self.attempt > 1
    }
}

/// Settles one delivery; once.
#[async_trait]
pub trait Acknowledge: fmt::Debug + Send {
    /// Done with it: the broker forgets it.
    ///
    /// # Errors
    ///
    /// If the acknowledgement could not be handed to the broker, which then delivers the message
    /// again, perhaps to another consumer.
    async fn ack(self: Box<Self>) -> Result<(), Error>;

    /// The same, and ends no sooner than the broker has forgotten it: after that it is delivered
    /// to nobody, whatever becomes of the connection. The default is [`ack`](Self::ack), for
    /// brokers that forget at once.
    ///
    /// # Errors
    ///
    /// As of [`ack`](Self::ack); and if the broker did not say in time that it has forgotten it, as
    /// when the connection is lost. It may have done so or not.
    #[allow(clippy::must_use_candidate)] // its future is
    async fn ack_noted(self: Box<Self>) -> Result<(), Error> {
        self.ack().await
    }

    /// Not done: back to its queue if `requeue`, else dropped, or dead-lettered where the queue
    /// says so.
    async fn reject(self: Box<Self>, requeue: bool) -> Result<(), Error>;
}
