//! Settling what came in, on the channel that it came in on.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use lapin::Channel;
use lapin::options::{BasicAckOptions, BasicRejectOptions};

use super::connection::Connection;
use super::failure::bounded;
use super::properties;
use crate::context::Deadline;
use crate::driver::{Acknowledge, Delivery};
use crate::runtime::Runtime;
use crate::{Error, ErrorKind};

/// How long it may take to write an acknowledgement.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);

/// A channel, held by its consumer and by all deliveries that are to be settled on it: a delivery
/// can be settled nowhere else.
pub(super) struct Held {
    pub(super) channel: Channel,
    pub(super) connection: Arc<Connection>,
    pub(super) runtime: Arc<dyn Runtime>,
    pub(super) no_ack: bool,
}

impl Held {
    pub(super) fn new(
        channel: Channel,
        connection: Arc<Connection>,
        runtime: Arc<dyn Runtime>,
        no_ack: bool,
    ) -> Self {
        Self { channel, connection, runtime, no_ack }
    }

    /// What a consumer gives out for what the broker sent.
    pub(super) fn delivery(self: &Arc<Self>, delivery: lapin::message::Delivery) -> Delivery {
        let tag = delivery.delivery_tag;
        Delivery {
            body: delivery.data,
            expires: properties::expires(&delivery.properties),
            redelivered: delivery.redelivered,
            settle: Box::new(Settle { held: Arc::clone(self), tag }),
        }
    }

    /// Closes the channel: what was given out and not settled goes back to its queue.
    pub(super) async fn close(&self, deadline: &Deadline) {
        if self.channel.status().connected() {
            let closing = self.channel.close(200, "OK".into());
            let _ = bounded(&*self.runtime, deadline, closing).await;
        }
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held").field("connection", &self.connection).finish_non_exhaustive()
    }
}

/// Settles one delivery.
#[derive(Debug)]
struct Settle {
    held: Arc<Held>,
    tag: u64,
}

#[async_trait]
impl Acknowledge for Settle {
    async fn ack(self: Box<Self>) -> Result<(), Error> {
        // Not by lapin's own acker, which takes a turn through a task for each message.
        let acking = self.held.channel.basic_ack(self.tag, BasicAckOptions::default());
        self.write("acknowledged", acking).await
    }

    async fn reject(self: Box<Self>, requeue: bool) -> Result<(), Error> {
        let rejecting = self.held.channel.basic_reject(self.tag, BasicRejectOptions { requeue });
        self.write("rejected", rejecting).await
    }
}

impl Settle {
    async fn write(
        &self,
        done: &str,
        writing: impl Future<Output = lapin::Result<()>> + Send,
    ) -> Result<(), Error> {
        let Held { connection, runtime, no_ack, .. } = &*self.held;
        if *no_ack {
            return Ok(());
        }
        let deadline = Deadline::after(runtime, WRITE_TIMEOUT);
        bounded(&**runtime, &deadline, writing).await.map_err(|fault| {
            let fault = connection.explain(fault);
            let words = fault.words();
            let text =
                format!("a message could not be {done}: {words}; the broker will deliver it again");
            fault.into_error(ErrorKind::Connection, text)
        })
    }
}
