//! Publishing: one message in flight per channel, each confirmed by the broker.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lapin::Confirmation;
use lapin::options::BasicPublishOptions;
use lapin::types::ShortString;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::compression;
use super::failure;
use super::fault::{Fault, Refusal};
use super::gone::GoneExchanges;
use super::lease::Lease;
use super::link::Link;
use super::pauses::Pauses;
use super::properties;
use super::topology::{Exchange, short};
use super::tries::Tries;
use crate::config::Own;
use crate::context::Deadline;
use crate::driver::{Address, ConnectionHealth, Publish};
use crate::runtime::{self, Runtime};
use crate::{Compression, Error, ErrorKind};

/// How many messages are on their way at once; more wait their turn. More channels add no
/// throughput, only latency.
const CHANNELS: usize = 16;

/// Publishes on channels that are leased, one message at a time each: lapin hands a returned
/// message to whichever confirmation of the channel comes next.
#[derive(Debug)]
pub(super) struct Publisher {
    link: Link,
    runtime: Arc<dyn Runtime>,
    compression: Option<Compression>,
    send_user_id: bool,
    turns: Semaphore,
    idle: Mutex<Vec<Lease>>,
    gone: GoneExchanges,
}

/// Where a message goes, in the broker's words.
#[derive(Debug)]
pub(super) struct Route {
    /// What is published to; none is the default exchange, which routes by queue names.
    pub(super) exchange: Option<Exchange>,
    pub(super) key: ShortString,
}

/// How one try to publish failed.
enum Failed {
    /// The broker does not have the message, and another try may help.
    NotTaken(Error),
    /// The broker does not have it, because the exchange is gone.
    NoExchange(Error),
    /// Another try would not help, or might make a second copy.
    ForGood(Error),
}

impl Publisher {
    pub(super) fn new(
        link: Link,
        runtime: Arc<dyn Runtime>,
        compression: Option<Compression>,
        own: Own,
    ) -> Self {
        let (turns, send_user_id) = (Semaphore::new(CHANNELS), own.send_user_id);
        let (idle, gone) = Default::default();
        Self { link, runtime, compression, send_user_id, turns, idle, gone }
    }

    /// Publishes `message`, and ends when the broker has confirmed it.
    pub(super) async fn publish(&self, route: &Route, message: &Publish<'_>) -> Result<(), Error> {
        let deadline = Deadline::after(&self.runtime, message.within);
        let body = compression::compressed(self.compression, message.body)?;
        let message = &Publish { body: &body, ..message.clone() };
        let _turn = self.turn(message.address, &deadline).await?;
        let mut pauses = Pauses::between_publishes();
        let mut tries = Tries::of(message.retries);
        let (mut exchange_was_gone, mut bound_again) = (false, false);
        loop {
            let error = match self.attempt(route, message, &deadline, &mut tries).await {
                Ok(()) => return Ok(()),
                Err(Failed::ForGood(error)) => {
                    let is_found = !bound_again
                        && error.kind() == ErrorKind::Unroutable
                        && self.gone.bind_again(route, &self.link, &deadline, &mut tries).await;
                    if !is_found {
                        return Err(error);
                    }
                    bound_again = true;
                    continue;
                }
                Err(Failed::NoExchange(error)) if exchange_was_gone => return Err(error),
                // It goes with its last queue, and comes back when it is declared.
                Err(Failed::NoExchange(_)) => {
                    exchange_was_gone = true;
                    self.forget(route);
                    self.gone.note(route, self.runtime.now());
                    continue;
                }
                Err(Failed::NotTaken(error)) => error,
            };
            let pause = pauses.next();
            if deadline.remaining() <= pause || !tries.spend() {
                return Err(error);
            }
            tracing::debug!("{error}; publishing again in {pause:.1?}");
            self.runtime.sleep(pause).await;
        }
    }

