//! A driver that remembers what is published.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::journal::Journal;
use super::sent::Sent;
use super::sink::Sink;
use crate::driver::{
    Address, Consumer, Driver, Events, Health, Inbox, Listen, Look, OpenInbox, Publish, memory,
};
use crate::runtime::{self, Runtime};
use crate::{Config, Error, Transport};

/// A driver that remembers what is published, for [`Transport::with_driver`]. It dereferences to
/// its [`Journal`], which has the assertions; clones share it.
///
#[cfg_attr(all(feature = "macros", feature = "tokio"), doc = "```")]
#[cfg_attr(not(all(feature = "macros", feature = "tokio")), doc = "```ignore")]
/// # use messaging::{Context, Proxy as _, rpc_api};
/// # #[rpc_api(topic = "scheduler", version = "2.3")]
/// # trait Scheduler {
/// #     #[rpc(cast)]
/// #     async fn update_capabilities(&self, ctx: &Context, host: String, ram: u32);
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use messaging::testing::Recorder;
/// use serde_json::json;
///
/// let recorder = Recorder::sink();
/// let scheduler = SchedulerClient::new(&recorder.transport()?);
/// scheduler.update_capabilities("host-1".into(), 2048).fanout().await?;
/// recorder.assert_fanout("scheduler", "update_capabilities", json!({"host": "host-1"}));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Recorder {
    driver: Arc<dyn Driver>,
    journal: Arc<Journal>,
    runtime: Arc<dyn Runtime>,
}

impl Recorder {
    /// Takes every message and delivers none, whether or not somebody is there: casts succeed,
    /// calls time out. On the runtime that the calling code runs on, or on none.
    #[must_use]
    pub fn sink() -> Self {
        Self::over(Arc::new(Sink))
    }

    /// Over a broker of its own in this process: as [`Transport::connect`] with `memory://`. On the
    /// runtime that the calling code runs on.
    #[must_use]
    pub fn memory() -> Self {
        Self::over(memory::unnamed(runtime::here()))
    }

    /// Over `driver`, such as one of [`driver::connect`](crate::driver::connect).
    #[must_use]
    pub fn over(driver: Arc<dyn Driver>) -> Self {
        Self { driver, journal: Arc::default(), runtime: runtime::here() }
    }

    /// The same with a journal of its own, which keeps the last `limit` messages.
    #[must_use]
    pub fn keeping(self, limit: usize) -> Self {
        Self { journal: Arc::new(Journal::keeping(limit)), ..self }
    }

    /// The same on another runtime, whose clock tells when a message was sent.
    #[must_use]
    pub fn on_runtime(self, runtime: Arc<dyn Runtime>) -> Self {
        Self { runtime, ..self }
    }

    /// A transport that is recorded, with the defaults of [`Config`]; for others use
    /// [`Transport::with_driver`].
    ///
    /// # Errors
    ///
    /// None today.
    pub fn transport(&self) -> Result<Transport, Error> {
        let runtime = Arc::clone(&self.runtime);
        Transport::with_driver(&Config::new(), runtime, Arc::new(self.clone()))
    }
}

impl Deref for Recorder {
    type Target = Journal;

    fn deref(&self) -> &Journal {
        &self.journal
    }
}

#[async_trait]
impl Driver for Recorder {
    fn name(&self) -> &'static str {
        "recorder"
    }

    fn envelops(&self) -> bool {
        self.driver.envelops()
    }

    async fn publish(&self, message: Publish<'_>) -> Result<(), Error> {
        self.journal.note(Sent::new(&message, self.runtime.now()));
        self.driver.publish(message).await
    }

    async fn listen(&self, listen: Listen) -> Result<Box<dyn Consumer>, Error> {
        self.driver.listen(listen).await
    }

    async fn open_inbox(&self, opening: OpenInbox) -> Result<Inbox, Error> {
        self.driver.open_inbox(opening).await
    }

    async fn look(&self, address: &Address, within: Duration) -> Result<Look, Error> {
        self.driver.look(address, within).await
    }

    fn events(&self) -> Events {
        self.driver.events()
    }

    fn health(&self) -> Health {
        self.driver.health()
    }

    async fn close(&self, within: Duration) {
        self.driver.close(within).await;
    }
}
