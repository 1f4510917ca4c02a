//! How consumers and drivers end.

use futures_util::future::join;

use super::env::{Env, WITHIN, message};
use crate::driver::OpenInbox;
use crate::{Error, ErrorKind};

pub(super) async fn cancel_gives_back_what_was_not_given_out(env: Env) {
    let driver = env.connect().await;
    let mut first = env.listen(&driver, "one", 10).await;
    for body in ["given out", "first of the rest", "second of the rest"] {
        env.send(&driver, &env.any(), body).await;
    }
    let given_out = env.next(&mut first).await;
    assert_eq!(given_out.body, b"given out", "the first message that was sent");
    env.cancel(&mut first).await;
    env.expect_end(&mut first).await;
    let mut second = env.listen(&driver, "two", 10).await;
    env.expect(&mut second, "first of the rest").await;
    env.expect(&mut second, "second of the rest").await;
    env.send(&driver, &env.any(), "after").await;
    env.expect(&mut second, "after").await;
    env.disconnect(&driver).await;
}

pub(super) async fn what_was_given_out_can_be_settled_after_cancel(env: Env) {
    let driver = env.connect().await;
    let mut first = env.listen(&driver, "one", 10).await;
    for body in ["acknowledged", "put back"] {
        env.send(&driver, &env.any(), body).await;
    }
    let acknowledged = env.next(&mut first).await;
    let put_back = env.next(&mut first).await;
    env.cancel(&mut first).await;
    for settling in [acknowledged.settle.ack(), put_back.settle.reject(true)] {
        let settled = env.bounded("settling", settling).await;
        settled.unwrap_or_else(|error| panic!("settling after cancel failed: {error}"));
    }
    env.close(first).await;
    let mut second = env.listen(&driver, "two", 10).await;
    env.expect(&mut second, "put back").await;
    env.send(&driver, &env.any(), "after").await;
    env.expect(&mut second, "after").await;
    env.disconnect(&driver).await;
}

pub(super) async fn closing_the_driver_ends_its_consumers(env: Env) {
    let driver = env.connect().await;
    let mut consumer = env.listen(&driver, "one", 10).await;
    let mut inbox = env.open_inbox(&driver).await;
    let waiting = join(env.expect_end(&mut consumer), env.expect_end(&mut inbox.consumer));
    join(waiting, env.disconnect(&driver)).await;
    // And not only once.
    env.expect_end(&mut consumer).await;
}

pub(super) async fn closing_the_driver_gives_back_what_was_not_settled(env: Env) {
    let (first, second) = (env.connect().await, env.connect().await);
    let mut consumer = env.listen(&first, "one", 10).await;
    env.send(&second, &env.any(), "not settled").await;
    let _not_settled = env.next(&mut consumer).await;
    env.disconnect(&first).await;
    let mut consumer = env.listen(&second, "two", 10).await;
    let again = env.next(&mut consumer).await;
    assert_eq!(again.body, b"not settled", "what the closed driver held comes back");
    assert!(again.redelivered(), "what comes back says that it is redelivered");
    env.disconnect(&second).await;
}

pub(super) async fn a_closed_driver_says_so(env: Env) {
    let driver = env.connect().await;
    // The exchange is there, so that nothing else can be wrong.
    let _consumer = env.listen(&driver, "one", 10).await;
    env.disconnect(&driver).await;
    let published = env.publish(&driver, message(&env.any(), b"late")).await;
    expect_closed("publishing", published);
    let listening = driver.listen(env.listen_to("one", 10));
    expect_closed("listening", env.bounded("listening", listening).await);
    let opening = driver.open_inbox(OpenInbox::within(WITHIN));
    expect_closed("opening an inbox", env.bounded("opening an inbox", opening).await);
}

pub(super) async fn closing_twice_is_closing_once(env: Env) {
    let driver = env.connect().await;
    let consumer = env.listen(&driver, "one", 10).await;
    join(env.disconnect(&driver), env.disconnect(&driver)).await;
    env.disconnect(&driver).await;
    drop(consumer);
}

fn expect_closed<T>(what: &str, outcome: Result<T, Error>) {
    match outcome {
        Ok(_) => panic!("{what} succeeded after the driver was closed"),
        Err(error) => assert_eq!(
            error.kind(),
            ErrorKind::Closed,
            "{what} after the driver was closed failed in another way: {error}"
        ),
    }
}