    async fn turn(&self, to: &Address, deadline: &Deadline) -> Result<SemaphorePermit<'_>, Error> {
        let turn = runtime::timeout(&*self.runtime, deadline.remaining(), self.turns.acquire());
        match turn.await {
            Some(Ok(permit)) => Ok(permit),
            Some(Err(_)) => Err(failure::closed()),
            None => Err(Error::new(
                ErrorKind::NotSent,
                format!(
                    "a message to {to} was not sent in time: {CHANNELS} others wait for the \
                     broker{}; send fewer at once, or allow more time with `.timeout(..)`",
                    self.link.open_now().map_or_else(String::new, |connection| connection.hint())
                ),
            )),
        }
    }

    async fn attempt(
        &self,
        route: &Route,
        message: &Publish<'_>,
        deadline: &Deadline,
        tries: &mut Tries,
    ) -> Result<(), Failed> {
        let to = message.address;
        let mut lease = self.lease(deadline, tries).await?;
        if let Some(exchange) = &route.exchange {
            lease.declare(exchange, deadline).await.map_err(may_retry)?;
        }

        // From here on the lease is given up with the message, unless the broker has answered:
        // an answer that comes late would be taken for that of the next message.
        let options = BasicPublishOptions { mandatory: message.mandatory, immediate: false };
        let exchange = route.exchange.as_ref().map_or_else(|| "".into(), |e| e.name.clone());
        // What was spent on the way here is not left for the broker.
        let spent = message.within.saturating_sub(deadline.remaining());
        let expires = message.expires.map(|expires| expires.saturating_sub(spent));
        let mut properties = properties::outgoing(expires, self.compression, message.notes);
        if self.send_user_id {
            let user = short(lease.channel.connection.user()).map_err(Failed::ForGood)?;
            properties = properties.with_user_id(user);
        }
        let writing = lease.channel.basic_publish(
            exchange,
            route.key.clone(),
            options,
            message.body,
            properties,
        );
        let confirming = match lease.channel.connection.bounded(deadline, writing).await {
            Ok(confirming) => confirming,
            // It may stand in a buffer, and be written when the broker reads again.
            Err(fault @ Fault::Silence(_)) => {
                return Err(Failed::ForGood(not_confirmed(to, &lease, fault)));
            }
            Err(fault) => return Err(not_written(to, &lease, fault)),
        };
        match lease.channel.connection.bounded(deadline, confirming).await {
            Ok(Confirmation::Ack(None) | Confirmation::NotRequested) => {
                self.idle().push(lease);
                Ok(())
            }
            Ok(Confirmation::Ack(Some(_)) | Confirmation::Nack(Some(_))) => {
                self.idle().push(lease);
                Err(Failed::ForGood(unroutable(to, route)))
            }
            Ok(Confirmation::Nack(None)) => {
                self.idle().push(lease);
                Err(Failed::NotTaken(Error::new(
                    ErrorKind::Connection,
                    format!(
                        "the broker did not take a message to {to} (basic.nack), as a quorum queue \
                         does without a majority of its nodes; its log says why"
                    ),
                )))
            }
            Err(fault) => match fault.refusal() {
                Some(Refusal::NotFound) => Err(Failed::NoExchange(failure::publishing(to, fault))),
                // A broker that failed may have it, and so may one that was lost.
                Some(Refusal::Internal) | None => {
                    Err(Failed::ForGood(not_confirmed(to, &lease, fault)))
                }
                Some(_) => Err(Failed::ForGood(failure::publishing(to, fault))),
            },
        }
    }

    /// A channel that nobody else uses.
    async fn lease(&self, deadline: &Deadline, tries: &mut Tries) -> Result<Lease, Failed> {
        let connection = self.link.current(deadline, tries).await.map_err(Failed::ForGood)?;
        let idle = {
            let mut idle = self.idle();
            // Those of a connection that was lost go with it.
            idle.retain(|lease| lease.is_on(&connection));
            idle.pop()
        };
        match idle {
            Some(lease) => Ok(lease),
            None => Lease::open(&connection, deadline).await.map_err(may_retry),
        }
    }

    /// Has every channel declare the exchange of `route` anew.
    fn forget(&self, route: &Route) {
        if let Some(exchange) = &route.exchange {
            self.idle().iter_mut().for_each(|lease| lease.forget(exchange));
        }
    }

    /// How its connection is.
    pub(super) fn health(&self) -> ConnectionHealth {
        self.link.health()
    }

    /// Lets nobody publish any more, and closes the connection.
    pub(super) async fn close(&self, deadline: &Deadline) {
        self.turns.close();
        if let Some(connection) = self.link.close() {
            connection.close(deadline).await;
        }
        self.idle().clear();
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Lease>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Of an error that came before anything was published.
fn may_retry(error: Error) -> Failed {
    match error.kind() {
        ErrorKind::Connection => Failed::NotTaken(error),
        _ => Failed::ForGood(error),
    }
}

fn not_written(to: &Address, lease: &Lease, fault: Fault) -> Failed {
    let fault = lease.channel.connection.explain(fault);
    match fault.refusal() {
        Some(Refusal::Internal) | None => Failed::NotTaken(failure::publishing(to, fault)),
        Some(_) => Failed::ForGood(failure::publishing(to, fault)),
    }
}

fn not_confirmed(to: &Address, lease: &Lease, fault: Fault) -> Error {
    let fault = lease.channel.connection.explain(fault);
    let text = format!(
        "{} did not confirm a message to {to}: {}{}; it may have it: {}",
        lease.channel.connection,
        fault.words(),
        lease.channel.connection.hint(),
        ErrorKind::NotConfirmed.next_step(),
    );
    fault.into_error(ErrorKind::NotConfirmed, text)
}

fn unroutable(to: &Address, route: &Route) -> Error {
    let exchange = route.exchange.as_ref().map_or("", |exchange| exchange.name.as_str());
    let advice = match to {
        Address::Reply { .. } => "the client that waited there is gone",
        _ => "is a server of this topic running, on this exchange and virtual host?",
    };
    Error::new(
        ErrorKind::Unroutable,
        format!(
            "no queue takes messages for {to} (exchange `{exchange}`, routing key `{}`); {advice}",
            route.key
        ),
    )
}
