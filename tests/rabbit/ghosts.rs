//! Consumers of connections that are lost, and that the broker still takes for alive.

use messaging::driver::{Address, Event};

use crate::broker::*;
use crate::proxy::Proxy;

/// Enough that a consumer which takes its turn would get some.
const MESSAGES: u8 = 20;

/// Loses the connections of a driver, and nobody tells the broker: then publishes to `address`, and
/// sees that all of it comes to the consumer that there is now.
async fn nothing_goes_to_the_ghost(
    proxy: &Proxy,
    driver: &dyn messaging::driver::Driver,
    consumer: &mut Box<dyn messaging::driver::Consumer>,
    address: &Address,
) {
    let other = connect().await;
    let mut events = driver.events();
    proxy.cut_unheard();
    let restored =
        async { while !matches!(events.next().await, Some(Event::ConsumerRestored { .. })) {} };
    let lost = async { while consumer.next().await.expect("it goes on").is_err() {} };
    tokio::select! {
        () = restored => {}
        () = lost => unreachable!("nothing was sent"),
        () = tokio::time::sleep(WITHIN) => panic!("it is restored in time"),
    }
    for number in 0..MESSAGES {
        // One by one: what the consumer has no room for, the broker gives to the ghost.
        other.publish(message(address, &[number])).await.unwrap();
        let delivery = next(consumer).await;
        assert_eq!(delivery.body, [number]);
        delivery.settle.ack().await.unwrap();
    }
    other.close(WITHIN).await;
}

/// Where there are as many consumers as ghosts, the broker would give each every other message.
#[tokio::test]
async fn replies_come_to_the_inbox_and_not_to_the_ghost_of_its_lost_connection() {
    let proxy = Proxy::start().await;
    let driver = connect_to(&proxy.url()).await.unwrap();
    let mut inbox = driver.open_inbox(inbox()).await.unwrap();
    let address = Address::Reply { queue: inbox.queue.clone() };
    nothing_goes_to_the_ghost(&proxy, &*driver, &mut inbox.consumer, &address).await;
    // One more ghost, of a connection that had a ghost itself.
    nothing_goes_to_the_ghost(&proxy, &*driver, &mut inbox.consumer, &address).await;
    inbox.consumer.close(WITHIN).await.unwrap();
}

#[tokio::test]
async fn so_do_messages_to_one_server_and_fanouts() {
    let (proxy, topic) = (Proxy::start().await, topic());
    let driver = connect_to(&proxy.url()).await.unwrap();
    let mut consumer = driver.listen(listen(&topic)).await.unwrap();
    let Address::Topic { exchange, topic: named, .. } = to_topic(&topic) else { unreachable!() };
    let to_server = Address::Topic { exchange, topic: named, server: Some("s".into()) };
    nothing_goes_to_the_ghost(&proxy, &*driver, &mut consumer, &to_server).await;
    nothing_goes_to_the_ghost(&proxy, &*driver, &mut consumer, &to_fanout(&topic)).await;
    consumer.close(WITHIN).await.unwrap();
}

#[tokio::test]
async fn so_do_replies_in_a_quorum_queue() {
    let proxy = Proxy::start().await;
    let url = format!("{}?rabbit_transient_quorum_queue=true", proxy.url());
    let driver = connect_to(&url).await.unwrap();
    let mut inbox = driver.open_inbox(inbox()).await.unwrap();
    let address = Address::Reply { queue: inbox.queue.clone() };
    nothing_goes_to_the_ghost(&proxy, &*driver, &mut inbox.consumer, &address).await;
    inbox.consumer.close(WITHIN).await.unwrap();
}
