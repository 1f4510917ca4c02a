//! Three majors of one API behind one topic, in one server: clients move to the new one when it
//! suits them.
//!
//! ```text
//! cargo run --example two_versions
//! export MESSAGING_URL=rabbit://guest:guest@localhost:5672/    # the same over RabbitMQ
//! ```
//!
//! Major 3 is what the service does. Major 2 is kept by default bodies that call major 3, so that
//! implementing it takes one line. Major 1 has other types and another error: an adapter around the
//! service translates. When nobody calls a major any more, its trait and its endpoint go.

use std::sync::Arc;
use std::time::Duration;

use messaging::{
    CallError, Context, Proxy as _, RemoteError, RpcClient, RpcServer, Target, Transport, rpc_api,
};
use serde::{Deserialize, Serialize};

type AnyError = Box<dyn std::error::Error>;

/// What is to be placed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Request {
    memory_mb: u32,
    count: usize,
}

/// Why nothing is placed.
#[derive(Clone, Debug, RemoteError)]
enum PlacementError {
    NoValidHost { memory_mb: u32 },
}

impl std::fmt::Display for PlacementError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self::NoValidHost { memory_mb } = self;
        write!(f, "no host has {memory_mb} MB")
    }
}

/// Places instances on hosts.
#[rpc_api(topic = "placement", version = "3.0")]
trait Placement {
    /// As many hosts as the request wants, best first.
    async fn place(&self, ctx: &Context, request: Request) -> Result<Vec<String>, PlacementError>;
}

/// Major 2: what it does is said in terms of major 3, and the compiler checks it.
#[rpc_api(topic = "placement", version = "2.1")]
trait PlacementV2: Placement + Sync {
    /// One host; major 3 takes a request instead.
    async fn place(&self, ctx: &Context, memory_mb: u32) -> Result<String, PlacementError> {
        let hosts = Placement::place(self, ctx, Request { memory_mb, count: 1 }).await?;
        hosts.into_iter().next().ok_or(PlacementError::NoValidHost { memory_mb })
    }

    /// How many hosts are free; gone in major 3.
    #[rpc(since = "2.1")]
    async fn count_free(&self, ctx: &Context) -> Result<usize, PlacementError> {
        let request = Request { memory_mb: 0, count: usize::MAX };
        Ok(Placement::place(self, ctx, request).await?.len())
    }
}

/// Major 1: a host or none, where later majors give an error.
#[rpc_api(topic = "placement", version = "1.4")]
trait PlacementV1 {
    async fn find_host(&self, ctx: &Context, gigabytes: u32) -> Result<Option<String>, String>;
}

/// The service. All that majors 2 and 3 do is in here.
struct Manager {
    hosts: Vec<(&'static str, u32)>,
}

impl Placement for Manager {
    async fn place(&self, _: &Context, request: Request) -> Result<Vec<String>, PlacementError> {
        let Request { memory_mb, count } = request;
        let fit = self.hosts.iter().filter(|(_, memory)| *memory >= memory_mb);
        let hosts: Vec<String> = fit.take(count).map(|(host, _)| (*host).to_owned()).collect();
        if hosts.is_empty() { Err(PlacementError::NoValidHost { memory_mb }) } else { Ok(hosts) }
    }
}

impl PlacementV2 for Manager {}

/// Serves major 1 by whatever serves major 3.
struct AsV1<S>(Arc<S>);

impl<S: Placement + Send + Sync> PlacementV1 for AsV1<S> {
    async fn find_host(&self, ctx: &Context, gigabytes: u32) -> Result<Option<String>, String> {
        let request = Request { memory_mb: gigabytes * 1024, count: 1 };
        match self.0.place(ctx, request).await {
            Ok(hosts) => Ok(hosts.into_iter().next()),
            Err(PlacementError::NoValidHost { .. }) => Ok(None),
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), AnyError> {
    let url = std::env::var("MESSAGING_URL").unwrap_or_else(|_| "memory://".into());
    let transport = Transport::connect(&url).await?;

    let manager = Arc::new(Manager { hosts: vec![("host-1", 8192), ("host-2", 4096)] });
    let server = RpcServer::builder(&transport, Target::topic("placement").server("one"))
        .endpoint(PlacementEndpoint::from_arc(Arc::clone(&manager)))
        .endpoint(PlacementV2Endpoint::from_arc(Arc::clone(&manager)))
        .endpoint(PlacementV1Endpoint::new(AsV1(manager)))
        .start()
        .await?;

    let v3 = PlacementClient::new(&transport);
    let hosts = v3.place(Request { memory_mb: 2048, count: 2 }).await?;
    println!("major 3: {hosts:?}");

    // The same name, other arguments: the version of a request says which of them is meant.
    let v2 = PlacementV2Client::new(&transport);
    println!("major 2: {}, one of {}", v2.place(2048).await?, v2.count_free().await?);
    match v2.place(65536).await {
        Err(CallError::Remote(error)) => println!("major 2, as expected: {error}"),
        other => return Err(format!("expected no valid host, got {other:?}").into()),
    }

    let v1 = PlacementV1Client::new(&transport);
    println!("major 1: {:?}, then {:?}", v1.find_host(2).await?, v1.find_host(64).await?);

    // Who names no version, such as a Python client that never heard of any, means 1.0.
    let unversioned = RpcClient::new(&transport, Target::topic("placement"));
    let args = serde_json::json!({"gigabytes": 2});
    let host: Option<String> = unversioned.call("find_host", args).await?;
    println!("no version: {host:?}");

    server.stop();
    server.wait().await;
    transport.close(Duration::from_secs(5)).await;
    Ok(())
}
