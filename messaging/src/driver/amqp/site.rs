//! What all consumers of one driver share.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use lapin::options::QueueDeleteOptions;
use lapin::types::ShortString;
use tokio::sync::oneshot;

use super::connection::Connection;
use super::consumer::Consumer;
use super::failure;
use super::intake::Intake;
use super::link::Link;
use super::pauses::Pauses;
use super::plan::Plan;
use super::standing::Standing;
use super::tries::Tries;
use crate::config::Own;
use crate::context::Deadline;
use crate::driver::teller::Teller;
use crate::driver::{Awaited, ConsumerHealth};
use crate::runtime::Runtime;
use crate::{Error, ErrorKind, RabbitOptions};

/// How long the queues of a consumer that did not come about may take to be deleted.
const TIDY_TIMEOUT: Duration = Duration::from_secs(5);

/// What all consumers of one driver share.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) link: Link,
    pub(super) runtime: Arc<dyn Runtime>,
    pub(super) options: RabbitOptions,
    pub(super) own: Own,
    /// The queues that are one consumer's alone, to be deleted when the driver is closed first.
    own_queues: Mutex<BTreeMap<ShortString, Awaited>>,
    teller: Arc<Teller>,
    /// How the consumers are that there are.
    standings: Mutex<Vec<Weak<Standing>>>,
}

impl Site {
    pub(super) fn new(
        link: Link,
        runtime: Arc<dyn Runtime>,
        options: RabbitOptions,
        own: Own,
        teller: Arc<Teller>,
    ) -> Self {
        let (own_queues, standings) = Default::default();
        Self { link, runtime, options, own, own_queues, teller, standings }
    }

    /// How the consumers are.
    pub(super) fn health(&self) -> Vec<ConsumerHealth> {
        let standings: Vec<_> = self.standings().iter().filter_map(Weak::upgrade).collect();
        standings.iter().map(|standing| standing.health()).collect()
    }

    /// Enters a consumer that has begun.
    fn enter(&self, plan: &Plan) -> Arc<Standing> {
        let (queues, runtime) = (plan.queue_names(), Arc::clone(&self.runtime));
        let standing = Arc::new(Standing::new(queues, runtime, Arc::clone(&self.teller)));
        let mut standings = self.standings();
        standings.retain(|standing| standing.strong_count() > 0);
        standings.push(Arc::downgrade(&standing));
        standing
    }

    fn standings(&self) -> MutexGuard<'_, Vec<Weak<Standing>>> {
        self.standings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to consume, on a new connection if need be.
    pub(super) async fn consume(
        self: &Arc<Self>,
        plan: Plan,
        within: Duration,
        mut tries: Tries,
    ) -> Result<Consumer, Error> {
        let deadline = Deadline::after(&self.runtime, within);
        let mut pauses = Pauses::between_publishes();
        let plan = Arc::new(plan);
        let mut begun = Begun { site: self, plan: Some(Arc::clone(&plan)) };
        let mut said = None;
        loop {
            let error = match self.open(&plan, &deadline, &mut tries).await {
                Ok(intake) => {
                    begun.plan = None;
                    let own = plan.queues.iter().filter(|queue| queue.own);
                    let own = own.map(|queue| (queue.name.clone(), queue.awaited.clone()));
                    self.own_queues().extend(own);
                    let standing = self.enter(&plan);
                    return Ok(Consumer::new(self, plan, intake, standing));
                }
                Err(error) => telling(said.take(), error),
            };
            let pause = pauses.next();
            let hopeless = error.kind() != ErrorKind::Connection || deadline.remaining() <= pause;
            if hopeless || !tries.spend() {
                return Err(error);
            }
            said = Some(error);
            self.runtime.sleep(pause).await;
        }
    }

    /// Declares and consumes what `plan` says.
    ///
    /// What is begun is gone through with, also if the caller gives up meanwhile, and undone then:
    /// the broker does what it is asked on several channels in any order, so that a queue might be
    /// deleted first and declared then.
    pub(super) async fn open(
        self: &Arc<Self>,
        plan: &Arc<Plan>,
        deadline: &Deadline,
        tries: &mut Tries,
    ) -> Result<Intake, Error> {
        let connection = self.link.current(deadline, tries).await?;
        let (sender, receiver) = oneshot::channel();
        let (site, plan, deadline) = (Arc::clone(self), Arc::clone(plan), deadline.clone());
        self.runtime.spawn(Box::pin(async move {
            let mut opened = Intake::open(&connection, &plan, &deadline).await;
            if let Ok(intake) = &mut opened {
                intake.look_after(&plan, site.options.probe_interval, &site.teller);
            }
            if let Err(given_up) = sender.send(opened) {
                let deadline = Deadline::after(&site.runtime, TIDY_TIMEOUT);
                if let Ok(intake) = given_up {
                    intake.channel.close(&deadline).await;
                }
                site.delete_own(&plan, &deadline).await;
            }
        }));
        // An error would mean that the runtime has ended.
        receiver.await.unwrap_or_else(|_| Err(failure::closed()))
    }

