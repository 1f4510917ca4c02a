//! What each option makes of the broker, beside what oslo.messaging made of it with the same one.

use std::process::Command;

use lapin::ExchangeKind;
use lapin::options::*;
use lapin::types::{AMQPValue, FieldTable};
use messaging::driver::{Address, Listen, Publish};
use serde_json::Value;

use crate::broker::*;

/// Every set of options that was captured, but for `prefetch`, which no queue shows.
const CAPTURES: [&str; 14] = [
    "auto_delete",
    "cancel_on_failover",
    "defaults",
    "durable_queues",
    "ha_queues",
    "queue_manager",
    "queue_manager_stream_fanout",
    "quorum_and_transient_quorum",
    "quorum_queues",
    "quorum_queues_limits",
    "stream_fanout",
    "transient_quorum",
    "transient_quorum_limits",
    "transient_ttl_0",
];

fn fixture(name: &str) -> Value {
    let path = format!("{}/fixtures/oslo/topology_{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The options of a capture, as the query of a URL; with a process name that is this test's.
fn query(fixture: &Value, process: &str) -> String {
    let config = fixture["config"].as_object().unwrap().iter();
    let config = config.map(|(key, value)| format!("{key}={value}&")).collect::<String>();
    format!("{config}hostname=localhost&processname={process}")
}

/// What the broker says of its queues.
fn queues() -> Vec<Value> {
    let rabbitmqctl = std::env::var("MESSAGING_TEST_RABBITMQCTL").expect("`cargo xtask test`");
    let said = Command::new(rabbitmqctl)
        .args(["-q", "list_queues", "--formatter", "json"])
        .args(["name", "type", "durable", "auto_delete", "arguments"])
        .output()
        .unwrap();
    assert!(said.status.success(), "{said:?}");
    serde_json::from_slice(&said.stdout).unwrap()
}

/// `{"x-expires": 1}`, where rabbitmqctl writes a table as a list of triples.
fn arguments(queue: &Value) -> Value {
    let Some(triples) = queue["arguments"].as_array() else { return queue["arguments"].clone() };
    // RabbitMQ 4 adds the type of a queue that was declared without one.
    let classic = |triple: &&Value| triple[0] == "x-queue-type" && triple[2] == "classic";
    Value::Object(
        triples
            .iter()
            .filter(|triple| !classic(triple))
            .map(|triple| (triple[0].as_str().unwrap().to_owned(), triple[2].clone()))
            .collect(),
    )
}

/// Declares a queue of this name as the peer declared `captured`, with the types that it sends.
async fn declare_as_the_peer(name: &str, captured: &Value) -> lapin::Result<()> {
    let flag = |key: &str| captured[key].as_bool().unwrap();
    let options = QueueDeclareOptions {
        durable: flag("durable"),
        auto_delete: flag("auto_delete"),
        ..Default::default()
    };
    let mut arguments = FieldTable::default();
    for (key, value) in captured["arguments"].as_object().unwrap() {
        let value = match value.as_i64() {
            Some(number) => AMQPValue::LongInt(number.try_into().unwrap()),
            None => AMQPValue::LongString(value.as_str().unwrap().into()),
        };
        arguments.insert(key.as_str().into(), value);
    }
    stranger().await.queue_declare(name.into(), options, arguments).await.map(drop)
}

async fn declare_exchange_as_the_peer(name: &str, captured: &Value) -> lapin::Result<()> {
    let options = ExchangeDeclareOptions {
        durable: captured["durable"].as_bool().unwrap(),
        auto_delete: captured["auto_delete"].as_bool().unwrap(),
        ..Default::default()
    };
    let kind = match captured["type"].as_str() {
        Some("fanout") => ExchangeKind::Fanout,
        _ => ExchangeKind::Topic,
    };
    let channel = stranger().await;
    channel.exchange_declare(name.into(), kind, options, FieldTable::default()).await
}

/// The name that we give to what the peer calls `theirs`; none for a second server's queues, and
/// for those of notifications.
fn name_of(theirs: &str, topic: &str, reply: &str, held: &[Value]) -> Option<String> {
    let fanout = format!("{topic}_fanout");
    match theirs.strip_prefix("compute") {
        Some("") => Some(topic.to_owned()),
        Some(".node-1") => Some(format!("{topic}.s")),
        Some(rest) if rest.starts_with("_fanout") => {
            let mut names = held.iter().filter_map(|queue| queue["name"].as_str());
            names.find(|name| name.starts_with(&fanout)).map(str::to_owned)
        }
        _ if theirs.starts_with("reply_") => Some(reply.to_owned()),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_broker_holds_what_it_holds_for_oslo_messaging() {
    let mut running = Vec::new();
    for name in CAPTURES {
        let (fixture, topic) = (fixture(name), topic());
        let driver = connect_with(&query(&fixture, &topic)).await;
        // An exchange of its own as well, since the options make different ones.
        let server = Listen { exchange: topic.clone(), ..listen(&topic) };
        let server = driver.listen(server).await.unwrap();
        let inbox = driver.open_inbox(inbox()).await.unwrap();
        running.push((name, fixture, topic, driver, server, inbox));
    }
    let held = queues();
    for (name, fixture, topic, driver, server, inbox) in running {
        let mut compared = 0;
        for captured in fixture["running"]["queues"].as_array().unwrap() {
            let theirs = captured["name"].as_str().unwrap();
            let Some(ours) = name_of(theirs, &topic, &inbox.queue, &held) else { continue };
            let held = held.iter().find(|queue| queue["name"] == *ours).unwrap();
            for key in ["type", "durable", "auto_delete"] {
                assert_eq!(held[key], captured[key], "{name}: {ours}: {key}");
            }
            assert_eq!(arguments(held), captured["arguments"], "{name}: {ours}");
            declare_as_the_peer(&ours, captured)
                .await
                .unwrap_or_else(|error| panic!("{name}: {ours}: {error}"));
            compared += 1;
        }
        // One fanout queue of each of the two servers; a stream is one for both.
        let streams = fixture["config"]["rabbit_stream_fanout"] == true;
        assert_eq!(compared, if streams { 4 } else { 5 }, "{name}");
        for captured in fixture["running"]["exchanges"].as_array().unwrap() {
            let fanout = captured["type"] == "fanout";
            let ours = if fanout { format!("{topic}_fanout") } else { topic.clone() };
            declare_exchange_as_the_peer(&ours, captured)
                .await
                .unwrap_or_else(|error| panic!("{name}: {ours}: {error}"));
        }
        server.close(WITHIN).await.unwrap();
        inbox.consumer.close(WITHIN).await.unwrap();
        driver.close(WITHIN).await;
        let left = held.iter().filter_map(|queue| queue["name"].as_str());
        for queue in left.filter(|queue| queue.contains(&topic)) {
            // Deleted already, where it was somebody's own.
            let channel = stranger().await;
            let _ = channel.queue_delete(queue.into(), QueueDeleteOptions::default()).await;
        }
        forget(&topic);
    }
}

/// Removes the numbers of a process that there never was.
fn forget(process: &str) {
    for entry in std::fs::read_dir("/dev/shm").into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().contains(process) {
            std::fs::remove_file(entry.path()).unwrap();
        }
    }
}

#[tokio::test]
async fn queues_of_the_queue_manager_outlive_their_consumers_and_are_taken_up_again() {
    let process = topic();
    let query = format!("use_queue_manager=1&hostname=h&processname={process}");
    let (one, other) = (connect_with(&query).await, connect_with(&query).await);
    let first = one.open_inbox(inbox()).await.unwrap();
    assert_eq!(first.queue, format!("reply_h:{process}:1"));
    let second = other.open_inbox(inbox()).await.unwrap();
    assert_eq!(second.queue, format!("reply_h:{process}:2"));

    first.consumer.close(WITHIN).await.unwrap();
    assert!(queue_exists(&first.queue).await);
    let again = other.open_inbox(inbox()).await.unwrap();
    assert_eq!(again.queue, first.queue);
    for inbox in [again, second] {
        inbox.consumer.close(WITHIN).await.unwrap();
        delete_queue(&inbox.queue).await;
    }
    forget(&process);
}

#[tokio::test]
async fn without_the_mandatory_flag_nobody_is_told_of_a_lost_reply() {
    let reply = Address::Reply { queue: topic() };
    let message = Publish { mandatory: true, ..message(&reply, b"{}") };
    assert!(connect().await.publish(message.clone()).await.unwrap_err().is_unroutable());
    connect_with("direct_mandatory_flag=false").await.publish(message).await.unwrap();
    // Of calls and casts it says nothing.
    let topic = to_topic(&topic());
    let message = crate::broker::message(&topic, b"{}");
    let error = connect_with("direct_mandatory_flag=false").await.publish(message).await;
    assert!(error.unwrap_err().is_unroutable());
}

/// As the peer does it, so that a service with durable queues works beside one without (wire
/// document, section 5.7).
#[tokio::test]
async fn what_exists_as_not_durable_is_used_as_it_is() {
    let (plain, durable) = (connect().await, connect_with("amqp_durable_queues=true").await);
    let (topic, exchange) = (topic(), topic());
    let listen = Listen { exchange: exchange.clone(), ..listen(&topic) };
    let first = plain.listen(listen.clone()).await.unwrap();
    let other = Listen { server: "other".into(), ..listen };
    let mut second = durable.listen(other).await.unwrap();
    let server = Some("other".to_owned());
    let address = Address::Topic { exchange, topic, server };
    durable.publish(message(&address, b"{}")).await.unwrap();
    let delivery = next(&mut second).await;
    delivery.settle.ack().await.unwrap();
    first.close(WITHIN).await.unwrap();
    second.close(WITHIN).await.unwrap();
}

/// The other way round nobody can help, here and in the peer.
#[tokio::test]
async fn what_exists_as_durable_needs_the_option() {
    let (plain, durable) = (connect().await, connect_with("amqp_durable_queues=true").await);
    let (topic, exchange) = (topic(), topic());
    let listen = Listen { exchange: exchange.clone(), ..listen(&topic) };
    let first = durable.listen(listen.clone()).await.unwrap();
    let refused = plain.listen(listen).await.unwrap_err();
    assert_eq!(refused.kind(), messaging::ErrorKind::Topology);
    assert!(refused.to_string().contains("`amqp_durable_queues`"), "{refused}");
    let address = Address::Topic { exchange, topic, server: None };
    let refused = plain.publish(message(&address, b"{}")).await.unwrap_err();
    assert!(refused.to_string().contains("`amqp_durable_queues`"), "{refused}");
    first.close(WITHIN).await.unwrap();
}
