//! What the two peers declare beside each other, and what oslo.messaging alone was seen to declare.

mod compare;

use std::collections::BTreeMap;
use std::sync::Arc;

use messaging::Proxy as _;
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use tokio::task::{JoinSet, spawn_blocking};

use crate::broker::VirtualHosts;
use crate::cases::unique;
use crate::pair::{Pair, Programs};
use crate::request::Request;
use crate::rust::RustServer;
pub(crate) use compare::{PARTS, compare};

/// Every set of options that was captured.
pub(crate) const CAPTURES: [&str; 15] = [
    "auto_delete",
    "cancel_on_failover",
    "defaults",
    "durable_queues",
    "ha_queues",
    "prefetch",
    "queue_manager",
    "queue_manager_stream_fanout",
    "quorum_and_transient_quorum",
    "quorum_queues",
    "quorum_queues_limits",
    "stream_fanout",
    "transient_quorum",
    "transient_quorum_limits",
    "transient_ttl_0",
];

/// What the broker holds for both peers, by capture: all are brought up together, and looked at
/// once.
pub(crate) struct Topologies {
    captures: Vec<&'static str>,
    programs: Arc<Programs>,
    hosts: Arc<VirtualHosts>,
    held: OnceCell<BTreeMap<&'static str, Result<Value, String>>>,
}

/// Both peers as in the captures: two servers of a topic, the second in Rust, and a client of each.
struct Running {
    _pair: Pair,
    _server: RustServer,
}

impl Topologies {
    pub(crate) fn of(
        captures: &[&'static str],
        programs: &Arc<Programs>,
        hosts: &Arc<VirtualHosts>,
    ) -> Self {
        let (programs, hosts) = (Arc::clone(programs), Arc::clone(hosts));
        Self { captures: captures.to_vec(), programs, hosts, held: OnceCell::new() }
    }

    pub(crate) fn virtual_host(capture: &str) -> String {
        format!("topology-{capture}")
    }

    /// What the broker holds under the options of a capture, or why it holds nothing.
    pub(crate) async fn held(&self, capture: &'static str) -> Result<&Value, &str> {
        let held = self.held.get_or_init(|| self.bring_up()).await;
        held[capture].as_ref().map_err(String::as_str)
    }

    async fn bring_up(&self) -> BTreeMap<&'static str, Result<Value, String>> {
        let mut starting = JoinSet::new();
        let mut named = BTreeMap::new();
        for capture in self.captures.iter().copied() {
            let (programs, hosts) = (Arc::clone(&self.programs), Arc::clone(&self.hosts));
            let task = starting.spawn(async move { run(&programs, &hosts, capture).await });
            named.insert(task.id(), capture);
        }
        let mut running = Vec::new();
        let mut held = BTreeMap::new();
        while let Some(started) = starting.join_next_with_id().await {
            match started {
                Ok((id, started)) => running.push((named[&id], started)),
                Err(error) => {
                    held.insert(named[&error.id()], Err(said(error.into_panic())));
                }
            }
        }
        let hosts = Arc::clone(&self.hosts);
        let mut dump = spawn_blocking(move || hosts.dump()).await.expect("the broker tells");
        for (capture, _) in &running {
            held.insert(capture, Ok(dump[Self::virtual_host(capture)].take()));
        }
        held
    }
}

async fn run(programs: &Arc<Programs>, hosts: &VirtualHosts, capture: &str) -> Running {
    let host = Topologies::virtual_host(capture);
    let pair = Pair::connect(programs, hosts, &host, &query(&fixture(capture))).await;
    pair.python_serves("compute", "node-1").await;
    let server = pair.rust_serves("compute", "node-2").await;

    // Each client declares what it needs, and calls the other one's server.
    let demo = pair.demo("compute");
    let python = demo.prepare().server("node-1").build().unwrap();
    assert_eq!(python.echo(json!("from Rust")).await.unwrap(), "from Rust");
    let echo = Request::call("compute", "echo", json!({"value": "from Python"}));
    assert_eq!(pair.ask(echo.with("server", "node-2")).await, Ok(json!("from Python")));

    // The fanout is what a server consumes last.
    let texts = [unique("from Rust"), unique("from Python")];
    demo.note(texts[0].clone()).fanout().await.unwrap();
    let note = Request::cast("compute", "note", json!({"text": texts[1]}));
    pair.ask(note.with("fanout", true)).await.unwrap();
    for text in &texts {
        assert_eq!(pair.rust_noted(text).await, "node-2");
        assert_eq!(pair.python_noted(text).await, "node-1");
    }
    Running { _pair: pair, _server: server }
}

/// What was captured.
pub(crate) fn fixture(capture: &str) -> Value {
    let path = format!("{}/fixtures/oslo/topology_{capture}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The options of a capture, as the query of a URL.
fn query(fixture: &Value) -> String {
    let options = fixture["config"].as_object().unwrap().iter();
    options.map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join("&")
}

/// What a panic said.
pub(crate) fn said(panic: Box<dyn std::any::Any + Send>) -> String {
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => panic.downcast_ref::<&str>().copied().unwrap_or("a panic").to_owned(),
    }
}
