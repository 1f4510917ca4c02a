//! RabbitMQ, through lapin: the exchanges, queues and messages of oslo.messaging 18.3.1.
//!
//! This file maps a driver's words to the broker's. Below it, [`publisher`] and [`consumer`] are
//! the two sides, each on a [`link`] of its own, since a broker short of memory stops reading from
//! a connection that publishes; [`topology`] and [`properties`] know what is declared and sent.
//!
//! Not here: lapin's own recovery (see [`link`]), transactions, and the meaning of any body.

mod kit;
mod wire;
mod peer;
mod dial;
#[cfg(feature = "tls")]
mod tls;
#[cfg(not(feature = "tls"))]
#[path = "no_tls.rs"]
mod tls;
mod seen;
mod connection;
mod channel;
mod link;
mod hosts;
mod pauses;
mod gate;
mod tries;
mod number;
mod stream;
mod topology;
mod compression;
mod properties;
mod proof;
mod routes;
mod publisher;
mod sending;
mod gone;
mod outlets;
mod outlet;
mod fitness;
mod messages;
mod under_way;
mod question;
mod barrier;
mod fate;
mod verdict;
mod keeper;
mod look;
mod consumer;
mod site;
mod plan;
mod standing;
mod traffic;
mod probe;
mod declare;
mod intake;
mod settle;
mod inbox;
mod fault;
mod failure;
pub(in crate::driver) mod operator;

#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;
#[cfg(all(test, feature = "tokio"))]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::{BoxFuture, join, ready};

use self::gate::Gate;
use self::link::Link;
use self::peer::Peer;
use self::plan::Plan;
use self::publisher::Publisher;
use self::routes::Routes;
use self::site::Site;
use self::topology::{Exchange, Queue};
use self::tries::Tries;
use super::events::{Event, Events, Purpose};
use super::teller::Teller;
use super::{Address, Consumer, Driver, Health, Inbox, Listen, Look, OpenInbox, Post, Publish};
use crate::config::Own;
use crate::context::Deadline;
use crate::runtime::Runtime;
use crate::{Error, RabbitOptions, TransportUrl};

/// Tries each host of `url` once, in random order, for at most 5 s each. What the URL leaves out is
/// filled in as oslo.messaging does it: port 5672, `guest` as user and password, the virtual host
/// `/`. The hosts are tried again, with the pauses of `options`, whenever the connection is lost
/// later.
///
/// # Errors
///
/// [`AccessRefused`](crate::ErrorKind::AccessRefused) and
/// [`VirtualHost`](crate::ErrorKind::VirtualHost) if the broker says so;
/// [`Connection`](crate::ErrorKind::Connection), naming each host and what was wrong with it, if
/// none could be used; [`Config`](crate::ErrorKind::Config) if the URL cannot be right.
pub(crate) async fn connect(
    url: &TransportUrl,
    options: &RabbitOptions,
    own: Own,
    runtime: Arc<dyn Runtime>,
) -> Result<Arc<dyn Driver>, Error> {
    let peers = Peer::all(url)?;
    if !options.ssl {
        warn_of_plain_text(&peers);
    }
    let (teller, gate) = (Arc::<Teller>::default(), Arc::<Gate>::default());
    let link = |purpose, peers| {
        let (runtime, teller, gate) =
            (Arc::clone(&runtime), Arc::clone(&teller), Arc::clone(&gate));
        Link::new(purpose, peers, options.clone(), runtime, teller, gate)
    };
    let publish = link(Purpose::Publish, peers.clone());
    let consume = link(Purpose::Consume, peers);
    publish.open().await?;
    Ok(Arc::new(Rabbit {
        publisher: Publisher::new(publish, Arc::clone(&runtime), options.compression, own),
        site: Arc::new(Site::new(
            consume,
            Arc::clone(&runtime),
            options.clone(),
            own,
            Arc::clone(&teller),
        )),
        routes: Routes::new(options.clone()),
        options: options.clone(),
        runtime,
        teller,
    }))
}

