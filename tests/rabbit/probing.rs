//! Losses that nobody tells of.

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use lapin::options::{BasicConsumeOptions, BasicQosOptions, ExchangeDeleteOptions};
use lapin::types::FieldTable;
use messaging::driver::{Address, Consumer, Driver, Event, Listen};
use messaging::{Config, Events, RabbitOptions, runtime};

use crate::broker::*;
use crate::proxy::Proxy;

/// With consumers that are looked after all the time.
async fn watchful(url: &str) -> Arc<dyn Driver> {
    let mut options: RabbitOptions = options();
    options.probe_interval = Duration::from_millis(100);
    let config = Config::new().url(url).rabbit(options);
    messaging::driver::connect(&config, runtime::tokio().unwrap()).await.unwrap()
}

/// Lets the consumer mend itself until it is restored; what was told meanwhile.
async fn restored(events: &mut Events, consumer: &mut Box<dyn Consumer>) -> Vec<Event> {
    let told = async {
        let mut told = Vec::new();
        while !matches!(told.last(), Some(Event::ConsumerRestored { .. })) {
            told.push(events.next().await.expect("the driver is not closed"));
        }
        told
    };
    tokio::select! {
        told = tokio::time::timeout(WITHIN, told) => told.expect("it is restored in time"),
        () = async { while consumer.next().await.expect("it goes on").is_err() {} } => {
            panic!("nothing was sent")
        }
    }
}

fn finding(told: &[Event]) -> &str {
    let reason = told.iter().find_map(|event| match event {
        Event::ProbeFailed { reason, .. } => Some(reason),
        _ => None,
    });
    reason.unwrap_or_else(|| panic!("no probe found anything: {told:?}"))
}

/// Has the broker run `code` for each consumer of `queue`, as `Channel` and `Tag`.
async fn for_each_consumer(queue: &str, code: &str) {
    let code = format!(
        "{{ok, Queue}} = rabbit_amqqueue:lookup(rabbit_misc:r(<<\"/\">>, queue, <<\"{queue}\">>)), \
         [begin Channel = element(1, It), Tag = element(2, It), {code} end \
         || It <- rabbit_amqqueue:consumers(Queue)]."
    );
    let rabbitmqctl = std::env::var("MESSAGING_TEST_RABBITMQCTL").expect("`cargo xtask test`");
    let eval = move || Command::new(rabbitmqctl).args(["eval", &code]).output();
    let said = tokio::task::spawn_blocking(eval).await.unwrap().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
}

/// The broker forgets a consumer, and does not say so.
async fn cancel_in_silence(queue: &str) {
    for_each_consumer(queue, CANCEL).await;
}

const CANCEL: &str = "gen_server2:call(amqqueue:get_pid(Queue), \
                      {basic_cancel, Channel, Tag, undefined, <<\"tests\">>})";

#[tokio::test]
async fn a_consumer_that_was_cancelled_in_silence_is_found_and_restored() {
    let (driver, topic) = (watchful(&url()).await, topic());
    let mut consumer = driver.listen(listen(&topic)).await.unwrap();
    let mut events = driver.events();
    cancel_in_silence(&topic).await;
    let told = restored(&mut events, &mut consumer).await;
    assert!(finding(&told).contains(&format!("`{topic}`")), "{told:?}");
    driver.publish(message(&to_topic(&topic), b"{}")).await.unwrap();
    next(&mut consumer).await.settle.ack().await.unwrap();
    assert_eq!(driver.health().counters.probes_failed, 1);
    consumer.close(WITHIN).await.unwrap();
}

#[tokio::test]
async fn so_is_the_consumer_of_an_inbox() {
    let driver = watchful(&url()).await;
    let mut inbox = driver.open_inbox(inbox()).await.unwrap();
    let mut events = driver.events();
    cancel_in_silence(&inbox.queue).await;
    restored(&mut events, &mut inbox.consumer).await;
    let address = Address::Reply { queue: inbox.queue.clone() };
    driver.publish(message(&address, b"{}")).await.unwrap();
    next(&mut inbox.consumer).await.settle.ack().await.unwrap();
    inbox.consumer.close(WITHIN).await.unwrap();
}

