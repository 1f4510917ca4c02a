//! The client.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::StreamExt as _;
use lapin::Consumer;
use lapin::types::{AMQPValue, FieldTable, ShortString};
use messaging_benches::{Load, Place, floor, payload};
use tokio::sync::oneshot;

use crate::Shape;
use crate::link::{Link, properties};

/// How long a call waits.
const TIMEOUT: Duration = Duration::from_secs(60);

struct Client {
    link: Link,
    topic: ShortString,
    reply_queue: String,
    data: String,
    next: AtomicU64,
    waiting: Mutex<HashMap<u64, oneshot::Sender<String>>>,
}

/// Calls, and prints what was measured.
pub(crate) async fn call(place: &Place, shape: Shape, load: &Load) {
    let client = Client::new(place, shape, load).await;
    let mut arguments = FieldTable::default();
    arguments.insert("x-expires".into(), AMQPValue::LongInt(floor::REPLY_QUEUE_EXPIRES));
    let replies = client.link.consume(&client.reply_queue, arguments).await;
    tokio::spawn(take(Arc::clone(&client), replies));
    let called = load.run(|| {
        let client = Arc::clone(&client);
        move || {
            let client = Arc::clone(&client);
            async move { client.call().await }
        }
    });
    called.await.print();
    client.link.delete(&client.reply_queue).await;
}

/// Casts, each awaited until it is written, and confirmed where that is asked for; and prints what
/// was measured.
pub(crate) async fn cast(place: &Place, shape: Shape, load: &Load) {
    let client = Client::new(place, shape, load).await;
    let cast = load.run(|| {
        let client = Arc::clone(&client);
        move || {
            let client = Arc::clone(&client);
            async move { client.cast().await }
        }
    });
    cast.await.print();
}

/// Hands each reply to the call that waits for it.
async fn take(client: Arc<Client>, mut replies: Consumer) {
    while let Some(Ok(delivery)) = replies.next().await {
        client.link.acknowledge(delivery.delivery_tag);
        let (id, text) = floor::reply(&delivery.data).expect("a reply of ours");
        let waits = client.waiting.lock().expect("nobody panicked with it").remove(&id);
        if let Some(waits) = waits {
            let _ = waits.send(text);
        }
    }
}

impl Client {
    async fn new(place: &Place, shape: Shape, load: &Load) -> Arc<Self> {
        Arc::new(Self {
            link: Link::open(place, shape).await,
            topic: place.topic.as_str().into(),
            reply_queue: format!("reply_lapin_{}", std::process::id()),
            data: payload(load.size),
            next: AtomicU64::new(1),
            waiting: Mutex::default(),
        })
    }

    async fn call(&self) -> bool {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (sender, reply) = oneshot::channel();
        self.waiting.lock().expect("nobody panicked with it").insert(id, sender);
        let body = floor::call(id, &self.reply_queue, &self.data);
        let properties = properties().with_expiration(floor::EXPIRATION.into());
        if !self.link.publish(floor::EXCHANGE, self.topic.clone(), &body, properties).await {
            return false;
        }
        let text = tokio::time::timeout(TIMEOUT, reply).await;
        text.is_ok_and(|text| text.is_ok_and(|text| text.len() == self.data.len()))
    }

    async fn cast(&self) -> bool {
        let body = floor::cast(self.next.fetch_add(1, Ordering::Relaxed), &self.data);
        self.link.publish(floor::EXCHANGE, self.topic.clone(), &body, properties()).await
    }
}
