//! What goes where.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::future::join_all;

use super::env::{Env, message};
use crate::driver::{Address, Driver, Listen, Notes, Publish};

pub(super) async fn a_message_arrives_with_its_body(env: Env) {
    let driver = env.connect().await;
    let mut consumer = env.listen(&driver, "one", 10).await;
    env.send(&driver, &env.any(), "hello").await;
    let delivery = env.next(&mut consumer).await;
    assert_eq!(delivery.body, b"hello", "the body of the message that was sent");
    assert!(
        !delivery.redelivered(),
        "a message that arrives for the first time is not redelivered"
    );
    assert_eq!(delivery.attempt, 1, "it is the first attempt");
    assert_eq!(delivery.expires, None, "a message that was sent without an expiry has none");
    env.disconnect(&driver).await;
}

pub(super) async fn bodies_may_be_large_or_empty(env: Env) {
    let driver = env.connect().await;
    let mut consumer = env.listen(&driver, "one", 10).await;
    // Not the same byte over and over, so that pieces put together wrongly are seen.
    let large: Vec<u8> = (0..1_u32 << 18).flat_map(u32::to_le_bytes).collect();
    env.send(&driver, &env.any(), &large).await;
    env.send(&driver, &env.any(), "").await;
    env.send(&driver, &env.any(), "after").await;
    let received = env.receive(&mut consumer).await;
    assert!(received == large, "a body of 1 MiB arrives as it was sent");
    env.expect(&mut consumer, "").await;
    env.expect(&mut consumer, "after").await;
    env.disconnect(&driver).await;
}

pub(super) async fn notes_arrive_with_their_message(env: Env) {
    let (driver, other) = (env.connect().await, env.connect().await);
    let mut consumer = env.listen(&driver, "one", 10).await;
    let mut inbox = env.open_inbox(&driver).await;
    let sent = Notes::default().with("messaging-conformance", "höst-1").with("messaging-empty", "");
    let reply = Address::Reply { queue: inbox.queue.clone() };
    for address in [env.any(), env.fanout(), reply] {
        let consumer = match address {
            Address::Reply { .. } => &mut inbox.consumer,
            _ => &mut consumer,
        };
        let noted = Publish { notes: &sent, ..message(&address, b"noted") };
        env.publish(&other, noted).await.unwrap_or_else(|error| panic!("{address}: {error}"));
        env.send(&other, &address, "bare").await;
        for (body, notes) in [("noted", &sent), ("bare", Notes::NONE)] {
            let delivery = env.next(consumer).await;
            let received = (&delivery.body[..], sorted(&delivery.notes));
            assert_eq!(received, (body.as_bytes(), sorted(notes)), "at {address}");
            env.bounded("acknowledging", delivery.settle.ack()).await.ok();
        }
    }
    env.disconnect(&driver).await;
}

/// A broker may change the order.
fn sorted(notes: &Notes) -> BTreeMap<&str, &str> {
    notes.iter().collect()
}

pub(super) async fn a_message_to_a_server_reaches_that_server_alone(env: Env) {
    let driver = env.connect().await;
    let mut one = env.listen(&driver, "one", 10).await;
    let mut two = env.listen(&driver, "two", 10).await;
    for number in 0..10 {
        env.send(&driver, &env.server("two"), format!("two {number}")).await;
    }
    env.send(&driver, &env.server("one"), "one").await;
    env.expect(&mut one, "one").await;
    for number in 0..10 {
        env.expect(&mut two, format!("two {number}")).await;
    }
    env.disconnect(&driver).await;
}

pub(super) async fn a_fanout_reaches_each_server_once(env: Env) {
    let (sender, receiver) = (env.connect().await, env.connect().await);
    let mut one = env.listen(&receiver, "one", 10).await;
    let mut two = env.listen(&receiver, "two", 10).await;
    for body in ["first", "second"] {
        publish(&env, &sender, &env.fanout(), body).await;
    }
    for consumer in [&mut one, &mut two] {
        env.expect(consumer, "first").await;
        env.expect(consumer, "second").await;
    }
    env.disconnect(&sender).await;
    env.disconnect(&receiver).await;
}

pub(super) async fn a_fanout_needs_nobody(env: Env) {
    let (sender, receiver) = (env.connect().await, env.connect().await);
    publish(&env, &sender, &env.fanout(), "before anybody").await;
    let mut early = env.listen(&receiver, "early", 10).await;
    publish(&env, &sender, &env.fanout(), "one is there").await;
    env.expect(&mut early, "one is there").await;
    env.close(early).await;
    // With the last server the exchange goes (wire document, section 5.1).
    publish(&env, &sender, &env.fanout(), "nobody any more").await;
    let mut late = env.listen(&receiver, "late", 10).await;
    publish(&env, &sender, &env.fanout(), "one is there again").await;
    env.expect(&mut late, "one is there again").await;
    env.disconnect(&sender).await;
    env.disconnect(&receiver).await;
}

