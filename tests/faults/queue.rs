//! What is in a queue, as another client of the broker sees it.

use std::process::Command;

use lapin::options::QueueDeclareOptions;
use lapin::types::FieldTable;
use lapin::{Connection, ConnectionProperties};

use crate::broker::WITHIN;

/// What waits in a queue, and for how many consumers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Length {
    pub(crate) messages: u32,
    pub(crate) consumers: u32,
}

/// Looks into a queue of the broker at a `rabbit://` URL; none if it is not there.
pub(crate) async fn length(url: &str, queue: &str) -> Option<Length> {
    let url = format!("{}%2F?frame_max=16384", url.replacen("rabbit:", "amqp:", 1));
    let connection = Connection::connect(&url, ConnectionProperties::default()).await;
    let channel = connection.expect("the broker is there").create_channel().await;
    let channel = channel.expect("a channel");
    let options = QueueDeclareOptions { passive: true, ..Default::default() };
    let declared =
        channel.queue_declare(queue.into(), options, FieldTable::default()).await.ok()?;
    Some(Length { messages: declared.message_count(), consumers: declared.consumer_count() })
}

/// Waits until nobody consumes a queue: what its last consumer had not acknowledged is then back
/// in it.
pub(crate) async fn is_abandoned(url: &str, queue: &str) {
    until(url, queue, |length| length.consumers == 0).await;
}

/// Waits until no more messages than that wait in a queue. Those that were handed over and not
/// acknowledged do not count.
pub(crate) async fn shrinks_to(url: &str, queue: &str, messages: usize) {
    until(url, queue, |length| length.messages as usize <= messages).await;
}

/// Waits until the broker has no message of a queue any more, also none that was handed over and
/// not acknowledged. AMQP does not tell of these; the broker's own tool does, and takes a second.
pub(crate) async fn is_forgotten(queue: &str) {
    let rabbitmqctl = std::env::var("MESSAGING_TEST_RABBITMQCTL").expect("`cargo xtask test`");
    let empty = format!("{queue}\t0");
    for _ in 0..20 {
        let mut command = Command::new(&rabbitmqctl);
        let output = command.args(["list_queues", "name", "messages"]).output();
        let said = output.expect("rabbitmqctl runs").stdout;
        if String::from_utf8_lossy(&said).lines().any(|line| line == empty) {
            return;
        }
    }
    panic!("the broker keeps messages of queue {queue}");
}

async fn until(url: &str, queue: &str, wanted: impl Fn(Length) -> bool) {
    let mut last = None;
    let until = async {
        while !last.is_some_and(&wanted) {
            last = length(url, queue).await;
        }
    };
    let ended = tokio::time::timeout(WITHIN, until).await;
    assert!(ended.is_ok(), "queue {queue} has {last:?}");
}
