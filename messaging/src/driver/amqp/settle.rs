//! Settling what came in, on the channel that it came in on.

use std::future::{Future, ready};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use lapin::options::{BasicAckOptions, BasicRejectOptions};

use super::channel::Channel;
use super::fault::Fault;
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

    /// Hands the acknowledgement to lapin, and does not wait until it is written: whoever is woken
    /// for that pays a tenth of a call for it. Not by lapin's own acker, which is slower still.
    fn acknowledge(&self) -> Result<(), Fault> {
        let acking = self.channel.basic_ack(self.tag, BasicAckOptions::default());
        // Asked for once it stands in line.
        acking.now_or_never().unwrap_or(Ok(())).map_err(Fault::Told)
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
        written.map_err(|fault| self.failed(done, fault))
    }

    fn failed(&self, done: &str, fault: Fault) -> Error {
        let fault = self.channel.connection.explain(fault);
        let words = fault.words();
        let text =
            format!("a message could not be {done}: {words}; the broker will deliver it again");
        fault.into_error(ErrorKind::Connection, text)
    }
}

/// What is acknowledged. A box of it takes no memory.
struct Acked;

impl Future for Acked {
    type Output = Result<(), Error>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(Ok(()))
    }
}

#[async_trait]
impl Acknowledge for Settle {
    // Not `async`, which would allocate what there is nothing to wait for.
    fn ack<'a>(self: Box<Self>) -> BoxFuture<'a, Result<(), Error>>
    where
        Self: 'a,
    {
        let acked = self.acknowledge();
        self.traffic.settle();
        match acked {
            Ok(()) => Box::pin(Acked),
            Err(fault) => Box::pin(ready(Err(self.failed("acknowledged", fault)))),
        }
    }

    async fn ack_noted(self: Box<Self>) -> Result<(), Error> {
        // In this order the broker reads them.
        if let Err(fault) = self.acknowledge() {
            self.traffic.settle();
            return Err(self.failed("acknowledged", fault));
        }
        // Where it is, and not moved on into each future on its way, which would hold it twice.
        let noted = pin!(self.channel.until_noted());
        self.write("acknowledged", noted).await
    }

    async fn reject(self: Box<Self>, requeue: bool) -> Result<(), Error> {
        if self.stream {
            return self.ack().await;
        }
        let options = BasicRejectOptions { requeue };
        let rejecting = pin!(self.channel.basic_reject(self.tag, options));
        self.write("rejected", rejecting).await
    }
}
