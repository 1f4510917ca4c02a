//! The consumed queues of one consumer, on one channel.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use futures_util::Stream;
use futures_util::future::poll_fn;
use lapin::options::{
    BasicCancelOptions, BasicConsumeOptions, BasicQosOptions, BasicRejectOptions,
};
use lapin::types::FieldTable;

use super::connection::Connection;
use super::failure::{self, Fault, bounded};
use super::settle::Held;
use super::topology::Queue;
use crate::context::Deadline;
use crate::runtime::Runtime;
use crate::{Error, ErrorKind};

/// What is consumed, and how.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) queues: Vec<Queue>,
    /// How many messages the broker hands over per queue before they are settled; zero is no
    /// limit.
    pub(super) prefetch: u16,
    /// Whether the broker counts a message as done once it is sent.
    pub(super) no_ack: bool,
}

impl Plan {
    /// The queues, for logs.
    pub(super) fn names(&self) -> String {
        let names: Vec<_> = self.queues.iter().map(|queue| format!("`{}`", queue.name)).collect();
        names.join(", ")
    }
}

/// The queues of a [`Plan`], declared and consumed.
pub(super) struct Intake {
    pub(super) held: Arc<Held>,
    streams: Vec<Consumed>,
    /// Which stream is asked first next time, so that a full queue does not starve the others.
    first: usize,
}

struct Consumed {
    queue: String,
    tag: String,
    stream: lapin::Consumer,
    /// Once it has ended it must not be polled: it would never answer.
    ended: bool,
}

/// What an [`Intake`] gives.
pub(super) enum Taken {
    Message(Box<lapin::message::Delivery>),
    /// One of the queues is consumed no more.
    Lost(Error),
}

impl Intake {
    /// Declares and consumes, on a channel of its own. The order is the peer's (wire document,
    /// section 5.5): all declarations first, and the tags count up from 1.
    pub(super) async fn open(
        connection: Arc<Connection>,
        plan: &Plan,
        runtime: &Arc<dyn Runtime>,
        deadline: &Deadline,
    ) -> Result<Self, Error> {
        let channel = connection.channel(deadline).await.map_err(|fault| {
            let fault = connection.explain(fault);
            let text = format!("{connection} opens no channel to consume on: {}", fault.words());
            fault.into_error(ErrorKind::Connection, text)
        })?;
        for queue in &plan.queues {
            queue.declare(&channel, &**runtime, deadline).await?;
        }
        let refused = |what: &str, fault| failure::consuming(what, connection.explain(fault));
        if plan.prefetch > 0 {
            let limiting = channel.basic_qos(plan.prefetch, BasicQosOptions::default());
            bounded(&**runtime, deadline, limiting)
                .await
                .map_err(|fault| refused("the prefetch", fault))?;
        }
        let mut streams = Vec::with_capacity(plan.queues.len());
        for (queue, number) in plan.queues.iter().zip(1..) {
            let tag = number.to_string();
            let options =
                BasicConsumeOptions { no_ack: plan.no_ack, ..BasicConsumeOptions::default() };
            let name = queue.name.clone();
            let consuming =
                channel.basic_consume(name, tag.as_str().into(), options, FieldTable::default());
            let queue = queue.name.to_string();
            let stream = bounded(&**runtime, deadline, consuming)
                .await
                .map_err(|fault| refused(&format!("queue `{queue}`"), fault))?;
            streams.push(Consumed { queue, tag, stream, ended: false });
        }
        let held = Held::new(channel, connection, Arc::clone(runtime), plan.no_ack);
        Ok(Self { held: Arc::new(held), streams, first: 0 })
    }

    /// The next message of any queue. May be dropped without losing one.
    pub(super) async fn next(&mut self) -> Taken {
        poll_fn(|context| {
            let count = self.streams.len();
            for step in 0..count {
                let index = (self.first + step) % count;
                let Some(consumed) = self.streams.get_mut(index) else { continue };
                let error = match Pin::new(&mut consumed.stream).poll_next(context) {
                    Poll::Pending => continue,
                    Poll::Ready(Some(Ok(delivery))) => {
                        self.first = index + 1;
                        return Poll::Ready(Taken::Message(Box::new(delivery)));
                    }
                    Poll::Ready(Some(Err(error))) => Some(error),
                    Poll::Ready(None) => None,
                };
                consumed.ended = true;
                return Poll::Ready(Taken::Lost(self.held.lost(&consumed.queue, error)));
            }
            Poll::Pending
        })
        .await
    }

    /// Stops the broker from sending, and gives back what it had sent and nobody was given.
    pub(super) async fn cancel(&mut self, deadline: &Deadline) -> Result<(), Error> {
        let Held { channel, runtime, no_ack, .. } = &*self.held;
        if !channel.status().connected() {
            // Whatever it had not given out is back in its queue.
            self.streams.clear();
            return Ok(());
        }
        for consumed in self.streams.iter().filter(|consumed| !consumed.ended) {
            let cancelling =
                channel.basic_cancel(consumed.tag.as_str().into(), BasicCancelOptions::default());
            bounded(&**runtime, deadline, cancelling)
                .await
                .map_err(|fault| self.held.not_cancelled(&consumed.queue, fault))?;
        }
        for mut consumed in std::mem::take(&mut self.streams) {
            while !consumed.ended {
                let next =
                    poll_fn(|context| Pin::new(&mut consumed.stream).poll_next(context).map(Ok));
                let next = bounded(&**runtime, deadline, next).await;
                match next.map_err(|fault| self.held.not_cancelled(&consumed.queue, fault))? {
                    Some(Ok(_)) if *no_ack => {}
                    Some(Ok(delivery)) => {
                        let options = BasicRejectOptions { requeue: true };
                        let returning = channel.basic_reject(delivery.delivery_tag, options);
                        bounded(&**runtime, deadline, returning)
                            .await
                            .map_err(|fault| self.held.not_cancelled(&consumed.queue, fault))?;
                    }
                    Some(Err(_)) | None => consumed.ended = true,
                }
            }
        }
        Ok(())
    }
}

impl Held {
    /// The error of a queue that is consumed no more.
    fn lost(&self, queue: &str, error: Option<lapin::Error>) -> Error {
        let fault = match error {
            Some(error) => self.connection.explain(Fault::Told(error)),
            None if self.channel.status().connected() => {
                return Error::new(
                    ErrorKind::Topology,
                    format!("queue `{queue}` was deleted, or its node went down; mending"),
                );
            }
            None => self.connection.explain(Fault::Told(
                lapin::ErrorKind::InvalidConnectionState(lapin::ConnectionState::Closed).into(),
            )),
        };
        failure::consuming(&format!("queue `{queue}`"), fault)
    }

    fn not_cancelled(&self, queue: &str, fault: Fault) -> Error {
        let fault = self.connection.explain(fault);
        let text = format!("consuming queue `{queue}` cannot be ended: {}", fault.words());
        fault.into_error(ErrorKind::Connection, text)
    }
}

impl fmt::Debug for Intake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let queues: Vec<_> = self.streams.iter().map(|consumed| &consumed.queue).collect();
        f.debug_struct("Intake").field("queues", &queues).finish_non_exhaustive()
    }
}
