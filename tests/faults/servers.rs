//! What becomes of calls when the server that has them is killed.

use std::time::{Duration, Instant};

use messaging::{ErrorKind, Proxy as _, Transport};

use crate::broker::{WITHIN, topic, url};
use crate::process::{ALL, Process, ids};
use crate::queue;
use crate::work::WorkClient;

fn client(transport: &Transport, topic: &str) -> WorkClient {
    WorkClient::new(transport).prepare().topic(topic).timeout(WITHIN).build().unwrap()
}

#[tokio::test]
async fn a_call_whose_server_is_killed_ends_in_time_and_runs_nowhere_else() {
    let topic = topic();
    let mut killed = Process::serve(&url(), &topic, "one", 2, 0).await;
    let transport = Transport::connect(&url()).await.unwrap();
    let client = client(&transport, &topic);
    let (timeout, begun) = (Duration::from_secs(4), Instant::now());
    let plain = client.ask("plain".into()).timeout(timeout);
    let plain = tokio::spawn(async move { (plain.await, begun.elapsed()) });
    let long = client.ask("monitored".into()).timeout(Duration::from_secs(600));
    let monitored = tokio::spawn(long.monitor(Duration::from_secs(2)).into_future());
    killed.until("begun", 2).await;
    // The broker hands these over once it has taken note that the first two are acknowledged.
    client.note("third".into()).await.unwrap();
    client.note("fourth".into()).await.unwrap();
    queue::shrinks_to(&url(), &topic, 0).await;
    killed.kill().await;
    let mut next = Process::serve(&url(), &topic, "two", 2, ALL).await;

    let (ended, took) = plain.await.unwrap();
    let error = ended.unwrap_err();
    assert_eq!(error.rpc().unwrap().kind(), ErrorKind::Timeout, "{error}");
    assert!(took >= timeout && took < timeout + WITHIN / 2, "{took:?}");
    // It has ten minutes, and learns early that nobody lives who could answer.
    let error = tokio::time::timeout(WITHIN, monitored).await.unwrap().unwrap().unwrap_err();
    assert!(error.to_string().contains("sign of life"), "{error}");
    next.until("done", 2).await;
    assert_eq!(client.ask("after".into()).await.unwrap(), "after by two");
    let mut begun = ids(&next.finish().await, "begun");
    begun.sort();
    assert_eq!(begun, ["after", "fourth", "third"]);
}

#[tokio::test]
async fn an_idempotent_call_whose_server_is_killed_is_answered_by_another() {
    let topic = topic();
    let mut killed = Process::serve(&url(), &topic, "one", 4, 0).await;
    let transport = Transport::connect(&url()).await.unwrap();
    let call = tokio::spawn(client(&transport, &topic).ask_again("it".into()).into_future());
    killed.until("begun", 1).await;
    let other = Process::serve(&url(), &topic, "two", 4, ALL).await;
    killed.kill().await;
    assert_eq!(call.await.unwrap().unwrap(), "it by two");
    assert_eq!(ids(&other.finish().await, "begun"), ["it"]);
}

/// The broker has handed over far more than the server has workers for.
#[tokio::test]
async fn what_a_killed_server_was_sent_and_had_not_begun_runs_on_another() {
    let topic = topic();
    // All that comes but for one, so that the queue is empty once that one is acknowledged.
    let prefetching = format!("{}?rabbit_qos_prefetch_count=41", url());
    let mut killed = Process::serve(&prefetching, &topic, "one", 2, 0).await;
    let transport = Transport::connect(&url()).await.unwrap();
    let client = client(&transport, &topic);
    client.note("runs and dies".into()).await.unwrap();
    client.note_again("runs again".into()).await.unwrap();
    killed.until("begun", 2).await;
    let mut expected = vec!["runs again".to_owned()];
    for id in 0..40 {
        client.note(id.to_string()).await.unwrap();
        expected.push(id.to_string());
    }
    queue::shrinks_to(&url(), &topic, 0).await;
    let call = tokio::spawn(client.ask("asked".into()).into_future());
    assert_eq!(ids(&killed.kill().await, "begun").len(), 2);

    let other = Process::serve(&url(), &topic, "two", 2, ALL).await;
    assert_eq!(call.await.unwrap().unwrap(), "asked by two");
    expected.push("asked".to_owned());
    let mut begun = ids(&other.finish().await, "begun");
    begun.sort();
    expected.sort();
    assert_eq!(begun, expected);
}
