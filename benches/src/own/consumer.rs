//! Messages coming in, and settling them.

use std::sync::Arc;
use std::time::Duration;

use amq_protocol::protocol::{AMQPClass, basic, channel};
use amq_protocol::types::FieldTable;
use async_trait::async_trait;
use messaging::driver::{self, Acknowledge, Delivery};
use messaging::{Error, ErrorKind};
use tokio::sync::mpsc;

use super::connection::Connection;
use super::frames;
use super::message::Message;
use super::topology::Queue;

/// How long the broker may take to say that it has forgotten a message.
const NOTED: Duration = Duration::from_secs(10);

/// Queues that are consumed, on a channel of their own.
#[derive(Debug)]
pub(super) struct Consumer {
    connection: Arc<Connection>,
    channel: u16,
    queues: Vec<Queue>,
    deliveries: mpsc::UnboundedReceiver<Message>,
    cancelled: bool,
    /// Whether what is acknowledged is noted by the broker before anything runs.
    noted: bool,
}

impl Consumer {
    /// Declares `queues` and consumes them, in the peer's order (wire document, section 5.5).
    pub(super) async fn open(
        connection: &Arc<Connection>,
        queues: Vec<Queue>,
        prefetch: u16,
        noted: bool,
        within: Duration,
    ) -> Result<Self, Error> {
        let channel = connection.channel(within).await?;
        for queue in &queues {
            queue.declare(connection, channel, within).await?;
        }
        let ask = |method| connection.ask(channel, AMQPClass::Basic(method), within);
        if prefetch > 0 {
            let (prefetch_count, global) = (prefetch, false);
            ask(basic::AMQPMethod::Qos(basic::Qos { prefetch_count, global })).await?;
        }
        let deliveries = connection.line.deliveries(channel);
        for (queue, number) in queues.iter().zip(1..) {
            ask(basic::AMQPMethod::Consume(basic::Consume {
                queue: queue.name.as_str().into(),
                consumer_tag: number.to_string().into(),
                no_local: false,
                no_ack: false,
                exclusive: false,
                nowait: false,
                arguments: FieldTable::default(),
            }))
            .await?;
        }
        let connection = Arc::clone(connection);
        Ok(Self { connection, channel, queues, deliveries, cancelled: false, noted })
    }
}

#[async_trait]
impl driver::Consumer for Consumer {
    async fn next(&mut self) -> Option<Result<Delivery, Error>> {
        if self.cancelled {
            return None;
        }
        let message = self.deliveries.recv().await?;
        let Message { tag, redelivered, notes, user_id, expires, body, at, .. } = message;
        Some(Ok(Delivery {
            body,
            notes,
            user_id,
            expires: expires.map(|expires| expires.saturating_sub(at.elapsed())),
            waited: at.elapsed(),
            attempt: 1 + u32::from(redelivered),
            settle: Box::new(Settle {
                connection: Arc::clone(&self.connection),
                channel: self.channel,
                tag,
                noted: self.noted,
            }),
        }))
    }

    async fn cancel(&mut self, within: Duration) -> Result<(), Error> {
        if std::mem::replace(&mut self.cancelled, true) {
            return Ok(());
        }
        for number in 1..=self.queues.len() {
            let (consumer_tag, nowait) = (number.to_string().into(), false);
            let cancelling = basic::AMQPMethod::Cancel(basic::Cancel { consumer_tag, nowait });
            self.connection.ask(self.channel, AMQPClass::Basic(cancelling), within).await?;
        }
        while let Ok(Message { tag, .. }) = self.deliveries.try_recv() {
            let _ = self.connection.line.write(|out| frames::reject(out, self.channel, tag, true));
        }
        Ok(())
    }

    async fn close(mut self: Box<Self>, within: Duration) -> Result<(), Error> {
        self.cancel(within).await?;
        let Self { connection, channel, queues, .. } = *self;
        let closing = channel::AMQPMethod::Close(channel::Close {
            reply_code: 200,
            reply_text: "OK".into(),
            class_id: 0,
            method_id: 0,
        });
        connection.ask(channel, AMQPClass::Channel(closing), within).await?;
        connection.line.close(channel);
        let own = queues.iter().filter(|queue| queue.own);
        let channel = connection.channel(within).await?;
        for queue in own {
            queue.delete(&connection, channel, within).await?;
        }
        Ok(())
    }
}

/// Settles one delivery.
#[derive(Debug)]
struct Settle {
    connection: Arc<Connection>,
    channel: u16,
    tag: u64,
    noted: bool,
}

fn lost(why: &str) -> Error {
    let text = format!("a message could not be settled: {why}");
    Error::new(ErrorKind::Connection, text)
}

#[async_trait]
impl Acknowledge for Settle {
    async fn ack(self: Box<Self>) -> Result<(), Error> {
        let (line, channel, tag) = (&self.connection.line, self.channel, self.tag);
        line.write(|out| frames::ack(out, channel, tag)).map_err(|why| lost(&why))
    }

    async fn ack_noted(self: Box<Self>) -> Result<(), Error> {
        if !self.noted {
            return self.ack().await;
        }
        let (line, channel, tag) = (&self.connection.line, self.channel, self.tag);
        let noted = line.write_noted(channel, |out| frames::ack(out, channel, tag));
        match tokio::time::timeout(NOTED, noted.map_err(|why| lost(&why))?).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(lost("the connection was lost")),
            Err(_) => Err(lost("the broker did not take note of it")),
        }
    }

    async fn reject(self: Box<Self>, requeue: bool) -> Result<(), Error> {
        let (line, channel, tag) = (&self.connection.line, self.channel, self.tag);
        line.write(|out| frames::reject(out, channel, tag, requeue)).map_err(|why| lost(&why))
    }
}
