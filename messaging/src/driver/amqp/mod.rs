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
mod publisher;
mod gone;
mod lease;
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

#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;
#[cfg(all(test, feature = "tokio"))]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::join;

use self::gate::Gate;
use self::link::Link;
use self::peer::Peer;
use self::plan::Plan;
use self::publisher::{Publisher, Route};
use self::site::Site;
use self::topology::{Exchange, Queue, short};
use self::tries::Tries;
use super::events::{Event, Events, Purpose};
use super::teller::Teller;
use super::{Address, Consumer, Driver, Health, Inbox, Listen, Look, OpenInbox, Publish};
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
    publisher: Publisher,
    site: Arc<Site>,
    options: RabbitOptions,
    runtime: Arc<dyn Runtime>,
    teller: Arc<Teller>,
}

impl Rabbit {
    /// Where the broker is told to put a message (wire document, sections 5.2 and 5.6).
    fn route(&self, address: &Address) -> Result<Route, Error> {
        let options = &self.options;
        Ok(match address {
            Address::Topic { exchange, topic, server } => Route {
                exchange: Some(Exchange::of_topics(exchange, options)?),
                key: match server {
                    None => short(topic)?,
                    Some(server) => short(format!("{topic}.{server}"))?,
                },
            },
            Address::Fanout { topic } => {
                Route { exchange: Some(Exchange::of_fanout(topic, options)?), key: short("")? }
            }
            Address::Reply { queue } => Route { exchange: None, key: short(queue)? },
        })
    }
}

#[async_trait]
impl Driver for Rabbit {
    fn name(&self) -> &'static str {
        "rabbit"
    }

    async fn publish(&self, message: Publish<'_>) -> Result<(), Error> {
        let route = self.route(message.address)?;
        let told = match message.address {
            Address::Reply { .. } => self.options.direct_mandatory,
            Address::Topic { .. } | Address::Fanout { .. } => true,
        };
        let mandatory = message.mandatory && told;
        self.publisher.publish(&route, &Publish { mandatory, ..message }).await
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
            Address::Topic { .. } | Address::Reply { .. } => self.route(address)?.key,
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