/// Said once for each transport, before anything is.
fn warn_of_plain_text(peers: &[Peer]) {
    let away = peers.iter().filter(|peer| !peer.is_here()).map(Peer::to_string);
    let away = away.collect::<Vec<_>>().join(", ");
    if !away.is_empty() {
        tracing::warn!(
            "connections to {away} are not encrypted: the password and all messages can be read on \
             the way; where the broker has TLS, add `?ssl=true` to the URL, or set `ssl`"
        );
    }
}

#[derive(Debug)]
struct Rabbit {
    publisher: Arc<Publisher>,
    site: Arc<Site>,
    routes: Routes,
    options: RabbitOptions,
    runtime: Arc<dyn Runtime>,
    teller: Arc<Teller>,
}

impl Rabbit {
    /// Whether the broker is to tell where no queue takes what is sent there.
    fn tells_of_none(&self, address: &Address) -> bool {
        match address {
            Address::Reply { .. } => self.options.direct_mandatory,
            Address::Topic { .. } | Address::Fanout { .. } => true,
        }
    }
}

#[async_trait]
impl Driver for Rabbit {
    fn name(&self) -> &'static str {
        "rabbit"
    }

    async fn publish(&self, message: Publish<'_>) -> Result<(), Error> {
        let route = self.routes.to(message.address)?;
        let mandatory = message.mandatory && self.tells_of_none(message.address);
        self.publisher.publish(&route, &Publish { mandatory, ..message }).await
    }

    /// Written out, since it is nearly always done at once: then nothing but the word is kept.
    fn post<'a, 'b>(&'a self, message: Post) -> BoxFuture<'b, Result<(), Error>>
    where
        'a: 'b,
        Self: 'b,
    {
        let route = match self.routes.to(&message.address) {
            Ok(route) => route,
            Err(error) => return Box::pin(ready(Err(error))),
        };
        let mandatory = message.mandatory && self.tells_of_none(&message.address);
        match self.publisher.post(route, Post { mandatory, ..message }) {
            Ok(()) => Box::pin(ready(Ok(()))),
            Err(later) => later,
        }
    }

    async fn flush(&self, within: Duration) {
        self.publisher.flush(&Deadline::after(&self.runtime, within)).await;
    }

    async fn listen(&self, listen: Listen) -> Result<Box<dyn Consumer>, Error> {
        let Listen { exchange, topic, server, prefetch, within } = listen;
        let exchange = Exchange::of_topics(&exchange, &self.options)?;
        let queues = vec![
            Queue::shared(&exchange, &topic, &self.options)?,
            Queue::of_server(&exchange, &format!("{topic}.{server}"), &self.options)?,
            Queue::fanout(&topic, &self.options)?,
        ];
        let plan = Plan::new(queues, prefetch, self.site.own.max_message_size);
        Ok(Box::new(self.site.consume(plan, within, Tries::without_limit()).await?))
    }

    async fn open_inbox(&self, opening: OpenInbox) -> Result<Inbox, Error> {
        inbox::open(&self.site, opening).await
    }

    async fn look(&self, address: &Address, within: Duration) -> Result<Look, Error> {
        let queue = match address {
            Address::Topic { .. } | Address::Reply { .. } => self.routes.to(address)?.key.clone(),
            // A queue for each server, of names that they alone know.
            Address::Fanout { .. } => return Ok(Look::Unknown),
        };
        look::look(&self.site.link, queue, &Deadline::after(&self.runtime, within)).await
    }

    fn events(&self) -> Events {
        self.teller.events()
    }

    fn health(&self) -> Health {
        Health {
            connections: vec![self.publisher.health(), self.site.link.health()],
            consumers: self.site.health(),
            counters: self.teller.counters(),
            closed: self.site.link.is_closed(),
        }
    }

    async fn close(&self, within: Duration) {
        let deadline = Deadline::after(&self.runtime, within);
        join(self.publisher.close(&deadline), self.site.close(&deadline)).await;
        self.teller.tell(Event::Closed);
    }
}
