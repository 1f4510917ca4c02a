//! The consumer's side: taking messages and settling them.

use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::BoxFuture;

use super::broker::{Broker, Mail, Subscribed, Verdict};
use super::done::done;
use super::subscriber::{ConsumerId, Taker};
use crate::driver::{Acknowledge, Consumer, Delivery, Notes};
use crate::{Error, ErrorKind};

/// A consumer of a broker in memory. Dropping it closes it.
pub(super) struct MemoryConsumer {
    id: ConsumerId,
    from: Arc<Source>,
}

/// Where a consumer's messages come from.
struct Source {
    broker: Arc<Broker>,
    /// The queues, by subscription.
    queues: Vec<Arc<str>>,
}

impl MemoryConsumer {
    pub(super) fn new(broker: Arc<Broker>, subscribed: Subscribed) -> Self {
        let Subscribed { id, queues } = subscribed;
        Self { id, from: Arc::new(Source { broker, queues }) }
    }

    fn poll_next(&self, context: &Context<'_>) -> Poll<Option<Result<Delivery, Error>>> {
        let (taker, message) = match self.from.broker.take(self.id, context.waker()) {
            Mail::Message(taker, message) => (taker, message),
            Mail::Empty => return Poll::Pending,
            Mail::Ended => return Poll::Ready(None),
        };
        let (from, position) = (Arc::clone(&self.from), message.position);
        let content = &message.content;
        Poll::Ready(Some(Ok(Delivery {
            body: content.body.to_vec(),
            notes: Notes::shared(&content.notes),
            user_id: content.user_id.clone(),
            expires: message.expires,
            waited: Duration::ZERO,
            attempt: message.attempt,
            settle: Box::new(Receipt { from, taker, position }),
        })))
    }
}

#[async_trait]
impl Consumer for MemoryConsumer {
    async fn next(&mut self) -> Option<Result<Delivery, Error>> {
        poll_fn(|context| self.poll_next(context)).await
    }

    async fn cancel(&mut self, _within: Duration) -> Result<(), Error> {
        self.from.broker.cancel(self.id);
        Ok(())
    }

    async fn close(self: Box<Self>, _within: Duration) -> Result<(), Error> {
        // Dropping it does it.
        Ok(())
    }
}

impl Drop for MemoryConsumer {
    fn drop(&mut self) {
        self.from.broker.close_consumer(self.id);
    }
}

impl fmt::Debug for MemoryConsumer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryConsumer").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The right to settle one message. Dropping it leaves the message with its consumer.
struct Receipt {
    from: Arc<Source>,
    taker: Taker,
    position: u64,
}

impl Receipt {
    fn settle(&self, verdict: Verdict) -> Result<(), Error> {
        if self.from.broker.settle(self.taker, self.position, verdict) {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Closed,
            format!(
                "the consumer of queue `{}` was closed before this message was settled, and gave \
                 it back; settle messages before closing",
                self.queue()
            ),
        ))
    }

    fn queue(&self) -> &str {
        self.from.queues.get(self.taker.subscription).map_or("", |queue| queue)
    }
}

#[async_trait]
impl Acknowledge for Receipt {
    // Not `async`, which would allocate, as the broker here forgets at once.
    fn ack<'a>(self: Box<Self>) -> BoxFuture<'a, Result<(), Error>>
    where
        Self: 'a,
    {
        done(self.settle(Verdict::Forget))
    }

    fn ack_noted<'a>(self: Box<Self>) -> BoxFuture<'a, Result<(), Error>>
    where
        Self: 'a,
    {
        self.ack()
    }

    async fn reject(self: Box<Self>, requeue: bool) -> Result<(), Error> {
        self.settle(if requeue { Verdict::PutBack } else { Verdict::Forget })
    }
}

impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receipt")
            .field("queue", &self.queue())
            .field("position", &self.position)
            .finish_non_exhaustive()
    }
}
