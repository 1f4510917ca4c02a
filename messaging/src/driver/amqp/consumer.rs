//! A consumer that mends itself.

use std::collections::BTreeSet;
use std::fmt;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use futures_util::future::{BoxFuture, Either, select};
use lapin::options::QueueDeleteOptions;
use lapin::types::ShortString;

use super::connection::Connection;
use super::failure::bounded;
use super::intake::{Intake, Plan, Taken};
use super::link::Link;
use super::pauses::Pauses;
use super::settle::Held;
use crate::context::Deadline;
use crate::driver::{self, Delivery};
use crate::runtime::Runtime;
use crate::{Error, ErrorKind, RabbitOptions};

/// How long one try to mend may take.
const MEND_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a consumer that was dropped, or whose channel is given up, may take to tidy up.
const TIDY_TIMEOUT: Duration = Duration::from_secs(5);

/// What all consumers of one driver share.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) link: Link,
    pub(super) runtime: Arc<dyn Runtime>,
    pub(super) options: RabbitOptions,
    /// The queues that are one consumer's alone, to be deleted when the driver is closed first.
    own_queues: Mutex<BTreeSet<String>>,
}

/// The queues of a plan, consumed again after any loss.
pub(super) struct Consumer {
    site: Arc<Site>,
    plan: Arc<Plan>,
    state: State,
    pauses: Pauses,
    /// When the queues were last consumed anew.
    opened: Instant,
    /// The kind of the last error told, until all is well again: each trouble is told once.
    told: Option<ErrorKind>,
    /// The channels before this one, for as long as deliveries are to be settled on them.
    before: Vec<Weak<Held>>,
}

enum State {
    Open(Intake),
    Mending(BoxFuture<'static, Result<Intake, Error>>),
    Cancelled(Option<Arc<Held>>),
    Closed,
}

impl Site {
    pub(super) fn new(link: Link, runtime: Arc<dyn Runtime>, options: RabbitOptions) -> Self {
        Self { link, runtime, options, own_queues: Mutex::default() }
    }

    /// Begins to consume, on a new connection if need be.
    pub(super) async fn consume(
        self: &Arc<Self>,
        plan: Plan,
        within: Duration,
    ) -> Result<Consumer, Error> {
        let deadline = Deadline::after(&self.runtime, within);
        let mut pauses = Pauses::between_publishes();
        let intake = loop {
            let error = match self.open(&plan, &deadline).await {
                Ok(intake) => break intake,
                Err(error) => error,
            };
            let pause = pauses.next();
            if error.kind() != ErrorKind::Connection || deadline.remaining() <= pause {
                return Err(error);
            }
            self.runtime.sleep(pause).await;
        };
        let own = plan.queues.iter().filter(|queue| queue.own);
        self.own_queues().extend(own.map(|queue| queue.name.to_string()));
        Ok(Consumer {
            plan: Arc::new(plan),
            state: State::Open(intake),
            pauses: Pauses::between_connections(&self.options),
            opened: self.runtime.now(),
            told: None,
            before: Vec::new(),
            site: Arc::clone(self),
        })
    }

    async fn open(&self, plan: &Plan, deadline: &Deadline) -> Result<Intake, Error> {
        let connection = self.link.current(deadline).await?;
        Intake::open(connection, plan, &self.runtime, deadline).await
    }

    /// Deletes those of `queues` that are still there to be deleted, and forgets them.
    async fn delete(&self, queues: &[ShortString], connection: &Connection, deadline: &Deadline) {
        for queue in queues {
            self.own_queues().remove(queue.as_str());
        }
        if queues.is_empty() || !connection.alive() {
            return;
        }
        // On a channel of its own, since a refusal would cost the channel.
        let Ok(channel) = connection.channel(deadline).await else { return };
        for queue in queues {
            let deleting = channel.queue_delete(queue.clone(), QueueDeleteOptions::default());
            if let Err(fault) = bounded(&*self.runtime, deadline, deleting).await {
                let words = fault.words();
                tracing::debug!("queue `{queue}` was not deleted: {words}; it will expire");
            }
        }
    }

    /// Ends all consumers, then the connection.
    pub(super) async fn close(&self, deadline: &Deadline) {
        let connection = self.link.close();
        let own: Vec<_> = self.own_queues().iter().map(|queue| queue.as_str().into()).collect();
        if let Some(connection) = connection {
            self.delete(&own, &connection, deadline).await;
            connection.close(deadline).await;
        }
    }

