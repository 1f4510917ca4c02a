//! A server that says when it is busy: what waits for a worker, and what is refused.

use std::pin::pin;
use std::sync::Arc;

use futures_util::future::{Either, select};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Inner;
use super::answer::{self, Answering};
use super::epoch::Epoch;
use super::intake::execute;
use super::taken::Taken;
use super::turn::Turn;
use super::worker::{BUSY, MODULE};
use crate::Failure;
use crate::telemetry::{self, Asked};

/// How many are refused at once: each is sent until its caller is told.
const REFUSED: usize = 64;

/// How many messages a server of so many workers takes, of which `waiting` wait for one.
pub(super) fn taken(workers: usize, waiting: usize) -> usize {
    workers.saturating_add(waiting).saturating_add(REFUSED)
}

/// Those who wait for a worker.
pub(super) struct Line {
    workers: Arc<Semaphore>,
    /// How many may run or wait.
    places: Arc<Semaphore>,
    /// How many more are being refused.
    refusals: Arc<Semaphore>,
}

impl Line {
    /// Of `waiting` at most.
    pub(super) fn new(workers: Arc<Semaphore>, waiting: usize) -> Self {
        let places = workers.available_permits().saturating_add(waiting);
        let places = Arc::new(Semaphore::new(places.min(Semaphore::MAX_PERMITS)));
        Self { workers, places, refusals: Arc::new(Semaphore::new(REFUSED)) }
    }

    /// Has a message run as soon as a worker is free; refuses it if too many wait already, and it
    /// has not come before: what has may run, or have run, and its caller would be told that it did
    /// not.
    pub(super) fn take(&self, server: &Arc<Inner>, epoch: &Arc<Epoch>, taken: Taken) {
        let place = Arc::clone(&self.places).try_acquire_owned().ok();
        let (server, epoch) = (Arc::clone(server), Arc::clone(epoch));
        let (workers, places) = (Arc::clone(&self.workers), Arc::clone(&self.places));
        if place.is_some()
            && let Ok(worker) = Arc::clone(&self.workers).try_acquire_owned()
        {
            return execute(&server, &epoch, epoch.enter(), taken, Turn::of(worker, place));
        }
        let in_flight = epoch.enter();
        let refusals = Arc::clone(&self.refusals);
        let runtime = Arc::clone(server.transport.runtime());
        runtime.spawn(Box::pin(async move {
            let place = match place {
                Some(place) => place,
                None => match server.transport.max_message_size().request(&taken.body) {
                    Ok(mut request) if request.reply_to.is_some() && taken.attempt == 1 => {
                        let Some(reply_to) = request.reply_to.take() else { return };
                        // So that a broker which takes no answers sends no more.
                        let Some(_refusal) = or_stopped(&epoch, refusals).await else { return };
                        // First, since nobody may run what was said not to run.
                        if let Err(error) = taken.unsettled.ack().await {
                            let method = request.method();
                            tracing::warn!(method, %error, "not refused: it could not be acknowledged");
                            return;
                        }
                        // As if it had run: a second copy of it is not to.
                        if !epoch.duplicates.see_done(request.unique_id()) {
                            return;
                        }
                        server.itself.busy.count();
                        let failure = Failure::new(MODULE, BUSY, "all workers are busy");
                        let (asked, clock) =
                            (Asked::Unknown(request.method()), server.transport.runtime());
                        telemetry::refused(asked, &server.target, &failure, &request.context, clock);
                        let (beside, deadline) = (answer::beside(&server, None), taken.deadline);
                        let (here, reply_to) = ((server, epoch), reply_to.into());
                        let answering =
                            Answering::new(here, in_flight, reply_to, beside, deadline);
                        return answering.send(Err(failure), Turn::none()).await;
                    }
                    // Nobody to be told, or nothing that is sure.
                    _ => match or_stopped(&epoch, places).await {
                        Some(place) => place,
                        None => return,
                    },
                },
            };
            if let Some(worker) = or_stopped(&epoch, workers).await {
                execute(&server, &epoch, in_flight, taken, Turn::of(worker, Some(place)));
            }
        }));
    }
}

/// A permit, unless the server stops first: what waits then goes back to its queue.
async fn or_stopped(epoch: &Epoch, permits: Arc<Semaphore>) -> Option<OwnedSemaphorePermit> {
    match select(pin!(epoch.stopped()), pin!(permits.acquire_owned())).await {
        Either::Left(_) => None,
        Either::Right((permit, _)) => permit.ok(),
    }
}
