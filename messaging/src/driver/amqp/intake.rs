//! The consumed queues of one consumer, on one channel.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use futures_util::Stream;
use futures_util::future::poll_fn;
use lapin::options::{
    BasicCancelOptions, BasicConsumeOptions, BasicQosOptions, BasicRejectOptions,
};
use lapin::types::FieldTable;

use super::channel::Channel;
use super::connection::Connection;
use super::failure::{self, Fault, bounded};
use super::properties;
use super::settle::{Settle, Settled};
use super::topology::Queue;
use crate::context::Deadline;
use crate::driver::{Acknowledge, Delivery};
use crate::{Error, ErrorKind};

/// How long an intake that was dropped may take to close its channel.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

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
    pub(super) channel: Arc<Channel>,
    streams: Vec<Consumed>,
    /// Which stream is asked first next time, so that a full queue does not starve the others.
    first: usize,
    no_ack: bool,
}

struct Consumed {
    queue: String,
    tag: String,
    stream: lapin::Consumer,
    /// Once it has ended it must not be polled: it would never answer.
    ended: bool,
}

impl Intake {
    /// Declares and consumes, on a channel of its own. The order is the peer's (wire document,
    /// section 5.5): all declarations first, and the tags count up from 1.
    pub(super) async fn open(
        connection: &Arc<Connection>,
        plan: &Plan,
        deadline: &Deadline,
    ) -> Result<Self, Error> {
        let channel = connection.channel(deadline).await.map_err(|fault| {
            let fault = connection.explain(fault);
            let text = format!("{connection} opens no channel to consume on: {}", fault.words());
            fault.into_error(ErrorKind::Connection, text)
        })?;
        for queue in &plan.queues {
            queue.declare(&channel, deadline).await?;
        }
        if plan.prefetch > 0 {
            let limiting = channel.basic_qos(plan.prefetch, BasicQosOptions::default());
            bounded(&*channel.runtime, deadline, limiting)
                .await
                .map_err(|fault| failure::consuming("what is prefetched", fault))?;
        }
        let (channel, no_ack) = (Arc::new(channel), plan.no_ack);
        let mut intake = Self { channel, streams: Vec::new(), first: 0, no_ack };
        for (queue, number) in plan.queues.iter().zip(1..) {
            intake.consume(queue, number.to_string(), deadline).await?;
        }
        Ok(intake)
    }

    async fn consume(
        &mut self,
        queue: &Queue,
        tag: String,
        deadline: &Deadline,
    ) -> Result<(), Error> {
        let no_ack = self.no_ack;
        let options = BasicConsumeOptions { no_ack, ..BasicConsumeOptions::default() };
        let (name, no_arguments) = (queue.name.clone(), FieldTable::default());
        let consuming =
            self.channel.basic_consume(name, tag.as_str().into(), options, no_arguments);
        let queue = queue.name.to_string();
        let stream = bounded(&*self.channel.runtime, deadline, consuming)
            .await
            .map_err(|fault| self.lost(&queue, fault))?;
        self.streams.push(Consumed { queue, tag, stream, ended: false });
        Ok(())
    }

    /// The next message of any queue; an error when one of them is consumed no more. May be
    /// dropped without losing a message.
    pub(super) async fn next(&mut self) -> Result<Delivery, Error> {
        poll_fn(|context| {
            let count = self.streams.len();
            for step in 0..count {
                let index = (self.first + step) % count;
                let Some(consumed) = self.streams.get_mut(index) else { continue };
                let error = match Pin::new(&mut consumed.stream).poll_next(context) {
                    Poll::Pending => continue,
                    Poll::Ready(Some(Ok(delivery))) => {
                        self.first = index + 1;
                        return Poll::Ready(Ok(self.give_out(delivery)));
                    }
                    Poll::Ready(Some(Err(error))) => Some(error),
                    Poll::Ready(None) => None,
                };
                consumed.ended = true;
                let queue = consumed.queue.clone();
                return Poll::Ready(Err(self.ended(&queue, error)));
            }
            Poll::Pending
        })
        .await
    }

