//! What leaves the driver, and what it says of it.

use std::time::{Duration, Instant};

use lapin::options::*;
use lapin::types::FieldTable;
use lapin::{BasicProperties, ExchangeKind};
use messaging::ErrorKind;
use messaging::driver::{Address, OpenInbox, Publish};

use crate::broker::*;
use crate::proxy::Proxy;

#[tokio::test]
async fn a_message_looks_as_oslo_messaging_sends_it() {
    let (driver, topic) = (connect().await, topic());
    let consumer = driver.listen(listen(&topic)).await.unwrap();
    consumer.close(WITHIN).await.unwrap();
    let address = to_topic(&topic);
    let expires = Some(Duration::from_millis(60_000));
    driver.publish(Publish { expires, ..message(&address, b"{}") }).await.unwrap();

    let channel = stranger().await;
    let got = channel.basic_get(topic.into(), BasicGetOptions { no_ack: true }).await.unwrap();
    let got = got.expect("it is in the queue").delivery;
    assert_eq!(got.exchange.as_str(), "messaging-tests");
    let expected = BasicProperties::default()
        .with_content_type("application/json".into())
        .with_content_encoding("utf-8".into())
        .with_headers(FieldTable::default())
        .with_delivery_mode(2)
        .with_priority(0)
        .with_expiration("60000".into())
        // By which it is known if the broker gives it back; the peer has none, and looks at none.
        .with_message_id("0".into());
    assert_eq!(got.properties, expected);
}

#[tokio::test]
async fn a_message_that_no_queue_takes_is_an_error_at_once() {
    let (driver, topic) = (connect().await, topic());
    let begun = Instant::now();
    let error = driver.publish(message(&to_topic(&topic), b"{}")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unroutable);
    let text = error.to_string();
    assert!(text.contains("`messaging-tests`") && text.contains(&topic), "{text}");
    assert!(begun.elapsed() < WITHIN / 2);
}

#[tokio::test]
async fn what_is_not_mandatory_may_go_nowhere() {
    let (driver, address) = (connect().await, to_fanout(&topic()));
    driver.publish(Publish { mandatory: false, ..message(&address, b"{}") }).await.unwrap();
}

#[tokio::test]
async fn verdicts_of_messages_in_flight_together_are_not_mixed_up() {
    let (driver, topic) = (connect().await, topic());
    let consumer = driver.listen(listen(&topic)).await.unwrap();
    let tasks: Vec<_> = (0..200)
        .map(|number| {
            let (driver, taken) = (driver.clone(), number % 2 == 0);
            let address = to_topic(&if taken { topic.clone() } else { format!("{topic}-none") });
            tokio::spawn(async move {
                let published = driver.publish(message(&address, b"{}")).await;
                (taken, published.is_ok())
            })
        })
        .collect();
    for task in tasks {
        let (taken, told) = task.await.unwrap();
        assert_eq!(taken, told);
    }
    consumer.close(WITHIN).await.unwrap();
}

#[tokio::test]
async fn an_exchange_that_has_gone_is_declared_again() {
    let (driver, topic) = (connect().await, topic());
    let address = to_fanout(&topic);
    let once = async || {
        let mut consumer = driver.listen(listen(&topic)).await.unwrap();
        driver.publish(message(&address, b"{}")).await.unwrap();
        next(&mut consumer).await;
        // With its last queue goes the fanout exchange.
        consumer.close(WITHIN).await.unwrap();
    };
    once().await;
    let error = driver.publish(message(&address, b"{}")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unroutable, "{error}");
    once().await;
}

#[tokio::test]
async fn an_exchange_of_another_kind_is_an_error_that_names_it() {
    let (driver, name) = (connect().await, topic());
    let (channel, none) = (stranger().await, FieldTable::default());
    let options = ExchangeDeclareOptions { auto_delete: true, ..Default::default() };
    let kind = ExchangeKind::Topic;
    channel.exchange_declare(name.as_str().into(), kind, options, none).await.unwrap();

    let address = Address::Topic { exchange: name.clone(), topic: "t".into(), server: None };
    let error = driver.publish(message(&address, b"{}")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Topology);
    let text = error.to_string();
    assert!(text.contains(&name) && text.contains("auto_delete"), "{text}");

    let delete = ExchangeDeleteOptions::default();
    channel.exchange_delete(name.as_str().into(), delete).await.unwrap();
    let error = driver.publish(message(&address, b"{}")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unroutable, "the driver goes on: {error}");
    channel.exchange_delete(name.as_str().into(), delete).await.unwrap();
}

#[tokio::test]
async fn a_name_of_a_peer_that_amqp_cannot_carry_is_an_error() {
    let driver = connect().await;
    let address = Address::Reply { queue: "q".repeat(256) };
    let error = driver.publish(message(&address, b"{}")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Target);
}