/// Its queue has another consumer, which is busy: what waits there tells that this one is deaf.
#[tokio::test]
async fn one_of_a_queue_that_others_consume_is_found_by_what_waits_there() {
    let (driver, topic) = (watchful(&url()).await, topic());
    let mut consumer = driver.listen(listen(&topic)).await.unwrap();
    let mut events = driver.events();
    let busy = stranger().await;
    busy.basic_qos(1, BasicQosOptions::default()).await.unwrap();
    let (consume, arguments) = (BasicConsumeOptions::default(), FieldTable::default());
    let queue = topic.as_str().into();
    let _busy = busy.basic_consume(queue, "busy".into(), consume, arguments).await.unwrap();
    for_each_consumer(&topic, &format!("Tag =/= <<\"busy\">> andalso {CANCEL}")).await;

    let address = to_topic(&topic);
    driver.publish(message(&address, b"to who is busy")).await.unwrap();
    driver.publish(message(&address, b"waits")).await.unwrap();
    let delivery = next(&mut consumer).await;
    assert_eq!(delivery.body, b"waits");
    delivery.settle.ack().await.unwrap();
    let told = [events.next().await.unwrap()];
    assert!(finding(&told).contains("1 messages wait in it"), "{told:?}");
    consumer.close(WITHIN).await.unwrap();
}

#[tokio::test]
async fn a_channel_that_the_broker_has_forgotten_is_found() {
    let (driver, topic) = (watchful(&url()).await, topic());
    let mut consumer = driver.listen(listen(&topic)).await.unwrap();
    let mut events = driver.events();
    for_each_consumer(&topic, "rabbit_channel:shutdown(Channel)").await;
    restored(&mut events, &mut consumer).await;
    driver.publish(message(&to_topic(&topic), b"{}")).await.unwrap();
    next(&mut consumer).await.settle.ack().await.unwrap();
    consumer.close(WITHIN).await.unwrap();
}

#[tokio::test]
async fn a_binding_that_was_removed_comes_back() {
    let (driver, topic) = (watchful(&url()).await, topic());
    let mut consumer = driver.listen(listen(&topic)).await.unwrap();
    let (queue, exchange) = (topic.as_str().into(), "messaging-tests".into());
    let unbinding = stranger().await;
    let (key, arguments) = (topic.as_str().into(), FieldTable::default());
    unbinding.queue_unbind(queue, exchange, key, arguments).await.unwrap();
    until_taken(&*driver, message(&to_topic(&topic), b"{}")).await;
    next(&mut consumer).await.settle.ack().await.unwrap();
    consumer.close(WITHIN).await.unwrap();
}

#[tokio::test]
async fn an_exchange_that_was_deleted_comes_back() {
    let (driver, topic) = (watchful(&url()).await, topic());
    let exchange = format!("exchange-{topic}");
    let listen = Listen { exchange: exchange.clone(), ..listen(&topic) };
    let mut consumer = driver.listen(listen).await.unwrap();
    let mut events = driver.events();
    let deleting = ExchangeDeleteOptions::default();
    stranger().await.exchange_delete(exchange.as_str().into(), deleting).await.unwrap();
    let told = restored(&mut events, &mut consumer).await;
    assert!(finding(&told).contains(&exchange), "{told:?}");
    let address = Address::Topic { exchange, topic, server: None };
    driver.publish(message(&address, b"{}")).await.unwrap();
    next(&mut consumer).await.settle.ack().await.unwrap();
    consumer.close(WITHIN).await.unwrap();
}

/// Long before the broker would miss heartbeats, or be missed.
#[tokio::test]
async fn a_half_open_connection_is_found_and_made_anew() {
    let (proxy, topic) = (Proxy::start().await, topic());
    let driver = watchful(&proxy.url()).await;
    let mut consumer = driver.listen(listen(&topic)).await.unwrap();
    let mut events = driver.events();
    proxy.freeze();
    let given_up = async {
        while !matches!(events.next().await, Some(Event::Disconnected { .. })) {}
        proxy.come_back();
    };
    let lost = async { while consumer.next().await.expect("it goes on").is_ok() {} };
    let both = async { tokio::join!(given_up, lost) };
    tokio::time::timeout(WITHIN, both).await.expect("it is found in time");
    restored(&mut events, &mut consumer).await;
    consumer.close(WITHIN).await.unwrap();
}

/// What is looked at is looked at on a channel of its own, and what is busy is left alone.
#[tokio::test]
async fn a_consumer_that_is_well_is_not_disturbed() {
    let (driver, topic) = (watchful(&url()).await, topic());
    let mut consumer = driver.listen(Listen { prefetch: 1, ..listen(&topic) }).await.unwrap();
    let address = to_topic(&topic);
    for _ in 0..2 {
        driver.publish(message(&address, b"{}")).await.unwrap();
    }
    // It has no room for the second, which waits, for some twenty probes.
    let first = next(&mut consumer).await;
    let idle = tokio::time::timeout(Duration::from_secs(2), consumer.idle());
    idle.await.expect_err("it never ends");
    first.settle.ack().await.unwrap();
    let second = next(&mut consumer).await;
    assert!(!second.redelivered());
    second.settle.ack().await.unwrap();
    let health = driver.health();
    assert_eq!((health.counters.probes_failed, health.counters.consumers_lost), (0, 0));
    consumer.close(WITHIN).await.unwrap();
}
