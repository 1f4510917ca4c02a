//! A request that is fanned out with a reply address is answered by servers of both languages.

use std::collections::BTreeSet;
use std::time::Duration;

use messaging::{ErrorKind, Proxy as _, RpcClient, Target, version};
use serde_json::{Value, json};

use crate::demo::{AdminClient, Rust, demo, transport};
use crate::python::{Server, unique_topic};

/// Longer than it takes; the number of answers ends it.
const WINDOW: Duration = Duration::from_secs(20);

#[tokio::test]
async fn everyone_is_asked_and_each_answers_once() {
    let topic = unique_topic("demo");
    let one = Server::start_on(topic.clone(), "python-1", &[]).await;
    let two = Server::start_on(topic.clone(), "python-2", &[]).await;
    let _rust = Rust::serve(&topic, "rust").await;
    let transport = transport().await;

    let admin = AdminClient::new(&transport).prepare().topic(&topic).build().unwrap();
    // A gap in place of a number: nobody answers twice.
    let gather = admin.whoami().gather(WINDOW).gap(Duration::from_secs(5));
    let answers = gather.await.unwrap().all().await;
    let seen: BTreeSet<_> = answers
        .iter()
        .map(|answer| (answer.result.as_ref().unwrap().as_str(), answer.server.as_deref()))
        .collect();
    let expected = [("python-1", None), ("python-2", None), ("rust", Some("rust"))];
    assert_eq!(seen, BTreeSet::from(expected), "{answers:?}");
    assert_eq!(answers.len(), 3, "{answers:?}");

    // An error of either language is an answer too.
    let fail = demo(&transport, &topic).fail("QuotaExceeded".into(), vec![json!("ten")], None);
    let answers = fail.gather(WINDOW).first(3).await.unwrap().all().await;
    assert_eq!(answers.len(), 3);
    assert!(answers.iter().all(|answer| answer.result.as_ref().unwrap_err().remote().is_some()));

    let target = Target::topic(&topic).version(version!("1.0"));
    let unknown = RpcClient::new(&transport, target).call::<Value>("no_such", json!({}));
    let answers = unknown.gather(WINDOW).first(3).await.unwrap().all().await;
    for answer in answers {
        let error = answer.result.unwrap_err();
        assert_eq!(error.rpc().unwrap().kind(), ErrorKind::NoSuchMethod, "{error}");
    }
    one.stop().await;
    two.stop().await;
}