pub(super) async fn a_mandatory_message_that_no_queue_takes_is_unroutable(env: Env) {
    let driver = env.connect().await;
    let reply = Address::Reply { queue: format!("reply-{}", env.topic()) };
    for address in [env.any(), env.server("one"), reply] {
        env.send_in_vain(&driver, &address).await;
    }
    // A server of the topic does not stand in for another.
    let mut one = env.listen(&driver, "one", 10).await;
    env.send_in_vain(&driver, &env.server("two")).await;
    env.send(&driver, &env.server("one"), "one").await;
    env.expect(&mut one, "one").await;
    env.disconnect(&driver).await;
}

pub(super) async fn a_message_that_is_not_mandatory_may_be_for_nobody(env: Env) {
    let driver = env.connect().await;
    let reply = Address::Reply { queue: format!("reply-{}", env.topic()) };
    for address in [env.any(), env.server("one"), reply] {
        publish(&env, &driver, &address, "nobody is there").await;
    }
    let mut consumer = env.listen(&driver, "one", 10).await;
    env.send(&driver, &env.any(), "any").await;
    env.expect(&mut consumer, "any").await;
    env.send(&driver, &env.server("one"), "one").await;
    env.expect(&mut consumer, "one").await;
    env.disconnect(&driver).await;
}

pub(super) async fn the_queues_of_a_server_outlive_it(env: Env) {
    let (sender, receiver) = (env.connect().await, env.connect().await);
    let first = env.listen(&receiver, "one", 10).await;
    env.close(first).await;
    env.send(&sender, &env.any(), "any").await;
    let mut second = env.listen(&receiver, "one", 10).await;
    env.expect(&mut second, "any").await;
    env.close(second).await;
    env.send(&sender, &env.server("one"), "one").await;
    let mut third = env.listen(&receiver, "one", 10).await;
    env.expect(&mut third, "one").await;
    env.disconnect(&sender).await;
    env.disconnect(&receiver).await;
}

pub(super) async fn exchanges_are_separate(env: Env) {
    let driver = env.connect().await;
    let mut here = env.listen(&driver, "one", 10).await;
    // Another topic there, so that the exchange is there whoever declares it.
    let exchange = format!("{}-other", env.exchange());
    let other = Listen {
        exchange: exchange.clone(),
        topic: format!("{}-other", env.topic()),
        ..env.listen_to("one", 10)
    };
    let listening = env.bounded("listening", driver.listen(other)).await;
    let _there = listening.unwrap_or_else(|error| panic!("listening failed: {error}"));

    let elsewhere = Address::Topic { exchange, topic: env.topic(), server: None };
    env.send_in_vain(&driver, &elsewhere).await;
    publish(&env, &driver, &elsewhere, "elsewhere").await;
    env.send(&driver, &env.any(), "here").await;
    env.expect(&mut here, "here").await;
    env.disconnect(&driver).await;
}

pub(super) async fn an_inbox_gets_what_is_sent_to_it_alone(env: Env) {
    let (sender, receiver) = (env.connect().await, env.connect().await);
    let mut one = env.open_inbox(&receiver).await;
    let mut two = env.open_inbox(&receiver).await;
    let mut three = env.open_inbox(&sender).await;
    let queues = BTreeSet::from([&one.queue, &two.queue, &three.queue]);
    assert_eq!(queues.len(), 3, "each inbox has a queue of its own name, and these are {queues:?}");
    for round in ["first", "second"] {
        for inbox in [&mut one, &mut two, &mut three] {
            let address = Address::Reply { queue: inbox.queue.clone() };
            env.send(&sender, &address, format!("{round} for {}", inbox.queue)).await;
        }
    }
    for round in ["first", "second"] {
        for inbox in [&mut one, &mut two, &mut three] {
            env.expect(&mut inbox.consumer, format!("{round} for {}", inbox.queue)).await;
        }
    }
    env.disconnect(&sender).await;
    env.disconnect(&receiver).await;
}

pub(super) async fn a_closed_inbox_takes_no_more(env: Env) {
    let (sender, receiver) = (env.connect().await, env.connect().await);
    let inbox = env.open_inbox(&receiver).await;
    let address = Address::Reply { queue: inbox.queue };
    env.send(&sender, &address, "it is open").await;
    env.close(inbox.consumer).await;
    env.send_in_vain(&sender, &address).await;
    publish(&env, &sender, &address, "it is closed").await;
    env.disconnect(&sender).await;
    env.disconnect(&receiver).await;
}

pub(super) async fn many_may_publish_at_once(env: Env) {
    const MANY: usize = 200;
    let driver = env.connect().await;
    let mut consumer = env.listen(&driver, "one", 10).await;
    let address = env.any();
    let sending = (0..MANY).map(|number| env.send(&driver, &address, number.to_string()));
    join_all(sending).await;
    let mut received = BTreeSet::new();
    for _ in 0..MANY {
        received.insert(env.receive(&mut consumer).await);
    }
    assert_eq!(received.len(), MANY, "each of {MANY} messages arrives once");
    env.send(&driver, &address, "after").await;
    env.expect(&mut consumer, "after").await;
    env.disconnect(&driver).await;
}

/// Publishes what is not mandatory.
async fn publish(env: &Env, driver: &Arc<dyn Driver>, to: &Address, body: &str) {
    if let Err(error) = env.publish(driver, message(to, body.as_bytes())).await {
        panic!("a message to {to} that was not mandatory failed: {error}");
    }
}
