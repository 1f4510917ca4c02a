//! Settling what came in, on the channel that it came in on.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use lapin::options::{BasicAckOptions, BasicRejectOptions};

use super::channel::Channel;
use super::traffic::Traffic;
use crate::context::Deadline;
use crate::driver::Acknowledge;
use crate::{Error, ErrorKind};

/// How long it may take to write an acknowledgement.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);

/// Settles one delivery. It holds the channel that the delivery came in on, since it can be
/// settled on no other.
#[derive(Debug)]
pub(super) struct Settle {
    channel: Arc<Channel>,
    tag: u64,
    traffic: Arc<Traffic>,
    /// A stream keeps its messages whatever happens, and an answer only makes it send more:
    /// RabbitMQ closes the connection over any other than an acknowledgement.
    stream: bool,
}

impl Settle {
    pub(super) fn new(
        channel: &Arc<Channel>,
        tag: u64,
        traffic: Arc<Traffic>,
        stream: bool,
    ) -> Self {
        Self { channel: Arc::clone(channel), tag, traffic, stream }
    }

    async fn write(
        &self,
        done: &str,
        writing: impl Future<Output = lapin::Result<()>> + Send,
    ) -> Result<(), Error> {
        let Channel { connection, runtime, .. } = &*self.channel;
        let deadline = Deadline::after(runtime, WRITE_TIMEOUT);
        let written = connection.bounded(&deadline, writing).await;
        self.traffic.settle();
        written.map_err(|fault| {
            let fault = connection.explain(fault);
            let words = fault.words();
            let text =
                format!("a message could not be {done}: {words}; the broker will deliver it again");
            fault.into_error(ErrorKind::Connection, text)
        })
    }
}

#[async_trait]
impl Acknowledge for Settle {
    async fn ack(self: Box<Self>) -> Result<(), Error> {
        // Not by lapin's own acker, which is slower by a quarter.
        let acking = self.channel.basic_ack(self.tag, BasicAckOptions::default());
        self.write("acknowledged", acking).await
    }

    async fn ack_noted(self: Box<Self>) -> Result<(), Error> {
        let acking = async {
            self.channel.basic_ack(self.tag, BasicAckOptions::default()).await?;
            self.channel.until_noted().await
        };
        self.write("acknowledged", acking).await
    }

    async fn reject(self: Box<Self>, requeue: bool) -> Result<(), Error> {
        if self.stream {
            return self.ack().await;
        }
        let rejecting = self.channel.basic_reject(self.tag, BasicRejectOptions { requeue });
        self.write("rejected", rejecting).await
    }
}
