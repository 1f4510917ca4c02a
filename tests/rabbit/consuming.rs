//! What consumers leave behind.

use messaging::driver::Driver;

use crate::broker::*;

/// Waits until the broker has done what it was told in the background.
async fn eventually_gone(queue: &str) {
    let gone = async { while queue_exists(queue).await {} };
    tokio::time::timeout(WITHIN, gone).await.expect("the queue is deleted");
}

async fn inbox(driver: &dyn Driver) -> messaging::driver::Inbox {
    let inbox = driver.open_inbox(WITHIN).await.unwrap();
    assert!(queue_exists(&inbox.queue).await);
    inbox
}

#[tokio::test]
async fn a_closed_inbox_takes_its_queue_with_it() {
    let driver = connect().await;
    let inbox = inbox(&*driver).await;
    inbox.consumer.close(WITHIN).await.unwrap();
    assert!(!queue_exists(&inbox.queue).await);
}

#[tokio::test]
async fn so_does_a_dropped_one() {
    let driver = connect().await;
    let inbox = inbox(&*driver).await;
    drop(inbox.consumer);
    eventually_gone(&inbox.queue).await;
}

#[tokio::test]
async fn and_a_closed_driver_which_ends_its_consumers() {
    let driver = connect().await;
    let mut inbox = inbox(&*driver).await;
    let ending = async { inbox.consumer.next().await.is_none() };
    let (ended, ()) = tokio::join!(ending, driver.close(WITHIN));
    assert!(ended);
    assert!(!queue_exists(&inbox.queue).await);
}
