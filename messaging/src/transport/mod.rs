//! The road between client and server: a connection to a broker, and which reply belongs to which
//! call.

mod call;
mod cancels;
mod contracts;
mod correlation;
mod effort;
mod gather;
mod given_up;
mod in_flight;
mod inbox;
mod looking;
#[cfg(feature = "opentelemetry")]
mod observed;
mod pending;
mod runs;
mod sink;
mod unanswered;
mod waiting;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;

use std::fmt;
use std::sync::{Arc, Weak};
use std::time::Duration;

use futures_util::future::{self, BoxFuture};

use crate::config::Resolved;
use crate::driver::{
    self, Address, Consumer, Driver, Events, Health, Listen, Notes, Post, Publish,
};
use crate::runtime::{self, Runtime};
use crate::wire::{Form, MaxSize};
use crate::{Config, Error};

pub(crate) use cancels::Cancel;
pub(crate) use contracts::{Contracts, Known, Seen};
pub(crate) use correlation::Outcome;
pub(crate) use effort::{Effort, Manner};
pub(crate) use gather::Gathering;
use in_flight::CallsInFlight;
use inbox::Replies;
use looking::Looking;
pub(crate) use sink::{Arrival, Rules};

/// A connection to a broker, shared by all clients and servers that are made from it.
///
/// It is cheap to clone. The connection is closed when the last clone, client and server are
/// gone, or by [`close`](Self::close).
#[derive(Clone)]
pub struct Transport {
    inner: Arc<Inner>,
}

struct Inner {
    name: String,
    driver: Arc<dyn Driver>,
    runtime: Arc<dyn Runtime>,
    control_exchange: String,
    response_timeout: Duration,
    executor_pool_size: usize,
    rpc_ping_enabled: bool,
    missing_consumer_retry_timeout: Duration,
    max_message_size: MaxSize,
    calls_in_flight: CallsInFlight,
    prefetch: u16,
    contracts: Contracts,
    replies: Replies,
    looking: Looking,
}

impl Transport {
    /// Connects to the broker of `url`, on the runtime that the calling code runs on:
    ///
    /// - `memory://` is a broker of its own, in this process; `memory://name` is one that all
    ///   transports of this process with that name share;
    /// - `rabbit://user:password@host:port,user:password@host2/vhost?option=value` is RabbitMQ
    ///   (wire document, section 2). Port, user, password and virtual host have the defaults 5672,
    ///   `guest`, `guest` and `/`. The options are those of [`RabbitOptions`](crate::RabbitOptions).
    ///
    /// # Errors
    ///
    /// [`Config`](crate::ErrorKind::Config) for a wrong URL; [`Connection`](crate::ErrorKind::Connection) if no
    /// host is reached, within five seconds for each; [`AccessRefused`](crate::ErrorKind::AccessRefused)
    /// and [`VirtualHost`](crate::ErrorKind::VirtualHost) as the broker says.
    pub async fn connect(url: &str) -> Result<Self, Error> {
        Self::from_config(&Config::new().url(url)).await
    }

    /// Connects as `config` says, on the runtime that the calling code runs on.
    ///
    /// # Errors
    ///
    /// As [`connect`](Self::connect).
    pub async fn from_config(config: &Config) -> Result<Self, Error> {
        let config = config.resolve()?;
        Self::boxed(config, runtime::current()?).await
    }

    /// Connects as `config` says, on `runtime` and no other.
    ///
    /// # Errors
    ///
    /// As [`connect`](Self::connect).
    pub async fn with_runtime(config: &Config, runtime: Arc<dyn Runtime>) -> Result<Self, Error> {
        Self::boxed(config.resolve()?, runtime).await
    }

    /// A transport over a driver of your own; the URL in `config` is not used.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::ErrorKind::Config) for a wrong URL in `config`.
    pub fn with_driver(
        config: &Config,
        runtime: Arc<dyn Runtime>,
        driver: Arc<dyn Driver>,
    ) -> Result<Self, Error> {
        let config = config.resolve()?;
        let name = driver.name().to_owned();
        Ok(Self::over(name, config, runtime, driver))
    }

    /// What happens to the connections and consumers from now on: lost, restored, blocked.
    ///
    /// The stream ends when the transport is closed or gone; a reader that is slow loses the
    /// oldest, and is told how many. See [`recovery`](crate::recovery).
    #[must_use]
    pub fn events(&self) -> Events {
        self.inner.driver.events()
    }

    /// How the connections and consumers are at this moment, and what was counted of them. Asks
    /// nobody, so it takes no time: what a probe for liveness or readiness answers from.
    #[must_use]
    pub fn health(&self) -> Health {
        let mut health = self.inner.driver.health();
        health.counters.late_replies = self.inner.replies.late();
        health
    }

    /// Ends everything that uses this transport, and the connection, within `within`: servers
    /// take no more, calls that wait fail with [`Closed`](crate::ErrorKind::Closed).
    ///
    /// Shut servers down first to let them finish what they run.
    pub async fn close(&self, within: Duration) {
        self.inner.driver.close(within).await;
    }

