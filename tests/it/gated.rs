//! A driver whose acknowledgements wait until they are let through.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use messaging::driver::{
    Acknowledge, Consumer, Delivery, Driver, Inbox, Listen, OpenInbox, Publish,
};
use messaging::{Error, Transport, runtime};
use tokio::sync::Semaphore;

use crate::bus::Bus;

/// The driver of a bus, of which the servers' acknowledgements wait.
#[derive(Clone, Debug)]
pub(crate) struct Gated {
    inner: Arc<dyn Driver>,
    gate: Arc<Gate>,
}

/// What acknowledgements wait at.
#[derive(Debug)]
pub(crate) struct Gate {
    waiting: Semaphore,
    open: Semaphore,
}

impl Gate {
    /// Ends when an acknowledgement waits.
    pub(crate) async fn reached(&self) {
        self.waiting.acquire().await.expect("it is never closed").forget();
    }

    /// Lets one acknowledgement through.
    pub(crate) fn open(&self) {
        self.open.add_permits(1);
    }
}

impl Gated {
    /// A bus whose transport has the gate.
    pub(crate) async fn over(bus: Bus) -> (Bus, Arc<Gate>) {
        let gate = Arc::new(Gate { waiting: Semaphore::new(0), open: Semaphore::new(0) });
        let driver = Self { inner: bus.driver().await, gate: Arc::clone(&gate) };
        let runtime = runtime::current().expect("a tokio test");
        let transport = Transport::with_driver(&bus.config(), runtime, Arc::new(driver));
        (bus.with(transport.expect("a transport")), gate)
    }
}

#[async_trait]
impl Driver for Gated {
    fn name(&self) -> &'static str {
        "gated"
    }

    async fn publish(&self, message: Publish<'_>) -> Result<(), Error> {
        self.inner.publish(message).await
    }

    async fn listen(&self, listen: Listen) -> Result<Box<dyn Consumer>, Error> {
        let inner = self.inner.listen(listen).await?;
        Ok(Box::new(GatedConsumer { inner, gate: Arc::clone(&self.gate) }))
    }

    async fn open_inbox(&self, opening: OpenInbox) -> Result<Inbox, Error> {
        self.inner.open_inbox(opening).await
    }

    async fn close(&self, within: Duration) {
        self.inner.close(within).await;
    }
}

#[derive(Debug)]
struct GatedConsumer {
    inner: Box<dyn Consumer>,
    gate: Arc<Gate>,
}

#[async_trait]
impl Consumer for GatedConsumer {
    async fn next(&mut self) -> Option<Result<Delivery, Error>> {
        let next = self.inner.next().await?;
        Some(next.map(|delivery| {
            let settle = Box::new(GatedReceipt(delivery.settle, Arc::clone(&self.gate)));
            Delivery { settle, ..delivery }
        }))
    }

    async fn cancel(&mut self, within: Duration) -> Result<(), Error> {
        self.inner.cancel(within).await
    }

    async fn close(self: Box<Self>, within: Duration) -> Result<(), Error> {
        self.inner.close(within).await
    }
}

#[derive(Debug)]
struct GatedReceipt(Box<dyn Acknowledge>, Arc<Gate>);

#[async_trait]
impl Acknowledge for GatedReceipt {
    async fn ack(self: Box<Self>) -> Result<(), Error> {
        self.1.waiting.add_permits(1);
        self.1.open.acquire().await.expect("it is never closed").forget();
        self.0.ack().await
    }

    async fn reject(self: Box<Self>, requeue: bool) -> Result<(), Error> {
        self.0.reject(requeue).await
    }
}
