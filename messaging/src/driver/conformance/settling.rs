//! What becomes of messages that were given out.

use std::sync::Arc;

use super::env::Env;
use crate::driver::{Consumer, Driver};

pub(super) async fn what_was_not_settled_comes_back_after_close(env: Env) {
    let driver = env.connect().await;
    let mut first = env.listen(&driver, "one", 10).await;
    hold_two(&env, &driver, &mut first).await;
    env.close(first).await;
    expect_both_again(&env, &driver).await;
    env.disconnect(&driver).await;
}

pub(super) async fn what_was_not_settled_comes_back_after_drop(env: Env) {
    let driver = env.connect().await;
    let mut first = env.listen(&driver, "one", 10).await;
    hold_two(&env, &driver, &mut first).await;
    drop(first);
    expect_both_again(&env, &driver).await;
    env.disconnect(&driver).await;
}

pub(super) async fn what_was_acknowledged_does_not_come_back(env: Env) {
    let driver = env.connect().await;
    let mut first = env.listen(&driver, "one", 10).await;
    for body in ["first", "second", "third"] {
        env.send(&driver, &env.any(), body).await;
    }
    env.expect(&mut first, "first").await;
    let _not_settled = env.next(&mut first).await;
    env.expect(&mut first, "third").await;
    env.close(first).await;
    env.send(&driver, &env.any(), "after").await;
    let mut second = env.listen(&driver, "two", 10).await;
    env.expect(&mut second, "second").await;
    env.expect(&mut second, "after").await;
    env.disconnect(&driver).await;
}

pub(super) async fn a_rejected_message_comes_back_if_asked_to(env: Env) {
    let driver = env.connect().await;
    let mut consumer = env.listen(&driver, "one", 10).await;
    env.send(&driver, &env.any(), "again").await;
    let delivery = env.next(&mut consumer).await;
    let rejected = env.bounded("rejecting", delivery.settle.reject(true)).await;
    rejected.unwrap_or_else(|error| panic!("rejecting failed: {error}"));
    let again = env.next(&mut consumer).await;
    assert_eq!(again.body, b"again", "the message that was put back comes again");
    assert!(again.redelivered(), "a message that was put back says that it is redelivered");
    assert_eq!(again.attempt, 2, "it says that it is the second attempt");
    env.disconnect(&driver).await;
}

pub(super) async fn a_rejected_message_is_gone_otherwise(env: Env) {
    let driver = env.connect().await;
    let mut consumer = env.listen(&driver, "one", 10).await;
    env.send(&driver, &env.any(), "refused").await;
    let delivery = env.next(&mut consumer).await;
    let rejected = env.bounded("rejecting", delivery.settle.reject(false)).await;
    rejected.unwrap_or_else(|error| panic!("rejecting failed: {error}"));
    env.send(&driver, &env.any(), "after").await;
    env.expect(&mut consumer, "after").await;
    env.disconnect(&driver).await;
}

pub(super) async fn settling_after_close_is_an_error(env: Env) {
    let driver = env.connect().await;
    let mut first = env.listen(&driver, "one", 10).await;
    env.send(&driver, &env.any(), "late").await;
    let delivery = env.next(&mut first).await;
    env.close(first).await;
    let settled = env.bounded("acknowledging", delivery.settle.ack()).await;
    assert!(settled.is_err(), "a message that went back to its queue cannot be acknowledged");
    let mut second = env.listen(&driver, "two", 10).await;
    env.expect(&mut second, "late").await;
    env.disconnect(&driver).await;
}

/// Has `consumer` take two messages whose deliveries are dropped, which settles nothing.
async fn hold_two(env: &Env, driver: &Arc<dyn Driver>, consumer: &mut Box<dyn Consumer>) {
    for body in ["one", "two"] {
        env.send(driver, &env.any(), body).await;
        let delivery = env.next(consumer).await;
        assert_eq!(delivery.body, body.as_bytes(), "the message that was sent");
    }
}

async fn expect_both_again(env: &Env, driver: &Arc<dyn Driver>) {
    let mut second = env.listen(driver, "two", 10).await;
    for body in ["one", "two"] {
        let delivery = env.next(&mut second).await;
        assert_eq!(delivery.body, body.as_bytes(), "what was not settled comes back, in order");
        assert!(delivery.redelivered(), "what comes back says that it is redelivered");
    }
}
