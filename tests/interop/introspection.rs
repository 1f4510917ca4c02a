//! What Rust servers tell of themselves, to Python clients; and Python servers, which tell nothing.

use messaging::{ErrorKind, Proxy as _};
use serde_json::{Value, json};

use crate::demo::{DemoClient, Rust, demo, transport};
use crate::python::{Python, Server, command, unique_topic};

#[tokio::test]
async fn a_python_client_asks_a_rust_server_who_it_is_and_what_it_serves_and_has_done() {
    let client = Python::spawn("client.py", &[]);
    let server = Rust::serve(&unique_topic("demo"), "host-1").await;
    let add = command(&server.topic, "call", "add", json!({"a": 1, "b": 2}));
    assert_eq!(client.ask(add).await, Ok(json!(3)));
    let ask = async |method: &str| -> Value {
        let mut asked = command(&server.topic, "call", method, json!({}));
        asked["namespace"] = json!("messaging.server");
        client.ask(asked).await.expect("an answer")
    };

    let pong = ask("ping").await;
    assert_eq!((&pong["server"], &pong["topic"]), (&json!("host-1"), &json!(server.topic)));

    let described = ask("describe").await;
    let names: Vec<_> =
        described["apis"].as_array().unwrap().iter().map(|api| &api["contract"]["name"]).collect();
    assert_eq!(names, ["Demo", "Admin", "Curiosities", "BaseApi"]);
    let demo = &described["apis"][0];
    assert_eq!(demo["contract"]["version"], "1.5");
    assert_eq!(demo["surface_hash"], json!(DemoClient::contract().surface_hash()));
    let methods = demo["contract"]["methods"].as_array().unwrap();
    let note = methods.iter().find(|method| method["name"] == "note").unwrap();
    assert_eq!(
        (&note["since"], &note["cast"], &note["params"][0]["name"]),
        (&json!("1.4"), &json!(true), &json!("text"))
    );

    let stats = ask("stats").await;
    let methods = stats["apis"][0]["methods"].as_array().unwrap();
    let add = methods.iter().find(|method| method["method"] == "add").unwrap();
    assert_eq!(
        (&add["calls"], &add["succeeded"], &add["in_flight"]),
        (&json!(1), &json!(1), &json!(0))
    );
    client.finish().await;
}

/// Its answers carry no contract, so there is none that differs.
#[tokio::test]
async fn a_python_server_tells_nothing_of_itself() {
    let server = Server::start("demo", "host-1").await;
    let transport = transport().await;
    let client = demo(&transport, server.topic());
    assert_eq!(client.add(1, 2).await.unwrap(), 3);
    let error = client.contract_difference().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnsupportedVersion, "{error}");
    assert!(!error.to_string().contains("contract"), "{error}");
    server.stop().await;
}