    /// Deletes those of `queues` that are still there to be deleted, and forgets them.
    async fn delete(
        &self,
        queues: &[ShortString],
        connection: &Arc<Connection>,
        deadline: &Deadline,
    ) {
        for queue in queues {
            self.own_queues().remove(queue);
        }
        if queues.is_empty() || !connection.alive() {
            return;
        }
        // On a channel of its own, since a refusal would cost the channel.
        let Ok(channel) = connection.channel(deadline).await else { return };
        for queue in queues {
            let deleting = channel.queue_delete(queue.clone(), QueueDeleteOptions::default());
            if let Err(fault) = connection.bounded(deadline, deleting).await {
                let words = fault.words();
                tracing::debug!("queue `{queue}` was not deleted: {words}; it will expire");
            }
        }
        channel.close(deadline).await;
    }

    /// Deletes the queues that are a consumer's alone.
    pub(super) async fn delete_own(&self, plan: &Plan, deadline: &Deadline) {
        let own = plan.queues.iter().filter(|queue| queue.own);
        let own = own.map(|queue| (&queue.name, &queue.awaited));
        let own = self.done_with(own);
        self.own_queues().retain(|queue, _| !plan.queues.iter().any(|own| own.name == *queue));
        match self.link.open_now() {
            Some(connection) => self.delete(&own, &connection, deadline).await,
            None if self.link.is_closed() => {}
            None => tracing::debug!("{} were not deleted; they will expire", plan.names()),
        }
    }

    /// Ends all consumers, then the connection.
    pub(super) async fn close(&self, deadline: &Deadline) {
        // Known before the link is closed: that ends the consumers, which forget their queues then.
        let known = self.own_queues().clone();
        let mut own = self.done_with(known.iter());
        let connection = self.link.close();
        // Those that came about meanwhile.
        let queues = self.own_queues().clone();
        own.extend(self.done_with(queues.iter().filter(|(queue, _)| !known.contains_key(*queue))));
        if let Some(connection) = connection {
            self.delete(&own, &connection, deadline).await;
            connection.close(deadline).await;
        }
    }

    /// Those of `queues` that are not left to expire, because something may still come.
    fn done_with<'a>(
        &self,
        queues: impl Iterator<Item = (&'a ShortString, &'a Awaited)>,
    ) -> Vec<ShortString> {
        let expire = !self.options.transient_queues_ttl.is_zero();
        let (left, done): (Vec<_>, Vec<_>) =
            queues.partition(|(_, awaited)| expire && awaited.is_true());
        for (queue, _) in left {
            tracing::debug!("answers may still come to queue `{queue}`: it is left to expire");
        }
        done.into_iter().map(|(queue, _)| queue.clone()).collect()
    }

    fn own_queues(&self) -> MutexGuard<'_, BTreeMap<ShortString, Awaited>> {
        self.own_queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Of the errors of two tries the one that tells more: when the time ends in the middle of a try, what
/// was said of the one before.
fn telling(before: Option<Error>, now: Error) -> Error {
    match before {
        Some(before) if now.kind() == ErrorKind::NotSent => before,
        _ => now,
    }
}

/// A plan that was begun: given up, it leaves no queue behind that collects what nobody reads.
struct Begun<'a> {
    site: &'a Arc<Site>,
    plan: Option<Arc<Plan>>,
}

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        let Some(plan) = self.plan.take() else { return };
        let site = Arc::clone(self.site);
        self.site.runtime.spawn(Box::pin(async move {
            let deadline = Deadline::after(&site.runtime, TIDY_TIMEOUT);
            site.delete_own(&plan, &deadline).await;
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_the_time_hides_nothing_that_was_said_before() {
        let error = |kind| Error::new(kind, "as it is");
        let locked = || Some(error(ErrorKind::Connection));
        for (before, now, told) in [
            (locked(), ErrorKind::NotSent, ErrorKind::Connection),
            (locked(), ErrorKind::Topology, ErrorKind::Topology),
            (None, ErrorKind::NotSent, ErrorKind::NotSent),
        ] {
            assert_eq!(telling(before, error(now)).kind(), told);
        }
    }
}
