//! Looks after consumers that hear nothing.
//!
//! A queue without messages and a consumer that the broker has forgotten look alike from here. So
//! after some silence the broker is asked whether all is as it was declared: see
//! `messaging/docs/recovery.md`, which says what is found, and what cannot be.

use std::pin::pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::future::select;
use lapin::options::BasicQosOptions;
use tokio::sync::mpsc;

use super::channel::Channel;
use super::failure;
use super::fault::Fault;
use super::pauses::Pauses;
use super::plan::Plan;
use super::traffic::Traffic;
use crate::Error;
use crate::context::Deadline;
use crate::driver::events::Event;
use crate::driver::teller::{self, Teller};
use crate::runtime::Runtime;

/// How long the broker may take to answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// How long messages may wait in a queue whose consumer has room, before it is taken for deaf.
const PATIENCE: Duration = Duration::from_secs(1);

/// Looks after the queues of one intake, until it is dropped.
#[derive(Debug)]
pub(super) struct Probe {
    found: mpsc::Receiver<Finding>,
    traffic: Vec<Arc<Traffic>>,
    queues: Vec<String>,
    teller: Arc<Teller>,
}

/// Something that is not as it should be.
#[derive(Debug)]
struct Finding {
    error: Error,
    /// The queue by its place in the plan, and how much had come from it: more since then is proof
    /// that all is well.
    unless_more: Option<(usize, u64)>,
}

/// What looks, in the background.
struct Prober {
    /// Not kept alive by this.
    channel: Weak<Channel>,
    runtime: Arc<dyn Runtime>,
    plan: Arc<Plan>,
    traffic: Vec<Arc<Traffic>>,
    interval: Duration,
    teller: Arc<Teller>,
}

impl Probe {
    /// `traffic` is that of the queues of `plan`, in their order.
    pub(super) fn start(
        channel: &Arc<Channel>,
        plan: &Arc<Plan>,
        traffic: Vec<Arc<Traffic>>,
        interval: Duration,
        teller: &Arc<Teller>,
    ) -> Self {
        let (sender, found) = mpsc::channel(1);
        let prober = Prober {
            channel: Arc::downgrade(channel),
            runtime: Arc::clone(&channel.runtime),
            plan: Arc::clone(plan),
            traffic: traffic.clone(),
            interval,
            teller: Arc::clone(teller),
        };
        channel.runtime.spawn(Box::pin(async move {
            let dropped = sender.clone();
            select(pin!(prober.run(sender)), pin!(dropped.closed())).await;
        }));
        Self { found, traffic, queues: plan.queue_names(), teller: Arc::clone(teller) }
    }

    /// What was found and still holds, once all that has come was taken.
    pub(super) fn poll_found(&mut self, context: &mut Context<'_>) -> Poll<Error> {
        while let Poll::Ready(Some(finding)) = self.found.poll_recv(context) {
            let came = |(queue, before): (usize, u64)| {
                self.traffic.get(queue).is_some_and(|traffic| traffic.arrived() != before)
            };
            if finding.unless_more.is_some_and(came) {
                continue;
            }
            let (queues, reason) = (self.queues.clone(), teller::bounded(&finding.error));
            self.teller.tell(Event::ProbeFailed { queues, reason });
            return Poll::Ready(finding.error);
        }
        Poll::Pending
    }
}

impl Prober {
    async fn run(&self, sender: mpsc::Sender<Finding>) {
        let mut before: Vec<_> = self.arrived();
        loop {
            self.runtime.sleep(Pauses::between_probes(self.interval)).await;
            let now = self.arrived();
            let silent = (0..now.len()).filter(|queue| before.get(*queue) == now.get(*queue));
            let silent: Vec<_> = silent.collect();
            before = now;
            let Some(channel) = self.channel.upgrade().filter(|_| !silent.is_empty()) else {
                continue;
            };
            let deadline = Deadline::after(&self.runtime, ANSWER_TIMEOUT);
            let finding = self.look(&channel, &silent, &deadline).await;
            drop(channel);
            if let Some(finding) = finding
                && sender.send(finding).await.is_err()
            {
                return;
            }
        }
    }

    fn arrived(&self) -> Vec<u64> {
        self.traffic.iter().map(|traffic| traffic.arrived()).collect()
    }

    /// Looks after the queues at these places, on a channel of its own: a refusal costs the
    /// channel. Then asks for an answer on that of the consumer.
    async fn look(
        &self,
        consuming: &Channel,
        silent: &[usize],
        deadline: &Deadline,
    ) -> Option<Finding> {
        let connection = &consuming.connection;
        let looking = match connection.channel(deadline).await {
            Ok(channel) => channel,
            Err(fault) => {
                return self.unanswered("no channel to look on", &connection.explain(fault));
            }
        };
        for index in silent {
            let Some(queue) = self.plan.queues.get(*index) else { continue };
            let (name, mut before) = (queue.name.as_str(), None);
            loop {
                let came = self.traffic.get(*index).map_or(0, |traffic| traffic.arrived());
                let seen = match queue.look(&looking, deadline).await {
                    Ok(seen) => seen,
                    Err(fault) => {
                        let fault = connection.explain(fault);
                        return match fault.refusal() {
                            Some(_) => Some(Finding::certain(failure::found(name, fault))),
                            None => self.unanswered(&format!("queue `{name}`"), &fault),
                        };
                    }
                };
                // Of a stream neither consumers nor what waits is told.
                if queue.position.is_some() {
                    break;
                }
                let unless_more = Some((*index, came));
                if seen.consumers == 0 {
                    let error = failure::deaf(name, "the broker knows of no consumer");
                    return Some(Finding { error, unless_more });
                }
                let room = self.traffic.get(*index).is_some_and(|traffic| {
                    traffic.arrived() == came && traffic.has_room(self.plan.prefetch)
                });
                if seen.waiting == 0 || !room || before.is_some_and(|before| before != came) {
                    break;
                }
                if before.is_some() {
                    let how =
                        format!("{} messages wait in it, and none is handed over", seen.waiting);
                    return Some(Finding { error: failure::deaf(name, &how), unless_more });
                }
                before = Some(came);
                self.runtime.sleep(PATIENCE).await;
            }
        }
        // It says again what it was told, which changes nothing, and is answered.
        let asking = consuming.basic_qos(self.plan.prefetch, BasicQosOptions::default());
        let answered = connection.bounded(deadline, asking).await;
        looking.close(deadline).await;
        match answered {
            Err(Fault::Silence(within)) => {
                let how = format!("its channel does not answer within {within:.1?}");
                let name = self.plan.names();
                Some(Finding::certain(failure::deaf(&name, &how)))
            }
            // A channel that was closed tells of it itself.
            Ok(()) | Err(Fault::Told(_)) => None,
        }
    }

    /// The broker did not say how it is: there is nothing to mend that a connection which was lost
    /// would not bring with it.
    fn unanswered(&self, what: &str, fault: &Fault) -> Option<Finding> {
        if let Fault::Silence(_) = fault {
            let reason = format!("the broker does not tell of {what}: {}", fault.words());
            tracing::warn!("{reason}");
            let queues = self.plan.queue_names();
            self.teller.tell(Event::ProbeFailed { queues, reason });
        }
        None
    }
}

impl Finding {
    fn certain(error: Error) -> Self {
        Self { error, unless_more: None }
    }
}
