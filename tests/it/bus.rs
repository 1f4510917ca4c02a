//! The two buses that behaviour is shown on.

use std::sync::Arc;
use std::time::Duration;

use messaging::driver::{Address, Driver, Listen, Notes, Publish};
use messaging::{Config, Endpoint, RpcServer, RpcServerBuilder, Target, Transport, runtime};
use serde_json::Value;

/// A bus of one test's own: topics are unique to it, so that tests share a broker in peace.
pub(crate) struct Bus {
    url: String,
    pub(crate) topic: String,
    pub(crate) transport: Transport,
}

impl Bus {
    pub(crate) async fn memory() -> Self {
        Self::at(format!("memory://{}", unique())).await
    }

    pub(crate) async fn rabbit() -> Self {
        Self::at(rabbit_url()).await
    }

    async fn at(url: String) -> Self {
        let transport = Transport::connect(&url).await.expect("the bus of the test");
        Self { url, topic: format!("topic-{}", unique()), transport }
    }

    /// The same bus and topic through another transport.
    pub(crate) fn with(self, transport: Transport) -> Self {
        Self { transport, ..self }
    }

    /// Another transport of the same bus.
    pub(crate) async fn another(&self) -> Transport {
        Transport::connect(&self.url).await.expect("another transport")
    }

    /// The same bus and topic, through a transport of its own.
    pub(crate) async fn beside(&self) -> Self {
        let (url, topic) = (self.url.clone(), self.topic.clone());
        Self { url, topic, transport: self.another().await }
    }

    pub(crate) fn config(&self) -> Config {
        Config::new().url(&self.url)
    }

    /// The bus without messaging on top, for raw bodies.
    pub(crate) async fn driver(&self) -> Arc<dyn Driver> {
        let runtime = runtime::current().expect("a tokio test");
        messaging::driver::connect(&self.config(), runtime).await.expect("a driver")
    }

    /// Where a raw message to any server of the topic goes.
    pub(crate) fn to_topic(&self) -> Address {
        let (exchange, topic) = ("openstack".to_owned(), self.topic.clone());
        Address::Topic { exchange, topic, server: None }
    }

    /// What a server of the topic listens on that a test plays itself, one message at a time.
    pub(crate) fn listen(&self, server: &str) -> Listen {
        Listen {
            exchange: "openstack".into(),
            topic: self.topic.clone(),
            server: server.into(),
            prefetch: 1,
            within: WITHIN,
        }
    }

    pub(crate) fn target(&self) -> Target {
        Target::topic(&self.topic)
    }

    pub(crate) fn builder(&self, server: &str) -> RpcServerBuilder {
        RpcServer::builder(&self.transport, self.target().server(server))
    }

    /// A server of the topic with one endpoint, which runs until the handle is dropped.
    pub(crate) async fn serve(&self, server: &str, endpoint: impl Endpoint) -> RpcServer {
        self.builder(server).endpoint(endpoint).start().await.expect("the server starts")
    }
}

pub(crate) fn unique() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

/// The RabbitMQ of this test run.
pub(crate) fn rabbit_url() -> String {
    std::env::var("MESSAGING_TEST_RABBIT")
        .expect("MESSAGING_TEST_RABBIT names no RabbitMQ; run `cargo xtask test`, which starts one")
}

/// Sends a raw message.
pub(crate) async fn send(driver: &dyn Driver, address: &Address, body: &[u8]) {
    let message = Publish {
        address,
        body,
        notes: Notes::NONE,
        expires: None,
        mandatory: true,
        within: WITHIN,
        retries: None,
    };
    driver.publish(message).await.expect("the raw message is taken");
}

/// What a body says: within its envelope, or, in memory, without one.
pub(crate) fn message(body: &[u8]) -> Value {
    let body: Value = serde_json::from_slice(body).expect("a JSON body");
    match body.get("oslo.message") {
        None => body,
        Some(text) => {
            let text = text.as_str().expect("an envelope with a text");
            serde_json::from_str(text).expect("a JSON message")
        }
    }
}

/// What one operation of a driver may take.
pub(crate) const WITHIN: Duration = Duration::from_secs(10);

/// Longer than anything takes that works.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// Bounds a test's own waiting.
pub(crate) async fn soon<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(SOON, future).await.expect("it takes too long")
}

/// Bounds a whole test, of however many steps: beyond it, it hangs.
pub(crate) async fn whole<F: Future>(test: F) -> F::Output {
    tokio::time::timeout(6 * SOON, test).await.expect("it takes too long")
}

/// Runs each test on both buses, as `memory::name` and `rabbit::name`.
macro_rules! on_both {
    ($($(#[$attr:meta])* async fn $name:ident($bus:ident: Bus) $body:block)*) => {
        $($(#[$attr])* async fn $name($bus: $crate::bus::Bus) $body)*

        mod memory {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                $crate::bus::whole(super::$name($crate::bus::Bus::memory().await)).await;
            })*
        }

        mod rabbit {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                $crate::bus::whole(super::$name($crate::bus::Bus::rabbit().await)).await;
            })*
        }
    };
}

pub(crate) use on_both;
