//! A Python client calls a Rust server.

use serde_json::{Value, json};

use crate::demo::Rust;
use crate::python::{Python, command, unique_topic};

/// A command with some of its keys set.
fn with(mut command: Value, keys: Value) -> Value {
    let Value::Object(keys) = keys else { panic!("{keys}") };
    for (key, value) in keys {
        command[key.as_str()] = value;
    }
    command
}

#[tokio::test]
async fn a_call_returns_what_rust_returned() {
    let client = Python::spawn("client.py", &[]);
    let server = Rust::serve(&unique_topic("demo"), "host-1").await;
    for value in [json!(null), json!({"näme": [1, 2.5, "é😀"]}), json!([]), json!("\"\\")] {
        let echo = command(&server.topic, "call", "echo", json!({"value": value}));
        assert_eq!(client.ask(echo).await, Ok(value));
    }
    let add = command(&server.topic, "call", "add", json!({"a": 1, "b": 2}));
    assert_eq!(client.ask(add).await, Ok(json!(3)));
    let nothing = command(&server.topic, "call", "nothing", json!({}));
    assert_eq!(client.ask(nothing).await, Ok(json!(null)));
    client.finish().await;
}

#[tokio::test]
async fn casts_fanouts_and_directed_calls_reach_their_servers() {
    let client = Python::spawn("client.py", &[]);
    let topic = unique_topic("demo");
    let mut one = Rust::serve(&topic, "host-1").await;
    let mut two = Rust::serve(&topic, "host-2").await;
    let note = |text: &str| {
        with(command(&one.topic, "cast", "note", json!({"text": text})), json!({"version": "1.4"}))
    };

    let (directed, all, any) = (note("directed"), note("all"), note("any"));
    client.ask(with(directed, json!({"server": "host-2"}))).await.unwrap();
    assert_eq!(two.notes.recv().await.unwrap(), json!({"text": "directed", "server": "host-2"}));

    client.ask(with(all, json!({"fanout": true}))).await.unwrap();
    assert_eq!(one.notes.recv().await.unwrap(), json!({"text": "all", "server": "host-1"}));
    assert_eq!(two.notes.recv().await.unwrap(), json!({"text": "all", "server": "host-2"}));

    for name in ["host-1", "host-2"] {
        let whoami = with(
            command(&one.topic, "call", "whoami", json!({})),
            json!({"server": name, "namespace": "admin", "version": "2.1"}),
        );
        assert_eq!(client.ask(whoami).await, Ok(json!(name)));
    }
    client.ask(any).await.unwrap();
    let noted = tokio::select! {
        note = one.notes.recv() => note,
        note = two.notes.recv() => note,
    };
    assert_eq!(noted.unwrap()["text"], "any");
    client.finish().await;
}

#[tokio::test]
async fn the_context_is_understood() {
    let client = Python::spawn("client.py", &[]);
    let server = Rust::serve(&unique_topic("demo"), "host-1").await;
    let context = json!({"user": "alice", "roles": ["a"], "tenant": {"id": 7}});
    let seen = command(&server.topic, "call", "seen_context", json!({}));
    assert_eq!(client.ask(with(seen, json!({"ctxt": context}))).await, Ok(context));
    client.finish().await;
}

#[tokio::test]
async fn what_rust_refuses_python_rebuilds_as_its_own_exception() {
    let client = Python::spawn("client.py", &[]);
    let server = Rust::serve(&unique_topic("demo"), "host-1").await;
    let trusted = json!({"allowed_remote_exmods": ["oslo_messaging.rpc.dispatcher"]});
    let refused = async |method: &str, keys: Value| {
        let command = with(command(&server.topic, "call", method, json!({})), trusted.clone());
        client.ask(with(command, keys)).await.expect_err("it is refused")
    };

    let error = refused("no_such", json!({})).await;
    assert_eq!(error["type"], "NoSuchMethod_Remote", "{error}");
    assert!(error["message"].as_str().unwrap().contains("does not support RPC method no_such"));

    for keys in
        [json!({"version": "1.6"}), json!({"version": "3.0"}), json!({"namespace": "nobody"})]
    {
        let error = refused("nothing", keys).await;
        assert_eq!(error["type"], "UnsupportedVersion_Remote", "{error}");
    }

    // Arguments that do not fit are Python's own TypeError.
    let error = refused("add", json!({"args": {"a": 1}})).await;
    assert_eq!(error["type"], "TypeError", "{error}");
    assert!(error["message"].as_str().unwrap().contains("missing argument `b`"), "{error}");
    let error = refused("add", json!({"args": {"a": 1, "b": 2, "c": 3}})).await;
    assert!(error["message"].as_str().unwrap().contains("unexpected argument `c`"), "{error}");
    client.finish().await;
}

#[tokio::test]
async fn an_error_of_rust_becomes_the_exception_that_python_knows() {
    let client = Python::spawn("client.py", &[]);
    let server = Rust::serve(&unique_topic("demo"), "host-1").await;
    let failed = async |kind: &str, trusted: Value| {
        let fail = command(&server.topic, "call", "fail", json!({"kind": kind, "args": []}));
        client.ask(with(fail, json!({"allowed_remote_exmods": trusted}))).await.unwrap_err()
    };

    let error = failed("full", json!(["scheduler_exceptions"])).await;
    assert_eq!(error["type"], "NoValidHost_Remote", "{error}");
    assert_eq!(error["kwargs"], json!({"reason": "full"}));
    let error = failed("QuotaExceeded", json!(["scheduler_exceptions"])).await;
    assert_eq!(error["type"], "QuotaExceeded_Remote", "{error}");

    // Without the module among the trusted ones it is data.
    let error = failed("full", json!([])).await;
    assert_eq!(
        (&error["type"], &error["exc_type"]),
        (&json!("RemoteError"), &json!("NoValidHost"))
    );
    assert_eq!(error["value"], "no valid host was found: full");

    let error = failed("panic", json!([])).await;
    assert_eq!(error["exc_type"], "HandlerPanicked", "{error}");
    let nothing = command(&server.topic, "call", "nothing", json!({}));
    assert_eq!(client.ask(nothing).await, Ok(json!(null)));
    client.finish().await;
}

/// Without the signs of life the Python client would give up after four seconds.
#[tokio::test]
async fn a_python_client_that_monitors_a_call_hears_of_a_rust_server_that_is_busy() {
    let client = Python::spawn("client.py", &[]);
    let server = Rust::serve(&unique_topic("demo"), "host-1").await;
    let slow = command(&server.topic, "call", "slow", json!({"seconds": 5.5}));
    let monitored = with(slow, json!({"call_monitor_timeout": 4}));
    assert_eq!(client.ask(monitored).await, Ok(json!("done")));
    client.finish().await;
}

#[tokio::test]
async fn a_version_cap_of_python_is_its_own_affair() {
    let client = Python::spawn("client.py", &[]);
    let server = Rust::serve(&unique_topic("demo"), "host-1").await;
    let capped = with(
        command(&server.topic, "call", "nothing", json!({})),
        json!({"version": "1.5", "version_cap": "1.4"}),
    );
    assert_eq!(client.ask(capped).await.unwrap_err()["type"], "RPCVersionCapError");
    client.finish().await;
}
