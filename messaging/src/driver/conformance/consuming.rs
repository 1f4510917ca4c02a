//! How messages are handed to consumers.

use std::collections::BTreeSet;
use std::pin::pin;

use futures_util::FutureExt as _;
use futures_util::future::{Either, select};

use super::env::Env;

pub(super) async fn messages_of_a_queue_come_in_order(env: Env) {
    let driver = env.connect().await;
    let mut consumer = env.listen(&driver, "one", 10).await;
    // Some that wait and some that are handed over as they come.
    for number in 0..50 {
        env.send(&driver, &env.any(), number.to_string()).await;
    }
    for number in 0..100 {
        if number < 50 {
            env.send(&driver, &env.any(), (number + 50).to_string()).await;
        }
        env.expect(&mut consumer, number.to_string()).await;
    }
    env.disconnect(&driver).await;
}

pub(super) async fn servers_of_a_topic_share_its_messages(env: Env) {
    const MANY: usize = 40;
    let driver = env.connect().await;
    // With a prefetch of one, neither can be handed all of them while the other waits.
    let mut one = env.listen(&driver, "one", 1).await;
    let mut two = env.listen(&driver, "two", 1).await;
    for number in 0..MANY {
        env.send(&driver, &env.any(), number.to_string()).await;
    }
    let (mut received, mut by_one, mut by_two) = (BTreeSet::new(), 0, 0);
    for _ in 0..MANY {
        let (delivery, count) = {
            match select(pin!(env.next(&mut one)), pin!(env.next(&mut two))).await {
                Either::Left((delivery, _)) => (delivery, &mut by_one),
                Either::Right((delivery, _)) => (delivery, &mut by_two),
            }
        };
        *count += 1;
        received.insert(delivery.body);
        let acknowledged = env.bounded("acknowledging", delivery.settle.ack()).await;
        acknowledged.unwrap_or_else(|error| panic!("acknowledging failed: {error}"));
    }
    assert_eq!(received.len(), MANY, "each of {MANY} messages is handed to one server, once");
    assert!(by_one > 0 && by_two > 0, "both servers get some: one {by_one}, the other {by_two}");
    // What either still held would come back before this.
    env.close(one).await;
    env.close(two).await;
    env.send(&driver, &env.any(), "after").await;
    let mut three = env.listen(&driver, "three", 10).await;
    env.expect(&mut three, "after").await;
    env.disconnect(&driver).await;
}

pub(super) async fn prefetch_leaves_the_rest_to_others(env: Env) {
    let driver = env.connect().await;
    let mut holder = env.listen(&driver, "holder", 1).await;
    for body in ["held", "first of the rest", "second of the rest"] {
        env.send(&driver, &env.any(), body).await;
    }
    let held = env.next(&mut holder).await;
    assert_eq!(held.body, b"held", "the first message goes to the only consumer");
    let mut other = env.listen(&driver, "other", 10).await;
    env.expect(&mut other, "first of the rest").await;
    env.expect(&mut other, "second of the rest").await;
    // It counts per queue: what comes by another is handed over.
    env.send(&driver, &env.server("holder"), "by another queue").await;
    env.expect(&mut holder, "by another queue").await;
    env.disconnect(&driver).await;
}

pub(super) async fn acknowledging_makes_room_in_the_prefetch(env: Env) {
    let driver = env.connect().await;
    let mut consumer = env.listen(&driver, "one", 2).await;
    for number in 0..10 {
        env.send(&driver, &env.any(), number.to_string()).await;
    }
    for number in 0..10 {
        env.expect(&mut consumer, number.to_string()).await;
    }
    env.disconnect(&driver).await;
}

pub(super) async fn next_may_be_dropped_without_loss(env: Env) {
    let driver = env.connect().await;
    let mut consumer = env.listen(&driver, "one", 0).await;
    let mut received = Vec::new();
    for number in 0..30 {
        // Looked at once and dropped, before and after something comes.
        let mut looks = vec![consumer.next().now_or_never()];
        env.send(&driver, &env.any(), number.to_string()).await;
        looks.push(consumer.next().now_or_never());
        for look in looks.into_iter().flatten() {
            match look {
                Some(Ok(delivery)) => received.push(delivery.body),
                Some(Err(error)) => panic!("the consumer failed: {error}"),
                None => panic!("the consumer ended"),
            }
        }
    }
    while received.len() < 30 {
        received.push(env.next(&mut consumer).await.body);
    }
    let sent: Vec<_> = (0..30).map(|number| number.to_string().into_bytes()).collect();
    assert_eq!(received, sent, "all messages come, in order, though `next` was dropped at times");
    env.disconnect(&driver).await;
}

pub(super) async fn next_may_be_left_for_something_else_without_loss(env: Env) {
    let driver = env.connect().await;
    let mut consumer = env.listen(&driver, "one", 0).await;
    let address = env.any();
    let mut received = Vec::new();
    for number in 0..30 {
        let sending = env.send(&driver, &address, number.to_string());
        let mut sending = pin!(sending);
        // Whichever ends first: often the message is on its way to a `next` that is given up.
        let first = match select(consumer.next(), sending.as_mut()).await {
            Either::Left((Some(Ok(delivery)), _)) => Some(delivery),
            Either::Left((Some(Err(error)), _)) => panic!("the consumer failed: {error}"),
            Either::Left((None, _)) => panic!("the consumer ended"),
            Either::Right(((), _)) => None,
        };
        if let Some(delivery) = first {
            received.push(delivery.body);
            sending.await;
        }
    }
    while received.len() < 30 {
        received.push(env.next(&mut consumer).await.body);
    }
    let sent: Vec<_> = (0..30).map(|number| number.to_string().into_bytes()).collect();
    assert_eq!(received, sent, "all messages come, in order, though `next` was given up at times");
    env.disconnect(&driver).await;
}
