//! The client.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use messaging_benches::{Load, Place, floor, payload};
use tokio::sync::oneshot;

use crate::link::{Link, delete};
use crate::reader::Reader;
use crate::writer::Writer;

/// How long a call waits.
const TIMEOUT: Duration = Duration::from_secs(60);

struct Client {
    writer: Arc<Writer>,
    topic: String,
    reply_queue: String,
    data: String,
    next: AtomicU64,
    waiting: Mutex<HashMap<u64, oneshot::Sender<String>>>,
}

/// Calls, and prints what was measured.
pub(crate) async fn call(place: &Place, load: &Load) {
    let mut link = Link::open(place).await;
    let reply_queue = format!("reply_wire_{}", std::process::id());
    link.declare(&reply_queue, true).await;
    link.consume(&reply_queue, false).await;
    let Link { reader, writer } = link;
    let client = Arc::new(Client {
        writer,
        topic: place.topic.clone(),
        reply_queue,
        data: payload(load.size),
        next: AtomicU64::new(1),
        waiting: Mutex::default(),
    });
    tokio::spawn(take(Arc::clone(&client), reader));
    let called = load.run(|| {
        let client = Arc::clone(&client);
        move || {
            let client = Arc::clone(&client);
            async move { client.call().await }
        }
    });
    called.await.print();
    delete(&client.writer, &client.reply_queue);
    // The process ends with the runtime, so what was queued is given a moment to be written.
    tokio::time::sleep(Duration::from_millis(20)).await;
}

/// Hands each reply to the call that waits for it.
async fn take(client: Arc<Client>, mut reader: Reader) {
    loop {
        let message = reader.message().await;
        let (id, text) = floor::reply(&message.body).expect("a reply of ours");
        let waits = client.waiting.lock().expect("nobody panicked with it").remove(&id);
        if let Some(waits) = waits {
            let _ = waits.send(text);
        }
    }
}

impl Client {
    async fn call(&self) -> bool {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (sender, reply) = oneshot::channel();
        self.waiting.lock().expect("nobody panicked with it").insert(id, sender);
        let body = floor::call(id, &self.reply_queue, &self.data);
        let (exchange, topic) = (floor::EXCHANGE, &self.topic);
        self.writer.queue(|frames| frames.publish(exchange, topic, true, &body));
        let text = tokio::time::timeout(TIMEOUT, reply).await;
        text.is_ok_and(|text| text.is_ok_and(|text| text.len() == self.data.len()))
    }
}
