//! A peer that sends what it likes.

use std::sync::Arc;

use messaging::driver::{Address, Consumer, Driver, Listen, OpenInbox};
use serde_json::Value;

use crate::bus::{Bus, WITHIN, message, send};

/// A caller that writes its requests by hand.
pub(crate) struct Caller {
    driver: Arc<dyn Driver>,
    to: Address,
    consumer: Box<dyn Consumer>,
    pub(crate) queue: String,
}

impl Caller {
    pub(crate) async fn of(bus: &Bus) -> Self {
        let driver = bus.driver().await;
        let inbox = driver.open_inbox(OpenInbox::within(WITHIN)).await.expect("a reply queue");
        Self { driver, to: bus.to_topic(), consumer: inbox.consumer, queue: inbox.queue }
    }

    pub(crate) async fn send(&self, body: &[u8]) {
        send(&*self.driver, &self.to, body).await;
    }

    /// The next answer, as it is on the wire.
    pub(crate) async fn answer(&mut self) -> Value {
        let delivery = self.consumer.next().await.expect("it goes on").expect("an answer");
        delivery.settle.ack().await.expect("acknowledged");
        message(&delivery.body)
    }

    /// The failure in the next answer.
    pub(crate) async fn failure(&mut self) -> Value {
        let answer = self.answer().await;
        let failure = answer["failure"].as_str().unwrap_or_else(|| panic!("it is {answer}"));
        serde_json::from_str(failure).expect("a failure")
    }
}

/// A server that answers by hand.
pub(crate) struct Server {
    driver: Arc<dyn Driver>,
    consumer: Box<dyn Consumer>,
}

impl Server {
    pub(crate) async fn of(bus: &Bus, topic: &str) -> Self {
        let driver = bus.driver().await;
        let listen = Listen {
            exchange: "openstack".into(),
            topic: topic.to_owned(),
            server: "peer".into(),
            prefetch: 10,
            within: WITHIN,
        };
        let consumer = driver.listen(listen).await.expect("it listens");
        Self { driver, consumer }
    }

    /// The next request.
    pub(crate) async fn request(&mut self) -> Value {
        let delivery = self.consumer.next().await.expect("it goes on").expect("a request");
        delivery.settle.ack().await.expect("acknowledged");
        message(&delivery.body)
    }

    /// Answers a request, with a body in which `ID` is its id.
    pub(crate) async fn reply(&self, request: &Value, body: &str) {
        let queue = request["_reply_q"].as_str().expect("a call").to_owned();
        let body = body.replace("ID", request["_msg_id"].as_str().expect("a call"));
        send(&*self.driver, &Address::Reply { queue }, body.as_bytes()).await;
    }
}
