//! Taking messages: one at a time, and only with a permit to run it, unless what finds none is to be
//! refused.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::busy::Line;
use super::epoch::{Epoch, InFlight};
use super::panics::catch_panic;
use super::patrol::Patrol;
use super::taken::Taken;
use super::turn::Turn;
use super::{Inner, worker};
use crate::driver::Consumer;

/// How long the broker may take to hear that no more is wanted, and again to forget this server.
const CLOSING: Duration = Duration::from_secs(5);

/// Takes messages until the server stops, lets what was taken finish, and gives up the consumer.
pub(super) async fn run(server: Arc<Inner>, epoch: Arc<Epoch>, mut consumer: Box<dyn Consumer>) {
    let patrol = Patrol::of(&server, &epoch);
    take(&server, &epoch, &mut *consumer).await;
    // The transport may have closed under the server, which stops it as well.
    epoch.stop();
    if let Err(error) = consumer.cancel(CLOSING).await {
        tracing::warn!(target = %server.target, %error, "consuming could not be cancelled");
    }
    // An answer that the broker did not take is work again.
    loop {
        epoch.drained().await;
        server.transport.flush(CLOSING).await;
        if !epoch.is_at_work() {
            break;
        }
    }
    drop(patrol);
    if let Err(error) = consumer.close(CLOSING).await {
        tracing::debug!(target = %server.target, %error, "the consumer could not be closed");
    }
    tracing::info!(target = %server.target, "the server has stopped");
}

async fn take(server: &Arc<Inner>, epoch: &Arc<Epoch>, consumer: &mut dyn Consumer) {
    let permits = Arc::new(Semaphore::new(server.executor.permits()));
    let line = server.waiting.map(|waiting| Line::new(Arc::clone(&permits), waiting));
    let mut stopped = pin!(epoch.stopped());
    loop {
        let permit = match &line {
            // What no worker is free for is taken all the same.
            Some(_) => None,
            None => match Arc::clone(&permits).try_acquire_owned() {
                Ok(permit) => Some(permit),
                Err(_) => {
                    let free = free(&permits, consumer);
                    match select(stopped.as_mut(), pin!(free)).await {
                        Either::Right((Some(permit), _)) => Some(permit),
                        Either::Right((None, _)) | Either::Left(_) => return,
                    }
                }
            },
        };
        let delivery = loop {
            match select(stopped.as_mut(), pin!(consumer.next())).await {
                Either::Right((Some(Ok(delivery)), _)) => break delivery,
                Either::Right((Some(Err(error)), _)) => {
                    tracing::warn!(target = %server.target, %error, "consuming was interrupted");
                }
                Either::Right((None, _)) | Either::Left(_) => return,
            }
        };
        let taken = Taken::new(delivery, server.transport.runtime());
        match (&line, permit) {
            (Some(line), _) => line.take(server, epoch, taken),
            (None, Some(permit)) => {
                execute(server, epoch, epoch.enter(), taken, Turn::of(permit, None));
            }
            (None, None) => {}
        }
    }
}

/// A permit, as soon as one is free. What arrives meanwhile is noted, since its time runs.
async fn free(
    permits: &Arc<Semaphore>,
    consumer: &mut dyn Consumer,
) -> Option<OwnedSemaphorePermit> {
    match select(pin!(Arc::clone(permits).acquire_owned()), pin!(consumer.idle())).await {
        Either::Left((permit, _)) => permit.ok(),
        Either::Right(((), free)) => free.await.ok(),
    }
}

/// Has the executor run a message.
pub(super) fn execute(
    server: &Arc<Inner>,
    epoch: &Arc<Epoch>,
    in_flight: InFlight,
    taken: Taken,
    turn: Turn,
) {
    let work = worker::process(Arc::clone(server), Arc::clone(epoch), in_flight, taken, turn);
    let job = Box::pin(work);
    let executed = catch_panic(|| server.executor.execute(job, server.transport.runtime()));
    if executed.is_err() {
        tracing::error!(target = %server.target, "the executor did not take a message");
    }
}
