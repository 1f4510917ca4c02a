//! Several majors of one API in one server.

use std::sync::Arc;

use messaging::{Context, ErrorKind, Proxy as _, RpcClient, RpcServer, rpc_api, version};
use serde_json::{Value, json};

use crate::bus::{Bus, on_both};

/// The new API.
#[rpc_api(topic = "volumes", version = "2.0")]
trait Volumes {
    async fn create(&self, ctx: &Context, name: String, gigabytes: u32) -> Result<String, String>;
}

/// The old one, in terms of the new one.
#[rpc_api(topic = "volumes", version = "1.2")]
trait VolumesV1: Volumes + Sync {
    async fn create(&self, ctx: &Context, name: String) -> Result<String, String> {
        Volumes::create(self, ctx, name, 1).await
    }
}

struct Disks;

impl Volumes for Disks {
    async fn create(&self, _: &Context, name: String, gigabytes: u32) -> Result<String, String> {
        if name.is_empty() { Err("no name".into()) } else { Ok(format!("{name}: {gigabytes} GB")) }
    }
}

impl VolumesV1 for Disks {}

/// Serves a still older API, of other types, by the new one.
struct AsV0(Arc<Disks>);

#[rpc_api(topic = "volumes", version = "0.9")]
trait VolumesV0 {
    async fn create(&self, ctx: &Context, name: String) -> Result<Vec<String>, String>;
}

impl VolumesV0 for AsV0 {
    async fn create(&self, ctx: &Context, name: String) -> Result<Vec<String>, String> {
        Ok(vec![Volumes::create(&*self.0, ctx, name, 2).await?])
    }
}

async fn serve(bus: &Bus) -> RpcServer {
    let disks = Arc::new(Disks);
    bus.builder("one")
        .endpoint(VolumesEndpoint::from_arc(Arc::clone(&disks)))
        .endpoint(VolumesV1Endpoint::from_arc(Arc::clone(&disks)))
        .endpoint(VolumesV0Endpoint::new(AsV0(disks)))
        .start()
        .await
        .unwrap()
}

on_both! {
    async fn clients_of_every_major_are_served_by_one_implementation(bus: Bus) {
        let _server = serve(&bus).await;
        let new = VolumesClient::new(&bus.transport).prepare().topic(&bus.topic).build().unwrap();
        assert_eq!(new.create("a".into(), 5).await.unwrap(), "a: 5 GB");

        let old = VolumesV1Client::new(&bus.transport).prepare().topic(&bus.topic).build().unwrap();
        assert_eq!(old.create("b".into()).await.unwrap(), "b: 1 GB");
        assert_eq!(old.create(String::new()).await.unwrap_err().to_string(), "no name");
        assert!(!old.can_send_version(version!("2.0")) && !new.can_send_version(version!("1.2")));

        let oldest = VolumesV0Client::new(&bus.transport).prepare().topic(&bus.topic).build().unwrap();
        assert_eq!(oldest.create("c".into()).await.unwrap(), ["c: 2 GB"]);

        let by_name = RpcClient::new(&bus.transport, bus.target().version(version!("3.0")));
        let error = by_name.call::<Value>("create", json!({"name": "e"})).await.unwrap_err();
        assert_eq!(error.rpc().unwrap().kind(), ErrorKind::UnsupportedVersion);
    }

    /// Wire document, section 16.3: a request without a version counts as 1.0.
    async fn a_request_without_a_version_is_for_major_1(bus: Bus) {
        let _server = serve(&bus).await;
        let by_name = RpcClient::new(&bus.transport, bus.target());
        let created: String = by_name.call("create", json!({"name": "a"})).await.unwrap();
        assert_eq!(created, "a: 1 GB");
        let error = by_name
            .call::<Value>("create", json!({"name": "a", "gigabytes": 5})).await.unwrap_err();
        assert!(error.to_string().contains("unexpected argument `gigabytes`"), "{error}");
    }
}
