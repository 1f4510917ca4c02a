//! What the cases work with, and the steps that they have in common.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use uuid::Uuid;

use crate::driver::{
    Address, Consumer, Delivery, Driver, Inbox, Listen, Notes, OpenInbox, Publish,
};
use crate::runtime::{Runtime, timeout};
use crate::{Error, ErrorKind};

/// How long one step of a case may take. The driver is given half of it.
const PATIENCE: Duration = Duration::from_secs(30);
pub(super) const WITHIN: Duration = Duration::from_secs(15);

type Connect = dyn Fn() -> BoxFuture<'static, Result<Arc<dyn Driver>, Error>> + Send + Sync;

/// What a [`Case`](super::Case) runs in: how to connect to the broker, a runtime for time, and
/// names.
#[derive(Clone)]
pub struct Env {
    runtime: Arc<dyn Runtime>,
    connect: Arc<Connect>,
    /// What makes the names of this case its own.
    id: String,
}

impl Env {
    /// `connect` is called for each driver that a case needs: a new connection each time, to the
    /// same broker and virtual host, on the same `runtime`.
    pub fn new<C, F>(runtime: Arc<dyn Runtime>, connect: C) -> Self
    where
        C: Fn() -> F + Send + Sync + 'static,
        F: Future<Output = Result<Arc<dyn Driver>, Error>> + Send + 'static,
    {
        let connect = Arc::new(move || connect().boxed());
        Self { runtime, connect, id: String::new() }.renamed()
    }

    /// The same with names that were never used before.
    pub(super) fn renamed(&self) -> Self {
        Self { id: Uuid::new_v4().simple().to_string(), ..self.clone() }
    }

    pub(super) fn runtime(&self) -> &dyn Runtime {
        &*self.runtime
    }

    pub(super) fn exchange(&self) -> String {
        format!("conformance-{}", self.id)
    }

    pub(super) fn topic(&self) -> String {
        format!("topic-{}", self.id)
    }

    /// Any server of the topic.
    pub(super) fn any(&self) -> Address {
        Address::Topic { exchange: self.exchange(), topic: self.topic(), server: None }
    }

    pub(super) fn server(&self, name: &str) -> Address {
        let server = Some(name.to_owned());
        Address::Topic { exchange: self.exchange(), topic: self.topic(), server }
    }

    pub(super) fn fanout(&self) -> Address {
        Address::Fanout { topic: self.topic() }
    }

    /// The output of `step`, which must come in time.
    pub(super) async fn bounded<F: Future>(&self, what: impl fmt::Display, step: F) -> F::Output {
        match timeout(&*self.runtime, PATIENCE, step).await {
            Some(output) => output,
            None => panic!("{what} did not end within {PATIENCE:?}"),
        }
    }

    pub(super) async fn connect(&self) -> Arc<dyn Driver> {
        match self.bounded("connecting", (self.connect)()).await {
            Ok(driver) => driver,
            Err(error) => panic!("connecting failed: {error}"),
        }
    }

    pub(super) fn listen_to(&self, server: &str, prefetch: u16) -> Listen {
        Listen {
            exchange: self.exchange(),
            topic: self.topic(),
            server: server.to_owned(),
            prefetch,
            within: WITHIN,
        }
    }

    pub(super) async fn listen(
        &self,
        driver: &Arc<dyn Driver>,
        server: &str,
        prefetch: u16,
    ) -> Box<dyn Consumer> {
        let listening = driver.listen(self.listen_to(server, prefetch));
        match self.bounded("listening", listening).await {
            Ok(consumer) => consumer,
            Err(error) => panic!("listening as server `{server}` failed: {error}"),
        }
    }

    pub(super) async fn open_inbox(&self, driver: &Arc<dyn Driver>) -> Inbox {
        match self.bounded("opening an inbox", driver.open_inbox(OpenInbox::within(WITHIN))).await {
            Ok(inbox) => inbox,
            Err(error) => panic!("opening an inbox failed: {error}"),
        }
    }

