//! Publishing: many messages at once, whether or not somebody waits until the broker has them.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Poll, Waker};
use std::time::Duration;

use futures_util::future::{BoxFuture, ready, select};

use super::compression;
use super::fate::{Fate, Posted};
use super::gone::GoneExchanges;
use super::keeper::{self, Bell};
use super::link::Link;
use super::messages::Looking;
use super::outlet::Outlet;
use super::outlets::Outlets;
use super::routes::Route;
use super::sending::Sending;
use super::verdict::verdict;
use crate::config::Own;
use crate::context::Deadline;
use crate::driver::{ConnectionHealth, Post, Publish};
use crate::runtime::{self, Runtime};
use crate::{Compression, Error};

/// How long before the time of a message is up its confirmation is missed: a quarter of the time, and
/// no more than this. It is then that whoever called looks why no answer comes.
const MISSED: Duration = Duration::from_millis(500);

/// How often it is looked whether all has gone, besides when something happens.
const FLUSHING: Duration = Duration::from_millis(20);

/// Publishes on one channel or two for each exchange.
#[derive(Debug)]
pub(super) struct Publisher {
    pub(super) link: Link,
    pub(super) runtime: Arc<dyn Runtime>,
    pub(super) compression: Option<Compression>,
    pub(super) send_user_id: bool,
    pub(super) outlets: Outlets,
    /// Calls the keeper of what was posted.
    pub(super) bell: Arc<Bell>,
    pub(super) gone: GoneExchanges,
}

impl Publisher {
    pub(super) fn new(
        link: Link,
        runtime: Arc<dyn Runtime>,
        compression: Option<Compression>,
        own: Own,
    ) -> Arc<Self> {
        let (outlets, gone) = Default::default();
        let bell = Arc::<Bell>::default();
        let send_user_id = own.send_user_id;
        let publisher = Arc::new(Self {
            link,
            runtime,
            compression,
            send_user_id,
            outlets,
            bell: Arc::clone(&bell),
            gone,
        });
        publisher.runtime.spawn(Box::pin(keeper::keep(Arc::downgrade(&publisher), bell)));
        publisher
    }

    /// Publishes `message`, and ends when the broker has confirmed it.
    pub(super) async fn publish(&self, route: &Route, message: &Publish<'_>) -> Result<(), Error> {
        let deadline = Deadline::after(&self.runtime, message.within);
        let body = Arc::new(compression::compressed(self.compression, message.body)?.into_owned());
        let sending = Sending { publisher: self, route, message, body: &body, deadline: &deadline };
        sending.confirmed(None).await
    }