    fn own_queues(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.own_queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl driver::Consumer for Consumer {
    async fn next(&mut self) -> Option<Result<Delivery, Error>> {
        let site = Arc::clone(&self.site);
        loop {
            // What is begun is kept in the state, so that this may be dropped and called again.
            let step = async {
                match &mut self.state {
                    State::Open(intake) => Some(match intake.next().await {
                        Taken::Message(message) => Ok(Some(intake.held.delivery(*message))),
                        Taken::Lost(error) => Err(error),
                    }),
                    State::Mending(mending) => Some(match mending.await {
                        Ok(intake) => {
                            self.state = State::Open(intake);
                            Ok(None)
                        }
                        Err(error) => Err(error),
                    }),
                    State::Cancelled(_) | State::Closed => None,
                }
            };
            let step = match select(pin!(step), pin!(site.link.until_closed())).await {
                Either::Left((step, _)) => step?,
                Either::Right(_) => return None,
            };
            match step {
                Ok(Some(delivery)) => {
                    self.told = None;
                    return Some(Ok(delivery));
                }
                Ok(None) => {
                    self.opened = site.runtime.now();
                    tracing::info!("consuming {} again", self.plan.names());
                }
                Err(_) if site.link.is_closed() => return None,
                Err(error) => {
                    self.mend(&error);
                    if self.told.replace(error.kind()) != Some(error.kind()) {
                        return Some(Err(error));
                    }
                }
            }
        }
    }

    async fn cancel(&mut self, within: Duration) -> Result<(), Error> {
        let deadline = Deadline::after(&self.site.runtime, within);
        self.cancel_by(&deadline).await
    }

    async fn close(mut self: Box<Self>, within: Duration) -> Result<(), Error> {
        let deadline = Deadline::after(&self.site.runtime, within);
        let cancelled = self.cancel_by(&deadline).await;
        let held = self.take_held();
        tidy(&self.site, &self.plan, held, &deadline).await;
        cancelled
    }
}

impl Consumer {
    /// Gives up what there is, and begins to consume anew.
    fn mend(&mut self, error: &Error) {
        let site = Arc::clone(&self.site);
        let lasted = site.runtime.now().saturating_duration_since(self.opened);
        let was_open = matches!(self.state, State::Open(_));
        if was_open && lasted > site.options.retry_max {
            self.pauses = Pauses::between_connections(&site.options);
        }
        // The first try follows at once, unless the last mending did not hold.
        let at_once = was_open && lasted > site.options.retry_interval;
        let pause = if at_once { Duration::ZERO } else { self.pauses.next() };
        tracing::warn!("{error}; consuming {} again in {pause:.1?}", self.plan.names());

        let plan = Arc::clone(&self.plan);
        let mending = async move {
            site.runtime.sleep(pause).await;
            let deadline = Deadline::after(&site.runtime, MEND_TIMEOUT);
            site.open(&plan, &deadline).await
        };
        let before = std::mem::replace(&mut self.state, State::Mending(Box::pin(mending)));
        if let State::Open(mut intake) = before {
            self.before.retain(|held| held.strong_count() > 0);
            self.before.push(Arc::downgrade(&intake.held));
            let runtime = Arc::clone(&self.site.runtime);
            // The other queues go on where only one was lost: what they sent goes back, and what
            // was given out can still be settled.
            self.site.runtime.spawn(Box::pin(async move {
                let deadline = Deadline::after(&runtime, TIDY_TIMEOUT);
                if intake.cancel(&deadline).await.is_err() {
                    intake.held.close(&deadline).await;
                }
            }));
        }
    }

    async fn cancel_by(&mut self, deadline: &Deadline) -> Result<(), Error> {
        let result = match &mut self.state {
            State::Open(intake) => intake.cancel(deadline).await,
            _ => Ok(()),
        };
        self.state = match std::mem::replace(&mut self.state, State::Closed) {
            State::Open(intake) => State::Cancelled(Some(intake.held)),
            State::Mending(_) => State::Cancelled(None),
            ended @ (State::Cancelled(_) | State::Closed) => ended,
        };
        if let (Err(_), State::Cancelled(held)) = (&result, &mut self.state) {
            // The broker may go on sending: the channel is given up, and all goes back.
            if let Some(held) = held.take() {
                held.close(deadline).await;
            }
        }
        result
    }

    /// Takes all channels, of now and before, and leaves the consumer closed.
    fn take_held(&mut self) -> Vec<Arc<Held>> {
        let held = match std::mem::replace(&mut self.state, State::Closed) {
            State::Open(intake) => Some(intake.held),
            State::Cancelled(held) => held,
            State::Mending(_) | State::Closed => None,
        };
        self.before.drain(..).filter_map(|held| held.upgrade()).chain(held).collect()
    }
}

impl Drop for Consumer {
    /// Does what [`close`](driver::Consumer::close) does, in the background.
    fn drop(&mut self) {
        if matches!(self.state, State::Closed) {
            return;
        }
        let (site, plan) = (Arc::clone(&self.site), Arc::clone(&self.plan));
        let held = self.take_held();
        self.site.runtime.spawn(Box::pin(async move {
            let deadline = Deadline::after(&site.runtime, TIDY_TIMEOUT);
            tidy(&site, &plan, held, &deadline).await;
        }));
    }
}

/// Closes channels, so that what was not settled goes back, and deletes the queues that are the
/// consumer's alone.
async fn tidy(site: &Site, plan: &Plan, held: Vec<Arc<Held>>, deadline: &Deadline) {
    for held in held {
        held.close(deadline).await;
    }
    let own = plan.queues.iter().filter(|queue| queue.own);
    let own: Vec<_> = own.map(|queue| queue.name.clone()).collect();
    match site.link.open_now() {
        Some(connection) => site.delete(&own, &connection, deadline).await,
        None if site.link.is_closed() => {}
        None => tracing::debug!("{} were not deleted; they will expire", plan.names()),
    }
}

impl fmt::Debug for Consumer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &self.state {
            State::Open(_) => "open",
            State::Mending(_) => "mending",
            State::Cancelled(_) => "cancelled",
            State::Closed => "closed",
        };
        f.debug_struct("Consumer")
            .field("queues", &self.plan.names())
            .field("state", &state)
            .finish_non_exhaustive()
    }
}