    /// Publishes a message that some queue must take.
    pub(super) async fn send(
        &self,
        driver: &Arc<dyn Driver>,
        to: &Address,
        body: impl AsRef<[u8]>,
    ) {
        let message = Publish { mandatory: true, ..message(to, body.as_ref()) };
        if let Err(error) = self.publish(driver, message).await {
            panic!("a message to {to} was not confirmed: {error}");
        }
    }

    pub(super) async fn publish(
        &self,
        driver: &Arc<dyn Driver>,
        message: Publish<'_>,
    ) -> Result<(), Error> {
        let to = message.address;
        self.bounded(format!("publishing to {to}"), driver.publish(message)).await
    }

    /// Publishes a mandatory message that no queue may take.
    pub(super) async fn send_in_vain(&self, driver: &Arc<dyn Driver>, to: &Address) {
        let message = Publish { mandatory: true, ..message(to, b"in vain") };
        match self.publish(driver, message).await {
            Ok(()) => panic!("a mandatory message to {to}, where nobody is, was confirmed"),
            Err(error) => assert_eq!(
                error.kind(),
                ErrorKind::Unroutable,
                "a mandatory message to {to}, where nobody is, ended as another error: {error}"
            ),
        }
    }

    pub(super) async fn next(&self, consumer: &mut Box<dyn Consumer>) -> Delivery {
        let next = async {
            loop {
                match consumer.next().await {
                    Some(Ok(delivery)) => return delivery,
                    // It is being mended; the time that this may take is bounded.
                    Some(Err(_)) => {}
                    None => panic!("the consumer ended where a message was expected"),
                }
            }
        };
        self.bounded("waiting for a message", next).await
    }

    /// The body of the next message, which is acknowledged.
    pub(super) async fn receive(&self, consumer: &mut Box<dyn Consumer>) -> Vec<u8> {
        let Delivery { body, settle, .. } = self.next(consumer).await;
        if let Err(error) = self.bounded("acknowledging", settle.ack()).await {
            panic!("acknowledging failed: {error}");
        }
        body
    }

    /// The next message must say this; it is acknowledged.
    pub(super) async fn expect(&self, consumer: &mut Box<dyn Consumer>, body: impl AsRef<[u8]>) {
        let received = self.receive(consumer).await;
        assert!(
            received == body.as_ref(),
            "expected the message {:?}, and received {:?}",
            text(body.as_ref()),
            text(&received)
        );
    }

    /// There must be no next message ever.
    pub(super) async fn expect_end(&self, consumer: &mut Box<dyn Consumer>) {
        match self.bounded("the end of a consumer", consumer.next()).await {
            None => {}
            Some(Ok(delivery)) => {
                panic!("expected the consumer to end, and received {:?}", text(&delivery.body))
            }
            Some(Err(error)) => panic!("expected the consumer to end, and it failed: {error}"),
        }
    }

    pub(super) async fn cancel(&self, consumer: &mut Box<dyn Consumer>) {
        if let Err(error) = self.bounded("cancelling", consumer.cancel(WITHIN)).await {
            panic!("cancelling failed: {error}");
        }
    }

    pub(super) async fn close(&self, consumer: Box<dyn Consumer>) {
        if let Err(error) = self.bounded("closing a consumer", consumer.close(WITHIN)).await {
            panic!("closing a consumer failed: {error}");
        }
    }

    pub(super) async fn disconnect(&self, driver: &Arc<dyn Driver>) {
        self.bounded("closing a driver", driver.close(WITHIN)).await;
    }
}

impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Env").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A message that is not mandatory and does not expire.
pub(super) fn message<'a>(address: &'a Address, body: &'a [u8]) -> Publish<'a> {
    Publish {
        address,
        body,
        notes: Notes::NONE,
        expires: None,
        mandatory: false,
        within: WITHIN,
        retries: None,
    }
}

/// The beginning of a body, for a panic.
fn text(body: &[u8]) -> String {
    String::from_utf8_lossy(body).chars().take(80).collect()
}
