//! A driver that notes what is published, and fails when told to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use messaging::driver::{Address, Consumer, Driver, Inbox, Listen, OpenInbox, Publish};
use messaging::{Config, Error, ErrorKind, Transport, runtime};
use serde_json::Value;
use tokio::time::Instant;

use crate::bus::{Bus, message};

/// A driver over that of a bus.
#[derive(Debug)]
pub(crate) struct Recorder {
    inner: Arc<dyn Driver>,
    sent: Mutex<Vec<Sent>>,
    faults: Mutex<VecDeque<Fault>>,
}

/// A message as it was handed over.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) at: Instant,
    pub(crate) address: Address,
    pub(crate) message: Value,
    pub(crate) expires: Option<Duration>,
    pub(crate) mandatory: bool,
}

/// How a publish fails.
#[derive(Clone, Copy, Debug)]
struct Fault {
    kind: ErrorKind,
    /// Whether the message arrives all the same.
    arrives: bool,
    of_replies: bool,
}

impl Recorder {
    /// A bus whose transport is recorded.
    pub(crate) async fn over(bus: Bus) -> (Bus, Arc<Self>) {
        let config = bus.config();
        Self::with(bus, &config).await
    }

    /// The same, with options of the transport.
    pub(crate) async fn with(bus: Bus, config: &Config) -> (Bus, Arc<Self>) {
        let inner = bus.driver().await;
        let recorder = Arc::new(Self { inner, sent: Mutex::default(), faults: Mutex::default() });
        let runtime = runtime::current().expect("a tokio test");
        let driver = Arc::clone(&recorder);
        let transport = Transport::with_driver(config, runtime, driver).expect("a transport");
        (bus.with(transport), recorder)
    }

    /// The next `count` replies fail, and do not arrive.
    pub(crate) fn lose_replies(&self, count: usize, kind: ErrorKind) {
        let fault = Fault { kind, arrives: false, of_replies: true };
        self.faults.lock().unwrap().extend(std::iter::repeat_n(fault, count));
    }

    /// The next `count` replies fail, and arrive.
    pub(crate) fn doubt_replies(&self, count: usize, kind: ErrorKind) {
        let fault = Fault { kind, arrives: true, of_replies: true };
        self.faults.lock().unwrap().extend(std::iter::repeat_n(fault, count));
    }

    /// The next request fails, whether or not it arrives.
    pub(crate) fn fail_request(&self, kind: ErrorKind, arrives: bool) {
        self.faults.lock().unwrap().push_back(Fault { kind, arrives, of_replies: false });
    }

    /// Nothing fails any more that was to fail.
    pub(crate) fn mend(&self) {
        self.faults.lock().unwrap().clear();
    }

    /// What was published so far, also in vain.
    pub(crate) fn sent(&self) -> Vec<Sent> {
        self.sent.lock().unwrap().clone()
    }

    /// The replies among it.
    pub(crate) fn replies(&self) -> Vec<Sent> {
        self.sent().into_iter().filter(Sent::is_reply).collect()
    }
}

impl Sent {
    fn is_reply(&self) -> bool {
        matches!(self.address, Address::Reply { .. })
    }
}

#[async_trait]
impl Driver for Recorder {
    fn name(&self) -> &'static str {
        "recorder"
    }

    async fn publish(&self, publish: Publish<'_>) -> Result<(), Error> {
        let Publish { address, expires, mandatory, .. } = publish.clone();
        let (address, message) = (address.clone(), message(publish.body));
        let sent = Sent { at: Instant::now(), address, message, expires, mandatory };
        let fault = {
            let mut faults = self.faults.lock().unwrap();
            let is_next = |fault: &Fault| fault.of_replies == sent.is_reply();
            if faults.front().is_some_and(is_next) { faults.pop_front() } else { None }
        };
        self.sent.lock().unwrap().push(sent);
        let Some(Fault { kind, arrives, .. }) = fault else {
            return self.inner.publish(publish).await;
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

    async fn close(&self, within: Duration) {
        self.inner.close(within).await;
    }
}