    fn give_out(&self, delivery: lapin::message::Delivery) -> Delivery {
        let settle: Box<dyn Acknowledge> = match self.no_ack {
            true => Box::new(Settled),
            false => Box::new(Settle::new(&self.channel, delivery.delivery_tag)),
        };
        Delivery {
            body: delivery.data,
            expires: properties::expires(&delivery.properties),
            redelivered: delivery.redelivered,
            settle,
        }
    }

    /// Stops the broker from sending, and gives back what it had sent and nobody was given.
    ///
    /// After an error the broker may go on sending: the channel has to be closed.
    pub(super) async fn cancel(&mut self, deadline: &Deadline) -> Result<(), Error> {
        let Self { channel, streams, no_ack, .. } = self;
        if !channel.alive() {
            // All that was not settled is back in its queue.
            return Ok(());
        }
        let failed = |queue: &str, fault| {
            let fault = channel.connection.explain(fault);
            let text = format!("consuming queue `{queue}` cannot be ended: {}", fault.words());
            fault.into_error(ErrorKind::Connection, text)
        };
        let runtime = &*channel.runtime;
        for Consumed { queue, tag, .. } in streams.iter().filter(|consumed| !consumed.ended) {
            let tag = tag.as_str().into();
            let cancelling = channel.basic_cancel(tag, BasicCancelOptions::default());
            bounded(runtime, deadline, cancelling).await.map_err(|fault| failed(queue, fault))?;
        }
        for Consumed { queue, stream, ended, .. } in streams {
            while !*ended {
                let next = poll_fn(|context| Pin::new(&mut *stream).poll_next(context).map(Ok));
                let next = bounded(runtime, deadline, next).await;
                match next.map_err(|fault| failed(queue, fault))? {
                    Some(Ok(delivery)) if !*no_ack => {
                        let options = BasicRejectOptions { requeue: true };
                        let returning = channel.basic_reject(delivery.delivery_tag, options);
                        bounded(runtime, deadline, returning)
                            .await
                            .map_err(|fault| failed(queue, fault))?;
                    }
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => *ended = true,
                }
            }
        }
        Ok(())
    }

    /// Why a queue is consumed no more, by how its stream ended.
    fn ended(&self, queue: &str, error: Option<lapin::Error>) -> Error {
        use lapin::{ConnectionState, ErrorKind::InvalidConnectionState};
        match error {
            Some(error) => self.lost(queue, Fault::Told(error)),
            None if self.channel.alive() => Error::new(
                ErrorKind::Topology,
                format!("queue `{queue}` was deleted, or the node that held it went down"),
            ),
            None => {
                let closed = InvalidConnectionState(ConnectionState::Closed);
                self.lost(queue, Fault::Told(closed.into()))
            }
        }
    }

    fn lost(&self, queue: &str, fault: Fault) -> Error {
        let fault = self.channel.connection.explain(fault);
        failure::consuming(&format!("queue `{queue}`"), fault)
    }
}

impl Drop for Intake {
    /// The streams go after their channel: lapin cancels a consumer that is dropped before, and
    /// takes the whole connection down if that fails.
    fn drop(&mut self) {
        let streams = std::mem::take(&mut self.streams);
        if !self.channel.alive() || streams.iter().all(|consumed| consumed.ended) {
            return;
        }
        let channel = Arc::clone(&self.channel);
        self.channel.runtime.spawn(Box::pin(async move {
            let deadline = Deadline::after(&channel.runtime, CLOSE_TIMEOUT);
            channel.close(&deadline).await;
            drop(streams);
        }));
    }
}

impl fmt::Debug for Intake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let queues: Vec<_> = self.streams.iter().map(|consumed| &consumed.queue).collect();
        f.debug_struct("Intake").field("queues", &queues).finish_non_exhaustive()
    }
}
