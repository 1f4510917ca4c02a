//! Headers of others' messages, on RabbitMQ, which passes on what lapin cannot bear.

use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::types::{AMQPValue, FieldArray, FieldTable};
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties};

use crate::bus::{Bus, rabbit_url, soon};
use crate::vault::{client, serve};

async fn stranger() -> Channel {
    let url = rabbit_url().replacen("rabbit://", "amqp://", 1);
    let url = url.strip_suffix('/').map_or(url.clone(), |url| format!("{url}/%2F"));
    let connection = Connection::connect(&url, ConnectionProperties::default()).await.unwrap();
    let channel = connection.create_channel().await.unwrap();
    channel.confirm_select(ConfirmSelectOptions::default()).await.unwrap();
    channel
}

/// Lists within one another: each takes five bytes, and a parser that calls itself four kilobytes of
/// its stack.
fn nested(levels: usize) -> AMQPValue {
    (0..levels).fold(AMQPValue::Void, |inner, _| {
        let mut list = FieldArray::default();
        list.push(inner);
        AMQPValue::FieldArray(list)
    })
}

/// A process that died of it would take this test with it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_with_headers_that_are_deep_is_served_like_any_other() {
    soon(async {
        let bus = Bus::rabbit().await;
        let (_server, counting) = serve(&bus, &bus.transport).await;
        let channel = stranger().await;
        for levels in [3, 100, 1000] {
            let mut headers = FieldTable::default();
            headers.insert("deep".into(), nested(levels));
            let properties = BasicProperties::default().with_headers(headers);
            let body = br#"{"method": "open", "args": {"name": "x"}}"#;
            let options = BasicPublishOptions::default();
            let topic = bus.topic.as_str().into();
            let sent = channel.basic_publish("openstack".into(), topic, options, body, properties);
            sent.await.unwrap().await.unwrap();
            client(&bus, &bus.transport).open("next".into()).await.unwrap();
        }
        assert_eq!(counting.runs(), 6);
    })
    .await;
}
