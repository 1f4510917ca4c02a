//! Health, as an orchestrator asks for it.

use std::time::Duration;

use messaging::Transport;
use messaging::health::Probes;
use serde_json::Value;

use crate::bus::serve;
use crate::get::{ask, get};

#[tokio::test]
async fn a_process_is_ready_while_its_server_takes_messages_and_live_until_it_is_closed() {
    let transport = Transport::connect("memory://").await.unwrap();
    let (server, _client) = serve(&transport, "echo").await;
    let probes = Probes::of(&transport).server(&server);
    let serving = probes.serve("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let at = serving.address();

    assert_eq!(get(at, "/health/live").await.0, 200);
    let (status, body) = get(at, "/health/ready").await;
    assert_eq!(status, 200, "{body}");
    let report: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(report["ok"], true);
    assert_eq!(report["checks"][0]["name"], "transport");

    server.stop();
    let (status, body) = get(at, "/health/ready").await;
    assert_eq!(status, 503, "{body}");
    assert!(body.contains("not serving"), "{body}");
    assert_eq!(get(at, "/health/live").await.0, 200);

    transport.close(Duration::from_secs(10)).await;
    assert_eq!(get(at, "/health/live").await.0, 503);
}

#[tokio::test]
async fn a_server_that_is_looked_at_stops_with_its_last_handle() {
    let transport = Transport::connect("memory://").await.unwrap();
    let (server, _client) = serve(&transport, "echo").await;
    let probes = Probes::of(&transport).server(&server);
    assert!(probes.ready().ok);
    drop(server);
    assert!(!probes.ready().ok);
}

#[tokio::test]
async fn what_is_no_probe_is_refused_and_told_what_there_is() {
    let transport = Transport::connect("memory://").await.unwrap();
    let serving = Probes::of(&transport).serve("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let (status, body) = get(serving.address(), "/").await;
    assert_eq!(status, 404);
    assert!(body.contains("/health/ready"), "{body}");
    let (status, body) = ask(serving.address(), "POST", "/health/live").await;
    assert_eq!((status, &*body), (405, r#"{"methods":["GET","HEAD"]}"#));
    assert_eq!(ask(serving.address(), "HEAD", "/health/live").await, (200, String::new()));

    let at = serving.address();
    let error = Probes::of(&transport).serve(at).await.unwrap_err();
    assert!(error.to_string().contains(&at.to_string()), "{error}");
    drop(serving);
    // The port is free again, once the task has ended.
    let again = async {
        while Probes::of(&transport).serve(at).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), again).await.unwrap();
}
