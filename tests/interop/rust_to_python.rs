//! A Rust client calls a Python server.

use messaging::{CallError, Context, ErrorKind, Proxy as _, RpcClient, Target, version};
use serde_json::{Value, json};

use crate::demo::{AdminClient, DemoError, demo, transport};
use crate::python::{Server, unique_topic};

#[tokio::test]
async fn a_call_returns_what_python_returned() {
    let server = Server::start("demo", "host-1").await;
    let transport = transport().await;
    let client = demo(&transport, server.topic());
    for value in [json!(null), json!({"näme": [1, 2.5, "é😀"]}), json!([]), json!("\"\\")] {
        assert_eq!(client.echo(value.clone()).await.unwrap(), value);
    }
    assert_eq!(client.add(1, 2).await.unwrap(), 3);
    client.nothing().await.unwrap();
    server.stop().await;
}

#[tokio::test]
async fn casts_fanouts_and_directed_calls_reach_their_servers() {
    let one = Server::start("demo", "host-1").await;
    let two = Server::start_on(one.topic().to_owned(), "host-2", &[]).await;
    let transport = transport().await;
    let client = demo(&transport, one.topic());

    let on_two = client.prepare().server("host-2").build().unwrap();
    on_two.note("directed".into()).await.unwrap();
    assert_eq!(two.python().event("note").await["text"], "directed");

    client.note("all".into()).fanout().await.unwrap();
    for server in [&one, &two] {
        assert_eq!(server.python().event("note").await["text"], "all");
    }

    let admin = AdminClient::new(&transport).prepare().topic(one.topic()).build().unwrap();
    for name in ["host-1", "host-2"] {
        let directed = admin.prepare().server(name).build().unwrap();
        assert_eq!(directed.whoami().await.unwrap(), name);
    }
    client.note("any".into()).await.unwrap();
    tokio::select! {
        note = one.python().event("note") => assert_eq!(note["text"], "any"),
        note = two.python().event("note") => assert_eq!(note["text"], "any"),
    }
    one.stop().await;
    two.stop().await;
}

#[tokio::test]
async fn the_context_and_the_exchange_are_understood() {
    let topic = unique_topic("demo");
    let exchange = unique_topic("exchange");
    let server = Server::start_on(topic.clone(), "host-1", &["--exchange", &exchange]).await;
    let transport = transport().await;
    let client = demo(&transport, &topic).prepare().exchange(&exchange).build().unwrap();
    let context = Context::new().with("user", "alice").with("roles", vec!["a"]);
    let seen = client.seen_context().context(&context).await.unwrap();
    assert_eq!((&seen["user"], &seen["roles"]), (&json!("alice"), &json!(["a"])));

    let elsewhere = demo(&transport, &topic).nothing().await.unwrap_err();
    assert!(elsewhere.rpc().unwrap().is_unroutable(), "{elsewhere}");
    server.stop().await;
}

#[tokio::test]
async fn what_python_refuses_is_told_by_kind() {
    let server = Server::start("demo", "host-1").await;
    let transport = transport().await;
    let client = RpcClient::new(&transport, Target::topic(server.topic()).version(version!("1.0")));
    let kind = async |client: &RpcClient, method: &str| {
        let error = client.call::<Value>(method, json!({})).await.unwrap_err();
        error.rpc().map(|error| error.kind())
    };
    assert_eq!(kind(&client, "no_such").await, Some(ErrorKind::NoSuchMethod));
    assert_eq!(kind(&client, "_private").await, Some(ErrorKind::NoSuchMethod));
    for prepare in [
        client.prepare().version(version!("1.6")),
        client.prepare().version(version!("3.0")),
        client.prepare().namespace("nobody"),
    ] {
        let kind = kind(&prepare.build().unwrap(), "nothing").await;
        assert_eq!(kind, Some(ErrorKind::UnsupportedVersion));
    }
    match client.call::<Value>("add", json!({"a": 1})).await {
        Err(CallError::Remote(failure)) => {
            assert!(failure.is("builtins", "TypeError"), "{failure}")
        }
        other => panic!("{other:?}"),
    }
    server.stop().await;
}

#[tokio::test]
async fn an_exception_of_python_comes_back_as_its_type_or_as_data() {
    let server = Server::start("demo", "host-1").await;
    let transport = transport().await;
    let client = demo(&transport, server.topic());
    let fail = async |kind: &str, args: Vec<Value>, kwargs: Option<Value>| {
        client.fail(kind.to_owned(), args, kwargs).await.unwrap_err()
    };

    let error = fail("NoValidHost", vec![], Some(json!({"reason": "full"}))).await;
    assert_eq!(error.remote(), Some(&DemoError::NoValidHost { reason: "full".into() }));
    let error = fail("QuotaExceeded", vec![json!("ten")], None).await;
    assert_eq!(error.remote(), Some(&DemoError::QuotaExceeded("ten".into())));

    let error = fail("ValueError", vec![json!("what")], None).await;
    let error = error.rpc().expect("no error that the method declares");
    assert_eq!(error.kind(), ErrorKind::Remote);
    let failure = error.failure().unwrap();
    assert!(failure.is("builtins", "ValueError"), "{failure}");
    assert_eq!((failure.message.as_str(), &failure.args), ("what", &vec![json!("what")]));
    assert!(failure.traceback.iter().any(|line| line.contains("server.py")), "{failure:?}");
    server.stop().await;
}

#[tokio::test]
async fn a_python_server_that_stops_leaves_an_error_and_no_hang() {
    let server = Server::start("demo", "host-1").await;
    let topic = server.topic().to_owned();
    server.stop().await;
    // The queue is left behind, as the peer has it, so the request waits in it until its end.
    let client = demo(&transport().await, &topic);
    let error = client.nothing().timeout(std::time::Duration::from_millis(300)).await.unwrap_err();
    assert!(error.rpc().unwrap().is_timeout(), "{error}");
}

#[tokio::test]
async fn a_monitored_call_hears_of_a_python_server_that_is_busy() {
    let server = Server::start("demo", "host-1").await;
    let transport = transport().await;
    let target = Target::topic(server.topic()).version(version!("1.0"));
    let client = RpcClient::new(&transport, target);
    // Longer than the monitored time: without the signs of life it would be given up.
    let slow = client.call::<String>("slow", json!({"seconds": 5.5}));
    assert_eq!(slow.monitor(std::time::Duration::from_secs(4)).await.unwrap(), "done");
    server.stop().await;
}
