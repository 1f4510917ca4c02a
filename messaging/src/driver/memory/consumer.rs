//! The consumer's side: taking messages and settling them.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Notify;

use super::broker::{Broker, Mail, Subscribed, Verdict};
use super::subscriber::{ConsumerId, Taker};
use crate::driver::{Acknowledge, Consumer, Delivery};
use crate::{Error, ErrorKind};

/// A consumer of a broker in memory. Dropping it closes it.
pub(super) struct MemoryConsumer {
    broker: Arc<Broker>,
    id: ConsumerId,
    wake: Arc<Notify>,
}

impl MemoryConsumer {
    pub(super) fn new(broker: Arc<Broker>, subscribed: Subscribed) -> Self {
        Self { broker, id: subscribed.id, wake: subscribed.wake }
    }
}

#[async_trait]
impl Consumer for MemoryConsumer {
    async fn next(&mut self) -> Option<Result<Delivery, Error>> {
        loop {
            match self.broker.take(self.id) {
                Mail::Message(taker, queue, message) => {
                    let broker = Arc::clone(&self.broker);
                    let position = message.position;
                    return Some(Ok(Delivery {
                        body: message.content.body.to_vec(),
                        notes: message.content.notes.clone(),
                        user_id: message.content.user_id.clone(),
                        expires: message.expires,
                        attempt: message.attempt,
                        settle: Box::new(Receipt { broker, taker, queue, position }),
                    }));
                }
                Mail::Empty => self.wake.notified().await,
                Mail::Ended => return None,
            }
        }
    }

    async fn cancel(&mut self, _within: Duration) -> Result<(), Error> {
        self.broker.cancel(self.id);
        Ok(())
    }

    async fn close(self: Box<Self>, _within: Duration) -> Result<(), Error> {
        // Dropping it does it.
        Ok(())
    }
}

impl Drop for MemoryConsumer {
    fn drop(&mut self) {
        self.broker.close_consumer(self.id);
    }
}

impl fmt::Debug for MemoryConsumer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryConsumer").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The right to settle one message. Dropping it leaves the message with its consumer.
struct Receipt {
    broker: Arc<Broker>,
    taker: Taker,
    queue: Arc<str>,
    position: u64,
}

impl Receipt {
    fn settle(&self, verdict: Verdict) -> Result<(), Error> {
        if self.broker.settle(self.taker, self.position, verdict) {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Closed,
            format!(
                "the consumer of queue `{}` was closed before this message was settled, and gave \
                 it back; settle messages before closing",
                self.queue
            ),
        ))
    }
}

#[async_trait]
impl Acknowledge for Receipt {
    async fn ack(self: Box<Self>) -> Result<(), Error> {
        self.settle(Verdict::Forget)
    }

    async fn reject(self: Box<Self>, requeue: bool) -> Result<(), Error> {
        self.settle(if requeue { Verdict::PutBack } else { Verdict::Forget })
    }
}

impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receipt")
            .field("queue", &self.queue)
            .field("position", &self.position)
            .finish_non_exhaustive()
    }
}