    /// Publishes `message`, as far as handing it to lapin: then only what fails later is told, to the
    /// sender of the message. Where that cannot be at once, gives what is left to be done.
    pub(super) fn post(
        self: &Arc<Self>,
        route: Arc<Route>,
        message: Post,
    ) -> Result<(), BoxFuture<'static, Result<(), Error>>> {
        let body = match self.compression {
            None => Arc::clone(&message.body),
            some => match compression::compressed(some, &message.body) {
                Ok(body) => Arc::new(body.into_owned()),
                Err(error) => return Err(Box::pin(ready(Err(error)))),
            },
        };
        let deadline = Deadline::after(&self.runtime, message.within);
        if let Some(outlet) = self.at_once(&route) {
            outlet.glance();
            if let Some(turn) = outlet.try_turn() {
                let publish = message.publish();
                let sending = Sending {
                    publisher: self,
                    route: &route,
                    message: &publish,
                    body: &body,
                    deadline: &deadline,
                };
                let parcel = match sending.parcel() {
                    Ok(parcel) => parcel,
                    Err(error) => return Err(Box::pin(ready(Err(error)))),
                };
                let (_, is_over) =
                    outlet.send(turn, parcel, Some(posted(route, message, &deadline)));
                if is_over {
                    self.bell.alarm()
                } else {
                    self.bell.work()
                }
                return Ok(());
            }
        }
        let publisher = Arc::clone(self);
        Err(Box::pin(
            async move { publisher.post_in_time(&route, &message, &body, &deadline).await },
        ))
    }

    async fn post_in_time(
        &self,
        route: &Arc<Route>,
        message: &Post,
        body: &Arc<Vec<u8>>,
        deadline: &Deadline,
    ) -> Result<(), Error> {
        let publish = message.publish();
        let sending = Sending { publisher: self, route, message: &publish, body, deadline };
        sending.posted(|| posted(Arc::clone(route), message.clone(), deadline)).await
    }

    /// The open outlet for `route`, if a message may go out on it now and here.
    fn at_once(&self, route: &Route) -> Option<Arc<Outlet>> {
        let connection = self.link.open_now()?;
        if connection.blocked().is_some() || connection.is_doubted() {
            return None;
        }
        self.outlets.find(&connection, route, route.proof)
    }

    /// A message that was posted failed: it is tried again where that helps, and else its sender is
    /// told.
    fn failed(self: &Arc<Self>, outlet: &Outlet, posted: Posted, fate: Fate) {
        let (publisher, connection) = (Arc::clone(self), Arc::clone(outlet.connection()));
        self.runtime.spawn(Box::pin(async move {
            let Posted { route, message, end, .. } = posted;
            let failed = match verdict(fate, &message.address, &route, &connection, message.within)
            {
                Ok(()) => return,
                Err(failed) => failed,
            };
            drop(connection);
            let within = end.saturating_duration_since(publisher.runtime.now());
            let deadline = Deadline::after(&publisher.runtime, within);
            let again = Publish { within, ..message.publish() };
            let body = match compression::compressed(publisher.compression, &message.body) {
                Ok(body) => Arc::new(body.into_owned()),
                Err(error) => return Arc::clone(&message.sender).undelivered(&message.body, error),
            };
            let sending = Sending {
                publisher: &publisher,
                route: &route,
                message: &again,
                body: &body,
                deadline: &deadline,
            };
            if let Err(error) = sending.confirmed(Some(failed)).await {
                Arc::clone(&message.sender).undelivered(&message.body, error);
            }
        }));
    }

    /// Looks at all that is under way. How long until the next look, if there is any for which nobody
    /// waits.
    pub(super) fn sweep(self: &Arc<Self>, looking: &Looking<'_>) -> Option<Duration> {
        let mut pause = None::<Duration>;
        for outlet in &self.outlets.all() {
            let found = outlet.sweep(looking);
            for (posted, fate) in found.failed {
                self.failed(outlet, posted, fate);
            }
            pause = found.pause.map(|own| pause.map_or(own, |pause| pause.min(own))).or(pause);
        }
        pause
    }

    /// Ends when the broker has taken all that was posted so far, or `deadline` comes.
    pub(super) async fn flush(self: &Arc<Self>, deadline: &Deadline) {
        let flushed = async {
            loop {
                let look = poll_fn(|context| {
                    let (waker, now) = (context.waker(), self.runtime.now());
                    let looking = Looking { waker, closely: true, ask: true, now };
                    Poll::Ready(self.sweep(&looking).is_none())
                });
                if look.await {
                    return;
                }
                let mut waits = false;
                // Called again, it was woken by what was looked at.
                let news = poll_fn(|_| match std::mem::replace(&mut waits, true) {
                    true => Poll::Ready(()),
                    false => Poll::Pending,
                });
                select(news, self.runtime.sleep(FLUSHING)).await;
            }
        };
        let _ = runtime::timeout(&*self.runtime, deadline.remaining(), flushed).await;
    }

    pub(super) fn clock(&self) -> &Arc<dyn Runtime> {
        &self.runtime
    }

    /// How its connection is.
    pub(super) fn health(&self) -> ConnectionHealth {
        self.link.health()
    }

    /// Lets nobody publish any more, and closes the connection.
    pub(super) async fn close(self: &Arc<Self>, deadline: &Deadline) {
        let blocked = self.link.open_now().is_none_or(|connection| connection.blocked().is_some());
        if !blocked {
            self.flush(deadline).await;
        }
        if let Some(connection) = self.link.close() {
            connection.close(deadline).await;
        }
        let (waker, now) = (Waker::noop(), self.runtime.now());
        self.sweep(&Looking { waker, closely: false, ask: false, now });
        self.outlets.clear();
    }
}

impl Drop for Publisher {
    /// Its keeper ends with it.
    fn drop(&mut self) {
        self.bell.end();
    }
}

/// What is kept of a message for which nobody waits.
fn posted(route: Arc<Route>, message: Post, deadline: &Deadline) -> Posted {
    let (end, margin) = (deadline.at(), MISSED.min(message.within / 4));
    let due = end.checked_sub(margin).unwrap_or(end);
    Posted { route, message, end, due }
}
