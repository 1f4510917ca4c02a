//! Bodies that are compressed.

use lapin::BasicProperties;
use lapin::options::*;
use lapin::types::{AMQPValue, FieldTable};
use messaging::driver::Publish;

use crate::broker::*;

#[tokio::test]
async fn what_one_compresses_another_reads_without_an_option() {
    for (option, header) in [("gzip", "application/x-gzip"), ("bzip2", "application/x-bz2")] {
        let sender = connect_with(&format!("kombu_compression={option}")).await;
        let (driver, topic) = (connect().await, topic());
        let mut consumer = driver.listen(listen(&topic)).await.unwrap();
        let (address, body) = (to_topic(&topic), "{}".repeat(1000).into_bytes());
        sender.publish(message(&address, &body)).await.unwrap();
        let delivery = next(&mut consumer).await;
        assert_eq!(delivery.body, body);
        delivery.settle.ack().await.unwrap();
        consumer.close(WITHIN).await.unwrap();

        sender.publish(Publish { mandatory: false, ..message(&address, &body) }).await.unwrap();
        let options = BasicGetOptions { no_ack: true };
        let got = stranger().await.basic_get(topic.into(), options).await.unwrap().unwrap();
        assert!(got.delivery.data.len() < 100);
        let headers = got.delivery.properties.headers().clone().unwrap();
        let said = headers.inner().get("compression");
        assert_eq!(said, Some(&AMQPValue::LongString(header.into())));
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_rejected_and_holds_nobody_up() {
    let (driver, topic) = (connect().await, topic());
    let mut consumer = driver.listen(listen(&topic)).await.unwrap();
    let mut headers = FieldTable::default();
    headers.insert("compression".into(), AMQPValue::LongString("application/x-brotli".into()));
    let properties = BasicProperties::default().with_headers(headers);
    let channel = stranger().await;
    // One more than the server takes at once: the broker must hear of each.
    for _ in 0..11 {
        let (to, options) = (topic.as_str().into(), BasicPublishOptions::default());
        channel.basic_publish("".into(), to, options, b"{}", properties.clone()).await.unwrap();
    }
    driver.publish(message(&to_topic(&topic), b"plain")).await.unwrap();
    assert_eq!(next(&mut consumer).await.body, b"plain");
    consumer.close(WITHIN).await.unwrap();
}