    /// Boxed here, where a driver is compiled once: a future is compiled where it is polled.
    fn boxed(
        config: Resolved,
        runtime: Arc<dyn Runtime>,
    ) -> BoxFuture<'static, Result<Self, Error>> {
        Box::pin(Self::open(config, runtime))
    }

    async fn open(config: Resolved, runtime: Arc<dyn Runtime>) -> Result<Self, Error> {
        let driver = driver::open(&config, Arc::clone(&runtime)).await?;
        Ok(Self::over(config.url.to_string(), config, runtime, driver))
    }

    fn over(
        name: String,
        config: Resolved,
        runtime: Arc<dyn Runtime>,
        driver: Arc<dyn Driver>,
    ) -> Self {
        let form = if driver.envelops() { Form::Enveloped } else { Form::Bare };
        let max_message_size = MaxSize::new(config.own.max_message_size, form);
        let replies = Replies::new(Arc::clone(&driver), Arc::clone(&runtime), max_message_size);
        let transport = Self {
            inner: Arc::new(Inner {
                name,
                driver,
                runtime,
                control_exchange: config.control_exchange,
                response_timeout: config.response_timeout,
                executor_pool_size: config.executor_pool_size,
                rpc_ping_enabled: config.rpc_ping_enabled,
                missing_consumer_retry_timeout: config.rabbit.missing_consumer_retry_timeout,
                max_message_size,
                calls_in_flight: CallsInFlight::new(&config.own),
                prefetch: config.rabbit.prefetch,
                contracts: Contracts::default(),
                replies,
                looking: Looking::default(),
            }),
        };
        #[cfg(feature = "opentelemetry")]
        crate::telemetry::observe(Arc::downgrade(&transport.inner) as _);
        transport
    }

    pub(crate) fn runtime(&self) -> &Arc<dyn Runtime> {
        &self.inner.runtime
    }

    pub(crate) fn contracts(&self) -> &Contracts {
        &self.inner.contracts
    }

    /// The exchange of all targets that name none: the option `control_exchange`.
    #[must_use]
    pub fn control_exchange(&self) -> &str {
        &self.inner.control_exchange
    }

    pub(crate) fn response_timeout(&self) -> Duration {
        self.inner.response_timeout
    }

    /// How many messages a server runs at once that is given no executor.
    pub(crate) fn executor_pool_size(&self) -> usize {
        self.inner.executor_pool_size
    }

    /// Whether servers answer the peer's ping.
    pub(crate) fn rpc_ping_enabled(&self) -> bool {
        self.inner.rpc_ping_enabled
    }

    /// How long a reply may take whose queue is not there.
    pub(crate) fn missing_consumer_retry_timeout(&self) -> Duration {
        self.inner.missing_consumer_retry_timeout
    }

    /// Has what callers of `server` give up end there.
    pub(crate) fn serve(&self, server: Weak<dyn Cancel>) {
        self.inner.replies.serve(server);
    }

    /// The reply queue, opened if need be: where a server is asked to end what it runs.
    pub(crate) async fn reply_queue(&self, within: Duration) -> Result<String, Error> {
        self.inner.replies.queue(within, None).await.map(str::to_owned)
    }

    /// How long a message may be.
    pub(crate) fn max_message_size(&self) -> MaxSize {
        self.inner.max_message_size
    }

    /// How messages are written.
    pub(crate) fn form(&self) -> Form {
        self.inner.max_message_size.form()
    }

    /// Sends a message that nobody answers, and ends when the broker has confirmed it.
    pub(crate) async fn send(
        &self,
        address: &Address,
        body: &[u8],
        notes: &Notes,
        effort: Effort,
        within: Duration,
    ) -> Result<(), Error> {
        let Effort { mandatory, retries } = effort;
        let message = Publish { address, body, notes, expires: None, mandatory, within, retries };
        self.publish(message).await
    }

    /// Hands a message to the broker, unless it is longer than may be.
    pub(crate) async fn publish(&self, message: Publish<'_>) -> Result<(), Error> {
        self.inner.max_message_size.sends(message.address, message.body)?;
        self.inner.driver.publish(message).await
    }

    /// The same, and does not wait for its confirmation. Whoever awaits it holds no message: that is
    /// the driver's.
    pub(crate) fn post(&self, message: Post) -> BoxFuture<'_, Result<(), Error>> {
        match self.inner.max_message_size.sends(&message.address, &message.body) {
            Ok(()) => self.inner.driver.post(message),
            Err(error) => Box::pin(future::ready(Err(error))),
        }
    }

    /// Ends when what was posted is confirmed, or after `within`.
    pub(crate) async fn flush(&self, within: Duration) {
        self.inner.driver.flush(within).await;
    }

    /// Starts to consume what a server listens on. `permits` is how many messages it runs at once.
    pub(crate) async fn listen(
        &self,
        exchange: &str,
        topic: &str,
        server: &str,
        permits: usize,
    ) -> Result<Box<dyn Consumer>, Error> {
        let prefetch = match self.inner.prefetch {
            0 => u16::try_from(permits).unwrap_or(u16::MAX),
            configured => configured,
        };
        let listen = Listen {
            exchange: exchange.to_owned(),
            topic: topic.to_owned(),
            server: server.to_owned(),
            prefetch,
            within: self.response_timeout(),
        };
        self.inner.driver.listen(listen).await
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport")
            .field("url", &self.inner.name)
            .field("driver", &self.inner.driver)
            .field("rpc_ping_enabled", &self.rpc_ping_enabled())
            .field("waiting_calls", &self.inner.replies.waiting())
            .field("late_replies", &self.inner.replies.late())
            .finish_non_exhaustive()
    }
}
