//! `Config::quorum`, beside a Python fleet with the lines that its documentation names.

use messaging::{Config, Proxy as _, Transport};
use serde_json::json;

use crate::demo::{Rust, demo};
use crate::python::{Python, Server, command, rabbit_url, unique_topic};

#[tokio::test]
async fn rust_and_python_share_the_quorum_queues_of_one_topic() {
    // The exchange is durable, and the one of the other tests is not.
    let exchange = unique_topic("quorum");
    let settings = [
        format!("control_exchange={exchange}"),
        "oslo_messaging_rabbit.rabbit_quorum_queue=true".to_owned(),
        "oslo_messaging_rabbit.rabbit_transient_quorum_queue=true".to_owned(),
    ];
    let arguments: Vec<&str> = settings.iter().flat_map(|it| ["--set", it.as_str()]).collect();
    let config = Config::new().url(&rabbit_url()).control_exchange(exchange.as_str()).quorum();
    let transport = Transport::from_config(&config).await.unwrap();

    let topic = unique_topic("demo");
    let python = Server::start_on(topic.clone(), "python", &arguments).await;
    let mut rust = Rust::serve_over(&transport, &topic, "rust").await;

    // Each finds the queues declared that the other one needs, and both are reached by both.
    let client = demo(&transport, &topic);
    client.note("from Rust".into()).fanout().await.unwrap();
    let caller = Python::spawn("client.py", &arguments);
    for name in ["python", "rust"] {
        let directed = client.prepare().server(name).build().unwrap();
        assert_eq!(directed.echo(json!([name])).await.unwrap(), json!([name]));
        let mut echo = command(&topic, "call", "echo", json!({"value": name}));
        echo["server"] = json!(name);
        assert_eq!(caller.ask(echo).await, Ok(json!(name)));
    }
    assert_eq!(python.python().event("note").await["text"], "from Rust");
    assert_eq!(rust.notes.recv().await.unwrap()["text"], "from Rust");
    caller.finish().await;
    python.stop().await;
}
