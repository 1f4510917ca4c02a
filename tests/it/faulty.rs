//! A recorded driver that fails when told to.

use std::collections::VecDeque;
use std::ops::Deref;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use messaging::driver::{Address, Consumer, Driver, Inbox, Listen, Look, OpenInbox, Publish};
use messaging::testing::Recorder;
use messaging::{Config, Error, ErrorKind, Transport, runtime};
use tokio::sync::Semaphore;

use crate::bus::Bus;

/// The driver of a bus, recorded, with faults below: what fails is recorded as well.
#[derive(Clone, Debug)]
pub(crate) struct Faulty {
    recorder: Recorder,
    faults: Arc<Faults>,
}

#[derive(Debug)]
struct Faults {
    inner: Arc<dyn Driver>,
    next: Mutex<VecDeque<Fault>>,
    /// One for each reply that the broker has.
    replies: Semaphore,
}

/// How a publish fails.
#[derive(Clone, Copy, Debug)]
struct Fault {
    kind: ErrorKind,
    /// Whether the message arrives all the same.
    arrives: bool,
    of_replies: bool,
}

impl Faulty {
    /// A bus whose transport is recorded.
    pub(crate) async fn over(bus: Bus) -> (Bus, Self) {
        let config = bus.config();
        Self::with(bus, &config).await
    }

    /// The same, with options of the transport.
    pub(crate) async fn with(bus: Bus, config: &Config) -> (Bus, Self) {
        let faults = Arc::new(Faults {
            inner: bus.driver().await,
            next: Mutex::default(),
            replies: Semaphore::new(0),
        });
        let recorder = Recorder::over(Arc::<Faults>::clone(&faults));
        let runtime = runtime::current().expect("a tokio test");
        let driver = Arc::new(recorder.clone());
        let transport = Transport::with_driver(config, runtime, driver).expect("a transport");
        (bus.with(transport), Self { recorder, faults })
    }

    /// The next `count` replies fail, and do not arrive.
    pub(crate) fn lose_replies(&self, count: usize, kind: ErrorKind) {
        self.fail_replies(count, kind, false);
    }

    /// The next `count` replies fail, and arrive.
    pub(crate) fn doubt_replies(&self, count: usize, kind: ErrorKind) {
        self.fail_replies(count, kind, true);
    }

    fn fail_replies(&self, count: usize, kind: ErrorKind, arrives: bool) {
        let fault = Fault { kind, arrives, of_replies: true };
        self.faults.next.lock().unwrap().extend(std::iter::repeat_n(fault, count));
    }

    /// The next request fails, whether or not it arrives.
    pub(crate) fn fail_request(&self, kind: ErrorKind, arrives: bool) {
        self.faults.next.lock().unwrap().push_back(Fault { kind, arrives, of_replies: false });
    }

    /// Ends when the broker has one reply more.
    pub(crate) async fn reply_arrived(&self) {
        self.faults.replies.acquire().await.expect("it is never closed").forget();
    }

    /// Nothing fails any more that was to fail.
    pub(crate) fn mend(&self) {
        self.faults.next.lock().unwrap().clear();
    }
}

impl Deref for Faulty {
    type Target = Recorder;

    fn deref(&self) -> &Recorder {
        &self.recorder
    }
}

#[async_trait]
impl Driver for Faults {
    fn name(&self) -> &'static str {
        "faults"
    }

    async fn publish(&self, publish: Publish<'_>) -> Result<(), Error> {
        let is_reply = matches!(publish.address, Address::Reply { .. });
        let fault = {
            let mut next = self.next.lock().unwrap();
            let is_next = |fault: &Fault| fault.of_replies == is_reply;
            if next.front().is_some_and(is_next) { next.pop_front() } else { None }
        };
        let Some(Fault { kind, arrives, .. }) = fault else {
            let published = self.inner.publish(publish).await;
            if is_reply && published.is_ok() {
                self.replies.add_permits(1);
            }
            return published;
        };
        if arrives {
            self.inner.publish(publish).await?;
        }
        Err(Error::new(kind, "as the test wants it"))
    }

    async fn listen(&self, listen: Listen) -> Result<Box<dyn Consumer>, Error> {
        self.inner.listen(listen).await
    }

    async fn open_inbox(&self, opening: OpenInbox) -> Result<Inbox, Error> {
        self.inner.open_inbox(opening).await
    }

    async fn look(&self, address: &Address, within: Duration) -> Result<Look, Error> {
        self.inner.look(address, within).await
    }

    async fn close(&self, within: Duration) {
        self.inner.close(within).await;
    }
}
