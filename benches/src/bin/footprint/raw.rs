//! lapin by hand: what ours is built on, with the least on top that makes an RPC.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{FutureExt as _, StreamExt as _};
use lapin::options::{
    BasicAckOptions, BasicConsumeOptions, BasicPublishOptions, ExchangeDeclareOptions,
    QueueBindOptions, QueueDeclareOptions, QueueDeleteOptions,
};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties, Consumer, ExchangeKind};
use messaging_benches::{Place, floor};
use tokio::sync::oneshot;

/// How long a call waits.
const TIMEOUT: Duration = Duration::from_secs(600);

type Waiting = Arc<Mutex<HashMap<u64, oneshot::Sender<String>>>>;

/// A client: a connection to publish on and one to consume on, and a reply queue.
pub(crate) struct Raw {
    connections: [Connection; 2],
    publishing: Channel,
    consuming: Channel,
    topic: String,
    reply_queue: String,
    next: AtomicU64,
    waiting: Waiting,
}

impl Raw {
    pub(crate) async fn connect(place: &Place, number: u32) -> Self {
        let connect = || async {
            let url = place.amqp();
            let connecting = Connection::connect(&url, ConnectionProperties::default());
            connecting.await.expect("a connection")
        };
        let connections = [connect().await, connect().await];
        let [publishing, consuming] = [
            connections[0].create_channel().await.expect("a channel"),
            connections[1].create_channel().await.expect("a channel"),
        ];
        let reply_queue = format!("reply_raw_{}_{number}", std::process::id());
        let mut arguments = FieldTable::default();
        arguments.insert("x-expires".into(), AMQPValue::LongInt(floor::REPLY_QUEUE_EXPIRES));
        let options = QueueDeclareOptions::default();
        let declaring = consuming.queue_declare(reply_queue.as_str().into(), options, arguments);
        declaring.await.expect("a reply queue");
        let options = BasicConsumeOptions::default();
        let queue = reply_queue.as_str().into();
        let replies = consuming.basic_consume(queue, "1".into(), options, FieldTable::default());
        let waiting = Waiting::default();
        let replies = replies.await.expect("a consumer");
        tokio::spawn(take(consuming.clone(), replies, Arc::clone(&waiting)));
        let (topic, next) = (place.topic.clone(), AtomicU64::new(1));
        Self { connections, publishing, consuming, topic, reply_queue, next, waiting }
    }

    /// Whether `data` came back.
    pub(crate) async fn call(&self, data: &str) -> bool {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (sender, reply) = oneshot::channel();
        self.waiting.lock().expect("nobody panicked with it").insert(id, sender);
        let body = floor::call(id, &self.reply_queue, data);
        let properties = BasicProperties::default()
            .with_content_type("application/json".into())
            .with_content_encoding("utf-8".into())
            .with_headers(FieldTable::default())
            .with_delivery_mode(2)
            .with_priority(0)
            .with_expiration(floor::EXPIRATION.into());
        let options = BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() };
        let (exchange, key) = (floor::EXCHANGE.into(), self.topic.as_str().into());
        let publishing = self.publishing.basic_publish(exchange, key, options, &body, properties);
        if publishing.now_or_never().is_some_and(|it| it.is_err()) {
            return false;
        }
        drop(body);
        let reply = tokio::time::timeout(TIMEOUT, reply).await;
        reply.is_ok_and(|text| text.is_ok_and(|text| text == data))
    }

    /// The queue of the topic, which nobody consumes.
    pub(crate) async fn declare_requests(&self) {
        let (exchange, none) = (floor::EXCHANGE, FieldTable::default);
        let options = ExchangeDeclareOptions::default();
        let kind = ExchangeKind::Topic;
        let declaring = self.consuming.exchange_declare(exchange.into(), kind, options, none());
        declaring.await.expect("an exchange");
        let topic = || self.topic.as_str().into();
        let options = QueueDeclareOptions::default();
        let declaring = self.consuming.queue_declare(topic(), options, none());
        declaring.await.expect("a queue");
        let options = QueueBindOptions::default();
        let binding = self.consuming.queue_bind(topic(), exchange.into(), topic(), options, none());
        binding.await.expect("a binding");
    }

    /// How many wait in it.
    pub(crate) async fn requests(&self) -> u32 {
        let options = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
        let topic = self.topic.as_str().into();
        let declaring = self.consuming.queue_declare(topic, options, FieldTable::default());
        declaring.await.expect("a queue").message_count()
    }

    pub(crate) async fn delete_requests(&self) {
        self.delete(&self.topic).await;
    }

    async fn delete(&self, queue: &str) {
        let deleting = self.consuming.queue_delete(queue.into(), QueueDeleteOptions::default());
        deleting.await.expect("a queue that is gone");
    }

    /// Deletes the reply queue and closes the connections.
    pub(crate) async fn close(self) {
        self.delete(&self.reply_queue).await;
        for connection in &self.connections {
            connection.close(200, "".into()).await.expect("a connection that is closed");
        }
    }
}

/// Hands each reply to the call that waits for it.
async fn take(channel: Channel, mut replies: Consumer, waiting: Waiting) {
    while let Some(Ok(delivery)) = replies.next().await {
        let acking = channel.basic_ack(delivery.delivery_tag, BasicAckOptions::default());
        if let Some(acked) = acking.now_or_never() {
            acked.expect("a connection");
        }
        let (id, text) = floor::reply(&delivery.data).expect("a reply of ours");
        let waits = waiting.lock().expect("nobody panicked with it").remove(&id);
        if let Some(waits) = waits {
            let _ = waits.send(text);
        }
    }
}
