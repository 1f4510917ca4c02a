//! What becomes of calls and casts when the client is killed, or loses what it has at the broker.

use std::time::Duration;

use messaging::{Config, ErrorKind, Executor, Proxy as _, Transport};

use crate::broker::{WITHIN, delete_queue, options, topic, url};
use crate::process::Process;
use crate::proxy::Proxy;
use crate::work::WorkClient;
use crate::worker::Worker;

fn client(transport: &Transport, topic: &str) -> WorkClient {
    WorkClient::new(transport).prepare().topic(topic).timeout(WITHIN).build().unwrap()
}

/// A URL whose client has a reply queue of a known name, and that name.
fn with_known_reply_queue(name: &str) -> (String, String) {
    let query = "use_queue_manager=true&hostname=faults";
    (format!("{}?{query}&processname={name}", url()), format!("reply_faults:{name}:1"))
}

#[tokio::test]
async fn a_client_that_is_killed_during_its_call_costs_the_server_nothing() {
    let topic = topic();
    let transport = Transport::connect(&url()).await.unwrap();
    let mut worker = Worker::start_held(&transport, &topic, Executor::serial()).await;
    let (url, reply_queue) = with_known_reply_queue(&topic);
    let killed = Process::call(&url, &topic);
    assert_eq!(worker.next().await, "of the client");
    killed.kill().await;
    // The broker does it when nobody has used the queue for half an hour.
    delete_queue(&reply_queue).await;

    // Its answer finds no queue and is tried again for a while; the one worker serves others.
    worker.release();
    for id in ["a", "b"] {
        let answer = client(&transport, &topic).ask(id.into()).timeout(Duration::from_secs(5));
        assert_eq!(answer.await.unwrap(), format!("{id} by here"));
    }
    assert_eq!(worker.finish().await, ["a", "b"]);
}

#[tokio::test]
async fn a_call_whose_reply_queue_is_deleted_is_answered_all_the_same() {
    let topic = topic();
    let transport = Transport::connect(&url()).await.unwrap();
    let mut worker = Worker::start_held(&transport, &topic, Executor::serial()).await;
    let (url, reply_queue) = with_known_reply_queue(&topic);
    let caller = Transport::from_config(&Config::new().url(&url).rabbit(options())).await.unwrap();
    let call = tokio::spawn(client(&caller, &topic).ask("it".into()).into_future());
    assert_eq!(worker.next().await, "it");
    delete_queue(&reply_queue).await;
    worker.release();
    assert_eq!(call.await.unwrap().unwrap(), "it by here");
    assert!(worker.finish().await.is_empty(), "it ran again");
}

async fn send(client: WorkClient, kind: &str) -> Result<(), messaging::Error> {
    let id = kind.to_owned();
    let called = match kind {
        "cast" => return client.note(id).await,
        "idempotent cast" => return client.note_again(id).await,
        "fanout" => return client.note(id).fanout().await,
        "call" => client.ask(id).await,
        _ => client.ask_again(id).await,
    };
    called.map(drop).map_err(|error| error.rpc().expect("it has no error of its own").clone())
}

/// The broker has the message, and its word that it does is lost with the connection.
#[tokio::test]
async fn what_was_not_confirmed_is_not_sent_again_and_a_call_waits_for_its_answer() {
    let topic = topic();
    let transport = Transport::connect(&url()).await.unwrap();
    let mut worker = Worker::start(&transport, &topic, Executor::serial()).await;
    let proxy = Proxy::start().await;
    let config = Config::new().url(&proxy.url()).rabbit(options());
    let caller = Transport::from_config(&config).await.unwrap();
    let client = client(&caller, &topic);
    client.ask("the reply queue is there".into()).await.unwrap();
    worker.next().await;

    for kind in ["cast", "idempotent cast", "fanout", "call", "idempotent call"] {
        // The channels, of casts and of calls, and the exchanges are there, so that the message itself
        // meets the silence. What these say comes after any second copy of the last one.
        client.note("next".into()).await.unwrap();
        assert_eq!(worker.next().await, "next");
        client.note("and next".into()).fanout().await.unwrap();
        assert_eq!(worker.next().await, "and next");
        client.ask("at last".into()).await.unwrap();
        assert_eq!(worker.next().await, "at last");
        proxy.swallow();
        let sending = tokio::spawn(send(client.clone(), kind));
        assert_eq!(worker.next().await, kind);
        proxy.cut();
        let sent = sending.await.unwrap();
        match kind {
            // The answer says more than the confirmation, and comes over the next connection.
            "call" | "idempotent call" => sent.unwrap(),
            _ => assert_eq!(sent.unwrap_err().kind(), ErrorKind::NotConfirmed),
        }
    }
    client.note("last".into()).await.unwrap();
    assert_eq!(worker.next().await, "last");
    assert!(worker.finish().await.is_empty());
}
