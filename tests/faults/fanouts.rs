//! What becomes of fanouts when one of the servers is killed.

use messaging::{Proxy as _, Transport};

use crate::broker::{topic, url};
use crate::process::{ALL, Process, ids};
use crate::work::WorkClient;

/// Each server has a queue of its own for them, which nobody else reads.
#[tokio::test]
async fn a_fanout_dies_with_the_server_it_waits_for_and_reaches_the_others() {
    let topic = topic();
    let mut killed = Process::serve(&url(), &topic, "one", 1, 0).await;
    let mut other = Process::serve(&url(), &topic, "two", 1, ALL).await;
    let transport = Transport::connect(&url()).await.unwrap();
    let client = WorkClient::new(&transport).prepare().topic(&topic).build().unwrap();
    client.note("first".into()).fanout().await.unwrap();
    client.note_again("second".into()).fanout().await.unwrap();
    killed.until_event("begun", "first").await;
    other.until_event("done", "second").await;
    assert_eq!(ids(&killed.kill().await, "begun"), ["first"]);

    let mut next = Process::serve(&url(), &topic, "one", 1, ALL).await;
    client.note("third".into()).fanout().await.unwrap();
    next.until_event("done", "third").await;
    other.until_event("done", "third").await;
    assert_eq!(ids(&next.finish().await, "done"), ["third"]);
    assert_eq!(ids(&other.finish().await, "done"), ["first", "second", "third"]);
}
