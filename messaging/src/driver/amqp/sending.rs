//! A message that is published, and again until the broker has it.

use std::future::poll_fn;
use std::sync::Arc;

use super::connection::Connection;
use super::fate::{Fate, Posted};
use super::outlet::{MOST, Outlet, Parcel};
use super::pauses::Pauses;
use super::proof::Proof;
use super::properties;
use super::publisher::Publisher;
use super::routes::Route;
use super::topology::short;
use super::tries::Tries;
use super::verdict::{Failed, may_retry, verdict};
use crate::context::Deadline;
use crate::driver::{Address, Publish};
use crate::runtime;
use crate::{Error, ErrorKind};

/// A message, and until when it is published.
#[derive(Clone, Copy)]
pub(super) struct Sending<'a> {
    pub(super) publisher: &'a Publisher,
    pub(super) route: &'a Route,
    pub(super) message: &'a Publish<'a>,
    pub(super) body: &'a Arc<Vec<u8>>,
    pub(super) deadline: &'a Deadline,
}

/// Somebody who waits for the fate of a message.
struct Waiting<'a> {
    outlet: &'a Outlet,
    number: u64,
    publisher: &'a Publisher,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if self.outlet.abandon(self.number) {
            self.publisher.bell.work();
        }
    }
}

impl Sending<'_> {
    /// Tries until the broker has confirmed the message; `failed` is how a try before this failed.
    pub(super) async fn confirmed(self, failed: Option<Failed>) -> Result<(), Error> {
        self.go_on(failed, None).await
    }

    /// Tries until the message is handed to lapin; what fails later is for whom `posted` makes.
    pub(super) async fn posted(self, posted: impl Fn() -> Posted + Sync) -> Result<(), Error> {
        self.go_on(None, Some(&posted)).await
    }

    async fn go_on(
        self,
        mut failed: Option<Failed>,
        posted: Option<&(dyn Fn() -> Posted + Sync)>,
    ) -> Result<(), Error> {
        let Self { publisher, route, message, deadline, .. } = self;
        let mut pauses = Pauses::between_publishes();
        let mut tries = Tries::of(message.retries);
        let (mut exchange_was_gone, mut bound_again) = (false, false);
        loop {
            let tried = match failed.take() {
                Some(failed) => Err(failed),
                None => self.attempt(&mut tries, posted).await,
            };
            let error = match tried {
                Ok(()) => return Ok(()),
                Err(Failed::ForGood(error)) => {
                    let (gone, link) = (&publisher.gone, &publisher.link);
                    let is_found = !bound_again
                        && error.kind() == ErrorKind::Unroutable
                        && gone.bind_again(route, link, deadline, &mut tries).await;
                    if !is_found {
                        return Err(error);
                    }
                    bound_again = true;
                    continue;
                }
                Err(Failed::NoExchange(error)) if exchange_was_gone => return Err(error),
                // It goes with its last queue, and comes back when it is declared, which the next
                // channel does.
                Err(Failed::NoExchange(_)) => {
                    exchange_was_gone = true;
                    publisher.gone.note(route, publisher.runtime.now());
                    continue;
                }
                Err(Failed::NotTaken(error)) => error,
            };
            let pause = pauses.next();
            if deadline.remaining() <= pause || !tries.spend() {
                return Err(error);
            }
            tracing::debug!("{error}; publishing again in {pause:.1?}");
            publisher.runtime.sleep(pause).await;
        }
    }

    async fn attempt(
        self,
        tries: &mut Tries,
        posted: Option<&(dyn Fn() -> Posted + Sync)>,
    ) -> Result<(), Failed> {
        let Self { publisher, route, message, deadline, .. } = self;
        let connection = self.connection(tries).await.map_err(Failed::ForGood)?;
        // Whoever posts to a broker that takes nothing is to know, and to do no more.
        let posted = posted.filter(|_| connection.blocked().is_none());
        let proof = if posted.is_some() { route.proof } else { Proof::Confirms };
        let (bell, clock) = (&publisher.bell, (deadline, &*publisher.runtime));
        if let Some(outlet) = publisher.outlets.find(&connection, route, proof) {
            outlet.check(publisher.runtime.now());
        }
        let mut outlet;
        let turn = loop {
            let found = publisher.outlets.get(&connection, route, proof, clock, bell).await;
            outlet = found.map_err(may_retry)?;
            let turn = match outlet.try_turn() {
                Some(turn) => Some(turn),
                None => {
                    let _crowded = bell.crowd();
                    outlet.turn(deadline).await
                }
            };
            match turn {
                Some(turn) => break turn,
                None if outlet.is_fit() || deadline.remaining().is_zero() => {
                    return Err(Failed::ForGood(self.no_turn(message.address)));
                }
                // It takes no more; another will.
                None => {}
            }
        };
        let parcel = self.parcel().map_err(Failed::ForGood)?;
        if let Some(posted) = posted {
            let (_, is_over) = outlet.send(turn, parcel, Some(posted()));
            if is_over {
                bell.alarm()
            } else {
                bell.work()
            }
            return Ok(());
        }
        let (number, _) = outlet.send(turn, parcel, None);
        let waiting = Waiting { outlet: &outlet, number, publisher };
        // Of the end of the connection the keeper tells, who is told of it once for all.
        let asking = poll_fn(|context| outlet.poll_fate(number, context));
        let fate = runtime::timeout(&*publisher.runtime, deadline.remaining(), asking).await;
        drop(waiting);
        let fate = fate.unwrap_or(Fate::Late);
        verdict(fate, message.address, route, &connection, message.within)
    }

    /// The connection, once it is known that the broker is there.
    async fn connection(&self, tries: &mut Tries) -> Result<Arc<Connection>, Error> {
        loop {
            let connection = self.publisher.link.current(self.deadline, tries).await?;
            if !connection.is_doubted() {
                return Ok(connection);
            }
            // What is written on it may be lost, and nobody would know.
            let (trusted, left) = (connection.trusted(), self.deadline.remaining());
            if runtime::timeout(&*self.publisher.runtime, left, trusted).await.is_none() {
                return Err(Error::new(
                    ErrorKind::NotSent,
                    format!("{connection} is silent; look at the broker and the way to it"),
                ));
            }
        }
    }

    pub(super) fn parcel(&self) -> Result<Parcel, Error> {
        let Self { publisher, route, message, body, deadline } = self;
        // What was spent on the way here is not left for the broker.
        let expires = message.expires.map(|expires| {
            expires.saturating_sub(message.within.saturating_sub(deadline.remaining()))
        });
        let mut properties = properties::outgoing(expires, publisher.compression, message.notes);
        if publisher.send_user_id
            && let Some(connection) = publisher.link.open_now()
        {
            properties = properties.with_user_id(short(connection.user())?);
        }
        let (key, mandatory, body) = (route.key.clone(), message.mandatory, Arc::clone(body));
        Ok(Parcel { key, mandatory, body, properties })
    }

    fn no_turn(&self, to: &Address) -> Error {
        let connection = self.publisher.link.open_now();
        Error::new(
            ErrorKind::NotSent,
            format!(
                "a message to {to} was not sent in time: {MOST} others wait for the \
                 broker{}; send fewer at once, or allow more time with `.timeout(..)`",
                connection.map_or_else(String::new, |connection| connection.hint())
            ),
        )
    }
}
