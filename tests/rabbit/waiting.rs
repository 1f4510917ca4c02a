//! What passes by itself, and is waited for.

use std::process::Command;
use std::time::{Duration, Instant};

use messaging::ErrorKind;
use messaging::driver::{Event, Listen, Publish};

use crate::broker::*;

async fn rabbitmqctl(arguments: &[&str]) {
    let program = std::env::var("MESSAGING_TEST_RABBITMQCTL").expect("`cargo xtask test`");
    let mut command = Command::new(program);
    command.args(arguments);
    let said = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    assert!(said.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&said.stderr));
}

/// A virtual host that no other test has, and its URL.
async fn virtual_host() -> (String, String) {
    let name = format!("vhost-{}", uuid::Uuid::new_v4().simple());
    let (login, address, _) = parts();
    rabbitmqctl(&["add_vhost", &name]).await;
    rabbitmqctl(&["set_permissions", "-p", &name, "guest", ".*", ".*", ".*"]).await;
    let url = format!("rabbit://{login}@{address}/{name}");
    (name, url)
}

#[tokio::test]
async fn a_virtual_host_that_is_down_is_told_from_one_that_there_is_not_and_waited_for() {
    let (name, url) = virtual_host().await;
    let (driver, topic) = (connect_to(&url).await.unwrap(), topic());
    let mut consumer = driver.listen(listen(&topic)).await.unwrap();
    let mut events = driver.events();
    let stop = format!("rabbit_vhost_sup_sup:stop_and_delete_vhost(<<\"{name}\">>).");
    rabbitmqctl(&["eval", &stop]).await;
    rabbitmqctl(&["close_all_connections", "--vhost", &name, "tests"]).await;

    let error = connect_to(&url).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection, "{error}");
    assert!(error.to_string().contains("is starting or has failed"), "{error}");
    let missing = connect_to(&format!("{url}-missing")).await.unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::VirtualHost, "{missing}");

    let address = to_topic(&topic);
    let (begun, within) = (Instant::now(), Duration::from_secs(1));
    let error = driver.publish(Publish { within, ..message(&address, b"{}") }).await.unwrap_err();
    assert!(begun.elapsed() < within + WITHIN / 2);
    assert!(error.to_string().contains(&name), "{error}");

    let told =
        async { while !matches!(events.next().await.unwrap(), Event::ConsumerRestored { .. }) {} };
    let mending = async { while consumer.next().await.unwrap().is_err() {} };
    let mended = async {
        rabbitmqctl(&["restart_vhost", "-p", &name]).await;
        tokio::time::timeout(WITHIN, told).await.expect("it is restored in time");
    };
    tokio::select! { () = mended => {}, () = mending => panic!("nothing was sent") }
    driver.publish(message(&address, b"{}")).await.unwrap();
    next(&mut consumer).await.settle.ack().await.unwrap();
    consumer.close(WITHIN).await.unwrap();
    driver.close(WITHIN).await;
    rabbitmqctl(&["delete_vhost", &name]).await;
}

/// One node is a majority of one, and none of it is none.
#[tokio::test]
async fn a_quorum_queue_without_a_majority_is_named_and_waited_for() {
    let driver = connect_with("rabbit_quorum_queue=true").await;
    let topic = topic();
    let listen = Listen { exchange: format!("exchange-{topic}"), ..listen(&topic) };
    let first = driver.listen(listen.clone()).await.unwrap();
    first.close(WITHIN).await.unwrap();
    let server = format!("quorum_queues, {{'%2F_{topic}', node()}}");
    rabbitmqctl(&["eval", &format!("ra:stop_server({server}).")]).await;

    let (begun, within) = (Instant::now(), Duration::from_secs(7));
    let error = driver.listen(Listen { within, ..listen.clone() }).await.unwrap_err();
    assert!(begun.elapsed() < within + WITHIN / 2);
    assert!(error.to_string().contains("needs a majority"), "{error}");

    let starting = driver.listen(Listen { within: 3 * WITHIN, ..listen });
    let start = format!("ra:restart_server({server}).");
    let arguments = ["eval", &start];
    let (started, ()) = tokio::join!(starting, rabbitmqctl(&arguments));
    started.unwrap().close(WITHIN).await.unwrap();
}