#[tokio::test]
async fn a_broker_gone_silent_leaves_the_outcome_open_in_time() {
    let proxy = Proxy::start().await;
    let driver = connect_to(&proxy.url()).await.unwrap();
    let name = topic();
    let address = to_fanout(&name);
    let publish = Publish { mandatory: false, ..message(&address, b"{}") };
    // The channel is open, so that the message itself meets the silence.
    driver.publish(publish.clone()).await.unwrap();
    proxy.freeze();
    let (within, begun) = (Duration::from_millis(900), Instant::now());
    let error = driver.publish(Publish { within, ..publish }).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotConfirmed, "{error}");
    // As the page of errors shows it, but for the broker's address, the topic and the time.
    let page = include_str!("../../messaging/docs/errors.md");
    let (_, section) = page.split_once("\n## `NotConfirmed`\n").unwrap();
    let shown = section.split("```").nth(1).unwrap().trim_start_matches("text\n");
    let said = error.to_string().replace(&name, "scheduler");
    let [said, shown] = [&said, shown].map(|text| {
        let words = text.split_whitespace().skip(1).filter(|word| !word.ends_with("ms;"));
        words.collect::<Vec<_>>().join(" ")
    });
    assert_eq!(said, shown);
    assert!(begun.elapsed() < WITHIN / 2, "{:?}", begun.elapsed());
    // And so does closing.
    let begun = Instant::now();
    driver.close(within).await;
    assert!(begun.elapsed() < WITHIN / 2, "{:?}", begun.elapsed());
}

/// How many more rounds of connecting than the retries that were asked for: none.
#[tokio::test]
async fn a_broker_that_is_away_is_tried_as_often_as_asked() {
    let proxy = Proxy::start().await;
    let driver = connect_to(&proxy.url()).await.unwrap();
    let address = to_fanout(&topic());
    let publish = Publish { mandatory: false, ..message(&address, b"{}") };
    proxy.go_away();
    for retries in [0, 2] {
        let begun = Instant::now();
        let error = driver.publish(Publish { retries: Some(retries), ..publish.clone() }).await;
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Connection);
        assert!(begun.elapsed() < WITHIN / 4, "{:?}", begun.elapsed());
        let error =
            driver.open_inbox(OpenInbox { retries: Some(retries), ..inbox() }).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connection);
        assert!(begun.elapsed() < WITHIN / 2, "{:?}", begun.elapsed());
    }
    // Without a limit it goes on until the time is up, or the broker is back.
    let (within, begun) = (Duration::from_millis(500), Instant::now());
    driver.publish(Publish { within, ..publish.clone() }).await.unwrap_err();
    assert!(begun.elapsed() >= within);
    let (published, ()) = tokio::join!(driver.publish(publish), async { proxy.come_back() });
    published.unwrap();
}

/// Whoever wants no retries does not wait for the retries of another.
#[tokio::test]
async fn a_call_without_retries_does_not_wait_for_one_with() {
    let proxy = Proxy::start().await;
    let config = messaging::Config::new().url(&proxy.url()).rabbit(options());
    let transport = messaging::Transport::from_config(&config).await.unwrap();
    let client = messaging::RpcClient::new(&transport, messaging::Target::topic("t"));
    proxy.go_away();
    let patient = client.call::<()>("m", serde_json::json!({})).timeout(WITHIN);
    let patient = tokio::spawn(patient.into_future());
    let begun = Instant::now();
    let hasty = client.call::<()>("m", serde_json::json!({})).send_retries(0).timeout(WITHIN);
    let error = hasty.await.unwrap_err();
    assert_eq!(error.rpc().unwrap().kind(), ErrorKind::Connection, "{error}");
    assert!(begun.elapsed() < WITHIN / 4, "{:?}", begun.elapsed());
    patient.abort();
}

/// It expires when its sender gives up, however long it took to be taken.
#[tokio::test]
async fn a_message_that_is_published_late_lives_no_longer_for_it() {
    let (proxy, topic) = (Proxy::start().await, topic());
    let driver = connect_to(&proxy.url()).await.unwrap();
    let mut consumer = connect().await.listen(listen(&topic)).await.unwrap();
    let address = to_topic(&topic);
    driver.publish(message(&address, b"{}")).await.unwrap();
    next(&mut consumer).await.settle.ack().await.unwrap();
    proxy.go_away();
    // Until the loss is noticed, the message could be lost with the connection.
    let probe = Publish { retries: Some(0), ..message(&address, b"lost") };
    while driver.publish(probe.clone()).await.unwrap_err().kind() != ErrorKind::Connection {}
    // How long the broker is away.
    let outage = Duration::from_millis(300);
    let late = async {
        tokio::time::sleep(outage).await;
        proxy.come_back();
    };
    let publish = Publish { expires: Some(WITHIN), ..message(&address, b"{}") };
    let (published, ()) = tokio::join!(driver.publish(publish), late);
    published.unwrap();
    let delivery = next(&mut consumer).await;
    let left = delivery.expires.unwrap();
    assert!(left <= WITHIN - outage + Duration::from_millis(10), "{left:?}");
    delivery.settle.ack().await.unwrap();
    consumer.close(WITHIN).await.unwrap();
}

/// It is given up when it shows no sign of life, and the next message finds a new one.
#[tokio::test]
async fn a_connection_that_stays_silent_is_replaced() {
    let frozen = Proxy::start().await;
    let driver = connect_to(&frozen.url()).await.unwrap();
    let address = to_fanout(&topic());
    let publish = Publish { mandatory: false, ..message(&address, b"{}") };
    driver.publish(publish.clone()).await.unwrap();
    frozen.freeze();
    let within = Duration::from_millis(300);
    driver.publish(Publish { within, ..publish.clone() }).await.unwrap_err();
    frozen.come_back();
    driver.publish(publish).await.unwrap();
}

#[tokio::test]
async fn a_closed_driver_says_so() {
    let driver = connect().await;
    driver.close(WITHIN).await;
    let error = driver.publish(message(&to_fanout("t"), b"{}")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Closed);
    let error = driver.listen(listen("t")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Closed);
}
