//! A Rust client finds the version that servers of both languages speak.

use std::time::Duration;

use messaging::{Context, ErrorKind, Proxy as _, RpcServer, Target, Version, rpc_api};
use serde_json::{Value, json};

use crate::demo::transport;
use crate::python::{Server, unique_topic};

/// What `fleet.py` has at version 2.6; without the last method it is 2.5.
#[rpc_api(topic = "fleet", version = "2.6")]
trait Fleet {
    async fn add(&self, ctx: &Context, a: i64, b: i64) -> Result<Value, String>;
    #[rpc(since = "2.6")]
    async fn multiply(&self, ctx: &Context, a: i64, b: i64) -> Result<Value, String>;
}

struct Rust;

impl Fleet for Rust {
    async fn add(&self, _: &Context, a: i64, b: i64) -> Result<Value, String> {
        Ok(json!({"value": a + b}))
    }

    async fn multiply(&self, _: &Context, a: i64, b: i64) -> Result<Value, String> {
        Ok(json!({"value": a * b}))
    }
}

/// Enough for servers on a machine that does other things as well.
const WINDOW: Duration = Duration::from_secs(5);

#[tokio::test]
async fn a_mixed_fleet_is_upgraded_without_a_cap() {
    let topic = unique_topic("fleet");
    let arguments = |version| ["--fleet", version, "--start", "1"];
    let old = Server::start_on(topic.clone(), "python-old", &arguments("2.5")).await;
    let new = Server::start_on(topic.clone(), "python-new", &arguments("2.6")).await;
    let transport = transport().await;
    let _rust = RpcServer::builder(&transport, Target::topic(&topic).server("rust"))
        .endpoint(FleetEndpoint::new(Rust))
        .start()
        .await
        .unwrap();

    let client = FleetClient::new(&transport).prepare().topic(&topic).build().unwrap();
    let fleet = client.negotiate().window(WINDOW).await.unwrap();
    assert_eq!(fleet.version, Version::new(2, 5));
    assert_eq!(fleet.servers, [None, None, Some("rust".to_owned())]);
    assert_eq!(fleet.multiply(2, 3).await.unwrap_err().kind(), Some(ErrorKind::Version));
    // Nor are the questions an error in the log of whoever speaks what they are made for.
    let log = new.python().log();
    assert!(!log.contains("Exception during message handling"), "{log}");
    // Whoever takes them understands them.
    for sum in 0..6 {
        assert_eq!(fleet.add(sum, 1).await.unwrap()["value"], sum + 1);
    }
    for (server, version) in [("python-old", 5), ("python-new", 6), ("rust", 6)] {
        let one = client.prepare().server(server).build().unwrap();
        let one = one.negotiate().window(WINDOW).await.unwrap();
        assert_eq!(one.version, Version::new(2, version), "{server}");
    }

    old.stop().await;
    let fleet = client.negotiate().window(WINDOW).await.unwrap();
    assert_eq!((fleet.version, fleet.servers.len()), (Version::new(2, 6), 2));
    for factor in 0..4 {
        assert_eq!(fleet.multiply(factor, 2).await.unwrap()["value"], factor * 2);
    }
    new.stop().await;
}

#[tokio::test]
async fn a_python_server_of_another_major_is_told_from_none() {
    let topic = unique_topic("demo");
    let transport = transport().await;
    let client = FleetClient::new(&transport).prepare().topic(&topic).build().unwrap();
    let error = client.negotiate().window(WINDOW).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unroutable, "{error}");
    // It serves namespace `admin` as version 2.1, and nothing else of this major there.
    let server = Server::start_on(topic.clone(), "python", &[]).await;
    let elsewhere = client.prepare().namespace("baseapi").build().unwrap();
    let error = elsewhere.negotiate().window(WINDOW).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnsupportedVersion, "{error}");
    let admin = client.prepare().namespace("admin").build().unwrap();
    let version = admin.negotiate().window(WINDOW).await.unwrap().version;
    assert_eq!(version, Version::new(2, 1));
    server.stop().await;
}
