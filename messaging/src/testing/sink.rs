//! A broker that takes everything and delivers nothing.

use std::time::Duration;

use async_trait::async_trait;

use crate::Error;
use crate::driver::{Consumer, Delivery, Driver, Inbox, Listen, OpenInbox, Publish};

#[derive(Debug)]
pub(super) struct Sink;

#[async_trait]
impl Driver for Sink {
    fn name(&self) -> &'static str {
        "sink"
    }

    async fn publish(&self, _: Publish<'_>) -> Result<(), Error> {
        Ok(())
    }

    async fn listen(&self, _: Listen) -> Result<Box<dyn Consumer>, Error> {
        Ok(Box::new(Nothing { is_cancelled: false }))
    }

    async fn open_inbox(&self, _: OpenInbox) -> Result<Inbox, Error> {
        let consumer = Box::new(Nothing { is_cancelled: false });
        Ok(Inbox { queue: "reply_sink".to_owned(), consumer })
    }

    async fn close(&self, _: Duration) {}
}

/// A consumer to which nothing comes.
#[derive(Debug)]
struct Nothing {
    is_cancelled: bool,
}

#[async_trait]
impl Consumer for Nothing {
    async fn next(&mut self) -> Option<Result<Delivery, Error>> {
        if self.is_cancelled { None } else { std::future::pending().await }
    }

    async fn cancel(&mut self, _: Duration) -> Result<(), Error> {
        self.is_cancelled = true;
        Ok(())
    }

    async fn close(self: Box<Self>, _: Duration) -> Result<(), Error> {
        Ok(())
    }
}
