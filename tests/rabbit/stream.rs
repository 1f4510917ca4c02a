//! Fanout over a stream.

use messaging::driver::Publish;

use crate::broker::*;
use crate::proxy::Proxy;

const OPTIONS: &str =
    "rabbit_stream_fanout=1&rabbit_transient_quorum_queue=1&rabbit_qos_prefetch_count=10";

#[tokio::test]
async fn all_servers_of_a_topic_get_what_is_in_the_stream_and_leave_it_there() {
    let (driver, topic) = (connect_with(OPTIONS).await, topic());
    let one = driver.listen(listen(&topic)).await.unwrap();
    let other = driver.listen(listen(&topic)).await.unwrap();
    let address = to_fanout(&topic);
    driver.publish(message(&address, b"{}")).await.unwrap();
    for mut server in [one, other] {
        let delivery = next(&mut server).await;
        assert_eq!(delivery.body, b"{}");
        // A stream takes nothing back, and RabbitMQ hangs up on whoever tries.
        delivery.settle.reject(true).await.unwrap();
        server.cancel(WITHIN).await.unwrap();
        server.close(WITHIN).await.unwrap();
    }
    assert!(queue_exists(&format!("{topic}_fanout")).await);
    driver.close(WITHIN).await;
    delete_queue(&format!("{topic}_fanout")).await;
}

#[tokio::test]
async fn a_server_that_was_cut_off_gets_what_it_missed_and_nothing_twice() {
    let (proxy, topic) = (Proxy::start().await, topic());
    let driver = connect_to(&format!("{}?{OPTIONS}", proxy.url())).await.unwrap();
    let mut server = driver.listen(listen(&topic)).await.unwrap();
    let sender = connect_with(OPTIONS).await;
    let address = to_fanout(&topic);
    let send = async |body: &'static [u8]| {
        sender.publish(Publish { mandatory: false, ..message(&address, body) }).await.unwrap();
    };
    send(b"before").await;
    send(b"seen").await;
    for expected in [&b"before"[..], b"seen"] {
        // They are not acknowledged, and yet not delivered again.
        assert_eq!(next(&mut server).await.body, expected);
    }
    proxy.cut();
    send(b"missed").await;
    assert_eq!(next_error(&mut server).await.kind(), messaging::ErrorKind::Connection);
    assert_eq!(next(&mut server).await.body, b"missed");
    server.close(WITHIN).await.unwrap();
    delete_queue(&format!("{topic}_fanout")).await;
}
