//! What consumers leave behind.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use messaging::driver::{Awaited, Driver, OpenInbox};

use crate::broker::*;

/// Waits until the broker has done what it was told in the background.
async fn eventually_gone(queue: &str) {
    let gone = async { while queue_exists(queue).await {} };
    tokio::time::timeout(WITHIN, gone).await.expect("the queue is deleted");
}

async fn inbox(driver: &dyn Driver) -> messaging::driver::Inbox {
    let inbox = driver.open_inbox(crate::broker::inbox()).await.unwrap();
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

/// A queue that collects what nobody reads would be left for half an hour.
#[tokio::test]
async fn a_start_that_is_given_up_leaves_no_queue_of_its_own() {
    let driver = connect().await;
    let topic = topic();
    // The shared queues exist, so that the time is spent on this server's own.
    let first = driver.listen(listen(&topic)).await.unwrap();
    for micros in (0..60).map(|step| step * 150) {
        let start = driver.listen(listen(&topic));
        let _ = tokio::time::timeout(Duration::from_micros(micros), start).await;
    }
    first.close(WITHIN).await.unwrap();
    let left = async { while fanout_queues(topic.clone()).await > 0 {} };
    tokio::time::timeout(WITHIN * 2, left).await.expect("all of them are deleted");
}

/// How many fanout queues of a topic there are. Asked on a thread where that may block, since the
/// queues are deleted meanwhile.
async fn fanout_queues(topic: String) -> usize {
    let rabbitmqctl = std::env::var("MESSAGING_TEST_RABBITMQCTL").expect("`cargo xtask test`");
    let ask = move || Command::new(rabbitmqctl).args(["-q", "list_queues", "name"]).output();
    let said = tokio::task::spawn_blocking(ask).await.unwrap().unwrap();
    let names = String::from_utf8_lossy(&said.stdout).into_owned();
    names.lines().filter(|name| name.starts_with(&format!("{topic}_fanout_"))).count()
}

/// The fanout exchange vanishes with the last server's queue, also while the next one binds.
#[tokio::test]
async fn a_server_starts_while_the_last_one_of_its_topic_stops() {
    let (one, other) = (connect().await, connect().await);
    let topic = topic();
    let mut last = one.listen(listen(&topic)).await.unwrap();
    for round in 0..60 {
        let driver = if round % 2 == 0 { &other } else { &one };
        let (closed, started) = tokio::join!(last.close(WITHIN), driver.listen(listen(&topic)));
        closed.unwrap();
        last = started.unwrap();
    }
    last.close(WITHIN).await.unwrap();
}

/// A Python server holds a worker for a minute over each answer whose queue is gone.
#[tokio::test]
async fn a_reply_queue_in_which_answers_are_awaited_outlives_its_consumer() {
    let driver = connect().await;
    let awaited = Arc::new(AtomicBool::new(true));
    let told = Arc::clone(&awaited);
    let told = Awaited::while_true(move || told.load(Ordering::Relaxed));
    let opening = OpenInbox { awaited: told, ..crate::broker::inbox() };
    let [first, second] = [opening.clone(), opening];
    let first = driver.open_inbox(first).await.unwrap();
    first.consumer.close(WITHIN).await.unwrap();
    assert!(queue_exists(&first.queue).await);
    delete_queue(&first.queue).await;

    let second = driver.open_inbox(second).await.unwrap();
    awaited.store(false, Ordering::Relaxed);
    second.consumer.close(WITHIN).await.unwrap();
    assert!(!queue_exists(&second.queue).await);
}
