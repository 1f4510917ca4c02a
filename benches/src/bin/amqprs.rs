//! Another AMQP client by hand, in the same shape as the floor.
//!
//! It has no confirmation of a single message, so it has neither confirms nor casts; and it names no
//! largest frame: it takes what the broker proposes.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use amqprs::channel::{
    BasicAckArguments, BasicConsumeArguments, BasicPublishArguments, Channel, ConsumerMessage,
    ExchangeDeclareArguments, QueueBindArguments, QueueDeclareArguments, QueueDeleteArguments,
};
use amqprs::connection::{Connection, OpenConnectionArguments};
use amqprs::{BasicProperties, FieldTable, FieldValue};
use clap::Parser;
use messaging_benches::{Load, Place, Role, floor, payload, ready};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;

/// How long a call waits.
const TIMEOUT: Duration = Duration::from_secs(60);

#[derive(Debug, Parser)]
struct Arguments {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    role: Role,
}

fn main() {
    let Arguments { place, role } = Arguments::parse();
    let runtime = place.runtime;
    runtime.run(async move {
        match role {
            Role::Server => serve(&place).await,
            Role::Client(load) => call(&place, &load).await,
            Role::Cast(_) => panic!("amqprs tells of no message that it was confirmed"),
        }
    });
}

/// A channel to publish on and one to consume on, each on its connection.
struct Link {
    publishing: Channel,
    consuming: Channel,
    _connections: [Connection; 2],
}

impl Link {
    async fn open(place: &Place) -> Self {
        let (host, port) = place.address().rsplit_once(':').expect("host:port");
        let port = port.parse().expect("a port");
        let arguments = OpenConnectionArguments::new(host, port, "guest", "guest");
        let connect = || async { Connection::open(&arguments).await.expect("a connection") };
        let connections = [connect().await, connect().await];
        let [publishing, consuming] = [
            connections[0].open_channel(None).await.expect("a channel"),
            connections[1].open_channel(None).await.expect("a channel"),
        ];
        Self { publishing, consuming, _connections: connections }
    }

    /// Declares a queue as ours does, neither durable nor exclusive, and consumes it.
    async fn consume(&self, queue: &str, expires: bool) -> UnboundedReceiver<ConsumerMessage> {
        let mut arguments = FieldTable::new();
        if expires {
            let expires = FieldValue::I(floor::REPLY_QUEUE_EXPIRES);
            arguments.insert("x-expires".try_into().expect("a short text"), expires);
        }
        let declared = QueueDeclareArguments::new(queue).arguments(arguments).finish();
        self.consuming.queue_declare(declared).await.expect("a queue");
        let consumed = BasicConsumeArguments::new(queue, "1").manual_ack(true).finish();
        self.consuming.basic_consume_rx(consumed).await.expect("a consumer").1
    }

    async fn bind(&self, topic: &str) {
        let declared = ExchangeDeclareArguments::new(floor::EXCHANGE, "topic");
        self.consuming.exchange_declare(declared).await.expect("an exchange");
        let bound = QueueBindArguments::new(topic, floor::EXCHANGE, topic);
        self.consuming.queue_bind(bound).await.expect("a binding");
    }

    async fn publish(&self, exchange: &str, key: &str, body: Vec<u8>, expires: bool) -> bool {
        let mut properties = BasicProperties::default();
        properties
            .with_content_type("application/json")
            .with_content_encoding("utf-8")
            .with_headers(FieldTable::new())
            .with_delivery_mode(2)
            .with_priority(0);
        if expires {
            properties.with_expiration(floor::EXPIRATION);
        }
        let to = BasicPublishArguments::new(exchange, key).mandatory(true).finish();
        self.publishing.basic_publish(properties, body, to).await.is_ok()
    }

    /// Acknowledges a message, and gives out what it carried.
    async fn take(&self, message: ConsumerMessage) -> Vec<u8> {
        let tag = message.deliver.expect("a delivery").delivery_tag();
        let acked = self.consuming.basic_ack(BasicAckArguments::new(tag, false)).await;
        acked.expect("a connection");
        message.content.expect("a body")
    }
}

/// Answers every request on a task of its own, as a server must whose handlers may wait.
async fn serve(place: &Place) {
    let link = Arc::new(Link::open(place).await);
    let mut requests = link.consume(&place.topic, false).await;
    link.bind(&place.topic).await;
    tokio::spawn(async move {
        while let Some(request) = requests.recv().await {
            let body = link.take(request).await;
            let link = Arc::clone(&link);
            tokio::spawn(async move {
                let answer = floor::serve(&body).expect("a request of ours");
                if let Some(answer) = answer {
                    link.publish("", &answer.to, answer.body, false).await;
                }
            });
        }
        panic!("the broker ended the consumer");
    });
    ready().await;
}

struct Client {
    link: Link,
    topic: String,
    reply_queue: String,
    data: String,
    next: AtomicU64,
    waiting: Mutex<HashMap<u64, oneshot::Sender<String>>>,
}

/// Calls, and prints what was measured.
async fn call(place: &Place, load: &Load) {
    let client = Arc::new(Client {
        link: Link::open(place).await,
        topic: place.topic.clone(),
        reply_queue: format!("reply_amqprs_{}", std::process::id()),
        data: payload(load.size),
        next: AtomicU64::new(1),
        waiting: Mutex::default(),
    });
    let mut replies = client.link.consume(&client.reply_queue, true).await;
    let taking = Arc::clone(&client);
    tokio::spawn(async move {
        while let Some(reply) = replies.recv().await {
            let body = taking.link.take(reply).await;
            let (id, text) = floor::reply(&body).expect("a reply of ours");
            let waits = taking.waiting.lock().expect("nobody panicked with it").remove(&id);
            if let Some(waits) = waits {
                let _ = waits.send(text);
            }
        }
    });
    let called = load.run(|| {
        let client = Arc::clone(&client);
        move || {
            let client = Arc::clone(&client);
            async move { client.call().await }
        }
    });
    called.await.print();
    let deleted = QueueDeleteArguments::new(&client.reply_queue);
    client.link.consuming.queue_delete(deleted).await.expect("a queue that is gone");
}

impl Client {
    async fn call(&self) -> bool {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (sender, reply) = oneshot::channel();
        self.waiting.lock().expect("nobody panicked with it").insert(id, sender);
        let body = floor::call(id, &self.reply_queue, &self.data);
        if !self.link.publish(floor::EXCHANGE, &self.topic, body, true).await {
            return false;
        }
        let text = tokio::time::timeout(TIMEOUT, reply).await;
        text.is_ok_and(|text| text.is_ok_and(|text| text.len() == self.data.len()))
    }
}
