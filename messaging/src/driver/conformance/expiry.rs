//! Messages that wait too long.

use std::time::Duration;

use super::env::{Env, message};
use crate::driver::Publish;

pub(super) async fn a_message_expires_while_it_waits(env: Env) {
    let driver = env.connect().await;
    let consumer = env.listen(&driver, "one", 10).await;
    env.close(consumer).await;
    for address in [env.any(), env.server("one")] {
        let expires = Some(Duration::from_millis(200));
        let short = Publish { expires, mandatory: true, ..message(&address, b"short-lived") };
        let published = env.publish(&driver, short).await;
        published.unwrap_or_else(|error| panic!("a message to {address} failed: {error}"));
    }
    env.runtime().sleep(Duration::from_secs(1)).await;
    let mut consumer = env.listen(&driver, "one", 10).await;
    env.send(&driver, &env.any(), "any").await;
    env.expect(&mut consumer, "any").await;
    env.send(&driver, &env.server("one"), "one").await;
    env.expect(&mut consumer, "one").await;
    env.disconnect(&driver).await;
}

pub(super) async fn the_expiry_arrives_with_the_message(env: Env) {
    let driver = env.connect().await;
    let mut consumer = env.listen(&driver, "one", 10).await;
    let (address, sent) = (env.any(), Duration::from_millis(61_500));
    let expires = Some(sent);
    let published =
        env.publish(&driver, Publish { expires, ..message(&address, b"long-lived") }).await;
    published.unwrap_or_else(|error| panic!("a message to {address} failed: {error}"));
    let delivery = env.next(&mut consumer).await;
    // What is left of it, after a road that takes a while.
    let left = delivery.expires.expect("an expiry, since the message was sent with one");
    assert!(left <= sent && left > sent / 2, "of {sent:?}, {left:?} are left");
    env.disconnect(&driver).await;
}
