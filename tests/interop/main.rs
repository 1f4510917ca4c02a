//! A Rust peer and a Python one, on the real oslo.messaging, over a real RabbitMQ.

mod cabinet;
mod config;
mod demo;
mod events;
mod example;
mod failures;
mod gather;
mod introspection;
mod negotiate;
mod odd;
mod python;
mod python_to_rust;
mod quorum;
mod rust_to_python;

use serde_json::json;

use crate::python::{Python, Server, command};

/// Proves the harness: the Python peers find each other through the broker that they are given.
#[tokio::test]
async fn python_calls_python() {
    let client = Python::spawn("client.py", &[]);
    let server = Server::start("demo", "host-1").await;

    let echo = command(server.topic(), "call", "echo", json!({"value": {"näme": [1, null]}}));
    assert_eq!(client.ask(echo).await, Ok(json!({"näme": [1, null]})));
    let add = command(server.topic(), "call", "add", json!({"a": 1, "b": 2}));
    assert_eq!(client.ask(add).await, Ok(json!(3)));

    let unknown = client.ask(command(server.topic(), "call", "subtract", json!({}))).await;
    let error = unknown.expect_err("an unknown method has no result");
    assert_eq!(error["type"], "RemoteError");
    assert_eq!(error["exc_type"], "NoSuchMethod");
    assert_eq!(error["value"], "Endpoint does not support RPC method subtract");

    let note = command(server.topic(), "cast", "note", json!({"text": "hello"}));
    assert_eq!(client.ask(note).await, Ok(json!(null)));
    let noted = server.python().event("note").await;
    assert_eq!((&noted["text"], &noted["server"]), (&json!("hello"), &json!("host-1")));

    server.stop().await;
    client.finish().await;
}
