//! Metrics, as Prometheus scrapes them.

use std::time::Duration;

use messaging::health::Probes;
use messaging::{Proxy as _, RpcClient, Target, Transport};
use opentelemetry::metrics::MeterProvider as _;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use prometheus::{Encoder as _, Registry, TextEncoder};
use serde_json::{Value, json};

use crate::bus::serve;
use crate::echo::MistakenClient;
use crate::get::get;

/// The value of the series whose name and labels these are.
fn value(scraped: &str, name: &str, labels: &[&str]) -> Option<f64> {
    let line = scraped.lines().find(|line| {
        let rest = line.strip_prefix(name);
        rest.is_some_and(|rest| rest.starts_with(['{', ' ']))
            && labels.iter().all(|label| line.contains(label))
    })?;
    line.rsplit(' ').next()?.parse().ok()
}

/// A process has one set of instruments, so that one test looks at all of them.
#[tokio::test]
async fn calls_are_measured_on_both_sides_by_known_methods_whatever_becomes_of_them() {
    let registry = Registry::new();
    let exporter = opentelemetry_prometheus::exporter().with_registry(registry.clone());
    let provider = SdkMeterProvider::builder().with_reader(exporter.build().unwrap()).build();
    let meter = provider.meter("messaging");
    messaging::telemetry::install(&meter).unwrap();
    assert!(messaging::telemetry::install(&meter).is_err());

    let transport = Transport::connect("memory://").await.unwrap();
    let (server, client) = serve(&transport, "echo").await;
    for number in 0..3 {
        client.echo(json!(number)).await.unwrap();
    }
    client.refuse().await.unwrap_err();
    let mut answers = client.echo(json!(3)).gather(Duration::from_secs(5)).first(1).await.unwrap();
    answers.next().await.unwrap().result.unwrap();
    drop(answers);
    // An answer that is not what the client takes it for.
    let mistaken = MistakenClient::new(&transport).prepare().topic("echo").build().unwrap();
    mistaken.echo(json!("text")).await.unwrap_err();
    let by_name = RpcClient::new(&transport, Target::topic("echo"));
    for number in 0..3 {
        by_name.call::<Value>(&format!("made_up_{number}"), json!({})).await.unwrap_err();
    }
    // One that is given up is measured as well.
    tokio::time::timeout(Duration::from_millis(1), client.hold().into_future()).await.unwrap_err();

    let probes = Probes::of(&transport).metrics(move || {
        let mut text = Vec::new();
        TextEncoder::new().encode(&registry.gather(), &mut text).unwrap();
        String::from_utf8(text).unwrap()
    });
    let serving = probes.serve("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let (status, scraped) = get(serving.address(), "/metrics").await;
    assert_eq!(status, 200);

    let expected = [
        ("rpc_client_call_duration_seconds_count", "Echo/echo", "Ok", 4.0),
        ("rpc_client_call_duration_seconds_count", "Mistaken/echo", "Decode", 1.0),
        ("rpc_client_call_duration_seconds_count", "Echo/hold", "Dropped", 1.0),
        ("rpc_client_call_duration_seconds_count", "Echo/refuse", "Remote", 1.0),
        ("rpc_client_call_duration_seconds_count", "_OTHER", "NoSuchMethod", 3.0),
        ("rpc_server_call_duration_seconds_count", "Echo/echo", "Ok", 5.0),
        ("rpc_server_call_duration_seconds_count", "Echo/refuse", "Remote", 1.0),
        ("rpc_server_call_duration_seconds_count", "_OTHER", "NoSuchMethod", 3.0),
    ];
    for (name, method, status, count) in expected {
        let labels = [
            &*format!("rpc_method=\"{method}\""),
            &*format!("rpc_status_code=\"{status}\""),
            "server_address=\"echo\"",
        ];
        assert_eq!(value(&scraped, name, &labels), Some(count), "{name} {labels:?} in\n{scraped}");
    }
    assert!(!scraped.contains("made_up"), "{scraped}");
    let queued = "messaging_rpc_server_queue_duration_seconds_count";
    assert_eq!(value(&scraped, queued, &["rpc_method=\"Echo/echo\""]), Some(5.0), "{scraped}");
    let bounds = ["le=\"0.005\"", "le=\"0.075\"", "le=\"10\""];
    for bound in bounds {
        let found = value(&scraped, "rpc_server_call_duration_seconds_bucket", &[bound]);
        assert!(found.is_some(), "{bound} in\n{scraped}");
    }
    for (name, value_of) in [
        ("messaging_rpc_server_in_flight", Some(0.0)),
        ("messaging_rpc_server_expired_total", Some(0.0)),
        ("messaging_rpc_client_in_flight", Some(0.0)),
        ("messaging_rpc_connection_reconnects_total", Some(0.0)),
    ] {
        assert_eq!(value(&scraped, name, &[]), value_of, "{name} in\n{scraped}");
    }

    // What is gone has been counted all the same.
    server.stop();
    server.wait().await;
}
