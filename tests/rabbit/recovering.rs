//! Consumers that lose what they consume.

use messaging::ErrorKind;

use crate::broker::*;
use crate::proxy::Proxy;

#[tokio::test]
async fn a_queue_deleted_under_its_consumer_comes_back() {
    let (driver, topic) = (connect().await, topic());
    let mut consumer = driver.listen(listen(&topic)).await.unwrap();
    let address = to_topic(&topic);
    driver.publish(message(&address, b"before")).await.unwrap();
    let before = next(&mut consumer).await;

    delete_queue(&format!("{topic}.s")).await;
    let error = next_error(&mut consumer).await;
    assert_eq!(error.kind(), ErrorKind::Topology);
    assert!(error.to_string().contains(&format!("`{topic}.s`")), "{error}");

    driver.publish(message(&address, b"after")).await.unwrap();
    let after = next(&mut consumer).await;
    assert_eq!(after.body, b"after");
    after.settle.ack().await.unwrap();
    // Its queue was not deleted, so it can still be settled where it came in.
    before.settle.ack().await.unwrap();
    assert!(queue_exists(&format!("{topic}.s")).await);
    consumer.close(WITHIN).await.unwrap();
}

/// The broker tells nobody: whoever publishes finds it, and binds the queue again.
#[tokio::test]
async fn a_message_after_its_exchange_was_deleted_arrives() {
    let (driver, topic) = (connect().await, topic());
    let exchange = format!("exchange-{topic}");
    let address = |server: Option<&str>| messaging::driver::Address::Topic {
        exchange: exchange.clone(),
        topic: topic.clone(),
        server: server.map(str::to_owned),
    };
    let listen = messaging::driver::Listen { exchange: exchange.clone(), ..listen(&topic) };
    let mut consumer = driver.listen(listen).await.unwrap();
    for server in [None, Some("s")] {
        driver.publish(message(&address(server), b"before")).await.unwrap();
        next(&mut consumer).await.settle.ack().await.unwrap();
        let deleting = lapin::options::ExchangeDeleteOptions::default();
        stranger().await.exchange_delete(exchange.as_str().into(), deleting).await.unwrap();
        driver.publish(message(&address(server), b"after")).await.unwrap();
        let after = next(&mut consumer).await;
        assert_eq!(after.body, b"after");
        after.settle.ack().await.unwrap();
    }
    // Where there is no queue, that is what is told.
    let deleting = lapin::options::ExchangeDeleteOptions::default();
    stranger().await.exchange_delete(exchange.as_str().into(), deleting).await.unwrap();
    let error = driver.publish(message(&address(Some("none")), b"lost")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unroutable);
    consumer.close(WITHIN).await.unwrap();
    let deleting = lapin::options::ExchangeDeleteOptions::default();
    stranger().await.exchange_delete(exchange.as_str().into(), deleting).await.unwrap();
}

#[tokio::test]
async fn a_consumer_goes_on_after_its_connection_was_cut() {
    let (proxy, topic) = (Proxy::start().await, topic());
    let driver = connect_to(&proxy.url()).await.unwrap();
    let mut consumer = driver.listen(listen(&topic)).await.unwrap();
    let address = to_topic(&topic);
    driver.publish(message(&address, b"{}")).await.unwrap();
    let first = next(&mut consumer).await;
    assert!(!first.redelivered());

    proxy.cut();
    assert_eq!(next_error(&mut consumer).await.kind(), ErrorKind::Connection);
    let again = next(&mut consumer).await;
    assert!(again.redelivered());
    // What came over the old connection can be settled there alone, and it is gone.
    assert_eq!(first.settle.ack().await.unwrap_err().kind(), ErrorKind::Connection);
    again.settle.ack().await.unwrap();

    // The publisher has lost its connection as well; until it notices, a message may be lost.
    until_taken(&*driver, message(&address, b"more")).await;
    assert_eq!(next(&mut consumer).await.body, b"more");
    consumer.close(WITHIN).await.unwrap();
}

#[tokio::test]
async fn an_inbox_comes_back_under_its_name() {
    let proxy = Proxy::start().await;
    let driver = connect_to(&proxy.url()).await.unwrap();
    let mut inbox = driver.open_inbox(inbox()).await.unwrap();
    delete_queue(&inbox.queue).await;
    assert_eq!(next_error(&mut inbox.consumer).await.kind(), ErrorKind::Topology);

    let address = messaging::driver::Address::Reply { queue: inbox.queue.clone() };
    let replying = async {
        // Until it is back, the reply is returned.
        until_taken(&*driver, message(&address, b"reply")).await;
    };
    let (reply, ()) = tokio::join!(next(&mut inbox.consumer), replying);
    assert_eq!(reply.body, b"reply");
    inbox.consumer.close(WITHIN).await.unwrap();
}

#[tokio::test]
async fn a_wait_that_is_dropped_while_mending_loses_nothing() {
    let (proxy, topic) = (Proxy::start().await, topic());
    let driver = connect_to(&proxy.url()).await.unwrap();
    let mut consumer = driver.listen(listen(&topic)).await.unwrap();
    proxy.cut();
    assert_eq!(next_error(&mut consumer).await.kind(), ErrorKind::Connection);
    let mended = async {
        // Each wait is given up as soon as it has to wait.
        loop {
            tokio::select! {
                biased;
                delivery = consumer.next() => break delivery,
                () = tokio::task::yield_now() => {}
            }
        }
    };
    let address = to_topic(&topic);
    // The publisher's connection was cut too; until it notices, a message may be lost with it.
    let publishing = until_taken(&*driver, message(&address, b"{}"));
    let both = async { tokio::join!(mended, publishing) };
    let (delivery, ()) = tokio::time::timeout(WITHIN, both).await.expect("it is mended in time");
    delivery.unwrap().unwrap().settle.ack().await.unwrap();
    consumer.close(WITHIN).await.unwrap();
}

#[tokio::test]
async fn a_driver_goes_on_with_the_next_host_when_one_goes_away() {
    let (one, two, topic) = (Proxy::start().await, Proxy::start().await, topic());
    let driver = connect_to(&url_to(&[&one.address, &two.address])).await.unwrap();
    let mut consumer = driver.listen(listen(&topic)).await.unwrap();
    let address = to_topic(&topic);
    for (away, back, text) in [(&one, &two, "first"), (&two, &one, "second"), (&one, &two, "third")]
    {
        back.come_back();
        away.go_away();
        // Until the loss is noticed, a message may be lost with the connection.
        until_taken(&*driver, message(&address, text.as_bytes())).await;
        // What was not confirmed in an earlier round may come as well.
        loop {
            let delivery = next(&mut consumer).await;
            let is_it = delivery.body == text.as_bytes();
            // Its channel may be gone with the host.
            let _ = delivery.settle.ack().await;
            if is_it {
                break;
            }
        }
    }
    consumer.close(WITHIN).await.unwrap();
}
