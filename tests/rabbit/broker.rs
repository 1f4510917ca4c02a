//! The broker of the tests, and what they do to it behind the driver's back.

use std::sync::Arc;
use std::time::Duration;

use lapin::options::*;
use lapin::types::FieldTable;
use lapin::{Channel, Connection, ConnectionProperties};
use messaging::driver::{Address, Consumer, Delivery, Driver, Listen, Notes, OpenInbox, Publish};
use messaging::{Config, Error, RabbitOptions, runtime};

/// Long enough for a busy machine; nothing that works takes it.
pub(crate) const WITHIN: Duration = Duration::from_secs(20);

/// The transport URL of the broker: `rabbit://guest:guest@127.0.0.1:5672/`.
pub(crate) fn url() -> String {
    std::env::var("MESSAGING_TEST_RABBIT")
        .expect("MESSAGING_TEST_RABBIT names no broker; start one with `cargo xtask test`")
}

/// `user:password`, `host:port` and the virtual host of [`url`].
pub(crate) fn parts() -> (String, String, String) {
    let url = url();
    let rest = url.strip_prefix("rabbit://").expect("a rabbit:// URL");
    let (login, rest) = rest.split_once('@').expect("a user and a password");
    let (address, virtual_host) = rest.split_once('/').expect("a virtual host, or none after `/`");
    (login.into(), address.into(), virtual_host.into())
}

/// A URL as [`url`], to the given `host:port`s.
pub(crate) fn url_to(addresses: &[&str]) -> String {
    let (login, _, virtual_host) = parts();
    let hosts: Vec<_> = addresses.iter().map(|address| format!("{login}@{address}")).collect();
    format!("rabbit://{}/{virtual_host}", hosts.join(","))
}

/// Options that lose no time.
pub(crate) fn options() -> RabbitOptions {
    let mut options = RabbitOptions::default();
    options.retry_interval = Duration::from_millis(50);
    options.retry_backoff = Duration::from_millis(50);
    options.reconnect_delay = Duration::from_millis(10);
    options
}

pub(crate) async fn connect_to(url: &str) -> Result<Arc<dyn Driver>, Error> {
    let config = Config::new().url(url).rabbit(options());
    messaging::driver::connect(&config, runtime::tokio()?).await
}

pub(crate) async fn connect() -> Arc<dyn Driver> {
    connect_to(&url()).await.expect("the broker is there")
}

/// [`connect`], with options as they stand in a URL: `key=value&key=value`.
pub(crate) async fn connect_with(query: &str) -> Arc<dyn Driver> {
    connect_to(&format!("{}?{query}", url())).await.expect("the broker is there")
}

/// A topic that no other test has.
pub(crate) fn topic() -> String {
    format!("topic-{}", uuid::Uuid::new_v4().simple())
}

pub(crate) fn to_topic(topic: &str) -> Address {
    Address::Topic { exchange: "messaging-tests".into(), topic: topic.into(), server: None }
}

pub(crate) fn to_fanout(topic: &str) -> Address {
    Address::Fanout { topic: topic.into() }
}

pub(crate) fn listen(topic: &str) -> Listen {
    Listen {
        exchange: "messaging-tests".into(),
        topic: topic.into(),
        server: "s".into(),
        prefetch: 10,
        within: WITHIN,
    }
}

pub(crate) fn inbox() -> OpenInbox {
    OpenInbox::within(WITHIN)
}

pub(crate) fn message<'a>(address: &'a Address, body: &'a [u8]) -> Publish<'a> {
    Publish {
        address,
        body,
        notes: Notes::NONE,
        expires: None,
        mandatory: true,
        within: WITHIN,
        retries: None,
    }
}

/// Publishes until the broker has it.
pub(crate) async fn until_taken(driver: &dyn Driver, publish: Publish<'_>) {
    let publishing = async { while driver.publish(publish.clone()).await.is_err() {} };
    tokio::time::timeout(WITHIN, publishing).await.expect("the broker takes it in time");
}

/// The next message, past what the consumer tells of its troubles.
pub(crate) async fn next(consumer: &mut Box<dyn Consumer>) -> Delivery {
    let next = async {
        loop {
            if let Ok(delivery) = consumer.next().await.expect("the consumer goes on") {
                return delivery;
            }
        }
    };
    tokio::time::timeout(WITHIN, next).await.expect("a message comes in time")
}

/// The next trouble that the consumer tells of.
pub(crate) async fn next_error(consumer: &mut Box<dyn Consumer>) -> Error {
    let next = consumer.next();
    let told = tokio::time::timeout(WITHIN, next).await.expect("the consumer tells in time");
    told.expect("the consumer goes on").expect_err("there is no message")
}

/// Another client of the same broker.
pub(crate) async fn stranger() -> Channel {
    let (login, address, virtual_host) = parts();
    let virtual_host = if virtual_host.is_empty() { "%2F" } else { &virtual_host };
    let url = format!("amqp://{login}@{address}/{virtual_host}?frame_max=16384");
    let connection = Connection::connect(&url, ConnectionProperties::default()).await;
    connection.expect("the broker is there").create_channel().await.expect("a channel")
}

/// Deletes a queue under whoever consumes it.
pub(crate) async fn delete_queue(name: &str) {
    let channel = stranger().await;
    channel.queue_delete(name.into(), QueueDeleteOptions::default()).await.expect("deleted");
}

/// Whether there is a queue of this name.
pub(crate) async fn queue_exists(name: &str) -> bool {
    let options = QueueDeclareOptions { passive: true, ..Default::default() };
    stranger().await.queue_declare(name.into(), options, FieldTable::default()).await.is_ok()
}
