//! Two servers in Rust and one in Python behind one topic.

use std::convert::Infallible;
use std::time::Duration;

use messaging::{Context, RpcClient, RpcServer, Target, Transport, rpc_api, version};
use messaging_examples::scheduler::{
    Capabilities, FilterProperties, Host, RequestSpec, Scheduler, SchedulerEndpoint, SchedulerError,
};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::process::WITHIN;
use crate::python::{Python, rabbit_url, unique_topic};

/// What the server in Python has as well, and what it has not.
#[rpc_api(topic = "lab", version = "1.5", schema)]
pub(crate) trait Lab {
    /// What it was given.
    #[rpc(idempotent)]
    async fn echo(&self, ctx: &Context, value: Value) -> Result<Value, Infallible>;

    /// So many letters.
    async fn letters(&self, ctx: &Context, count: u32) -> Result<String, Infallible>;

    /// What came beside the arguments.
    async fn seen_context(&self, ctx: &Context) -> Result<Value, Infallible>;

    /// Answers after so many seconds.
    async fn slow(&self, ctx: &Context, seconds: f64) -> Result<String, Infallible>;

    /// Keeps a text.
    #[rpc(since = "1.4", cast)]
    async fn note(&self, ctx: &Context, text: String);
}

/// Who runs the operators' tools.
#[rpc_api(topic = "lab", version = "2.1", namespace = "admin", schema)]
pub(crate) trait Admin {
    /// The server's name.
    async fn whoami(&self, ctx: &Context) -> Result<String, Infallible>;
}

#[derive(Clone, Debug)]
struct Service {
    name: &'static str,
    notes: mpsc::UnboundedSender<(&'static str, String)>,
}

impl Scheduler for Service {
    async fn select_hosts(
        &self,
        _: &Context,
        spec: RequestSpec,
        filter: FilterProperties,
    ) -> Result<Vec<Host>, SchedulerError> {
        let hosts = [("host-1", 4096), ("host-2", 1024)];
        let fit: Vec<_> = hosts
            .into_iter()
            .filter(|(host, memory_mb)| {
                *memory_mb >= spec.memory_mb && !filter.ignore_hosts.iter().any(|it| it == host)
            })
            .map(|(host, memory_mb)| Host { host: host.to_owned(), memory_mb })
            .collect();
        match fit.is_empty() {
            true => Err(SchedulerError::NoValidHost {
                reason: format!("{} MB are needed", spec.memory_mb),
            }),
            false => Ok(fit),
        }
    }

    async fn update_capabilities(&self, _: &Context, host: String, capabilities: Capabilities) {
        let _ = self.notes.send((self.name, format!("{host} has {} MB", capabilities.memory_mb)));
    }
}

impl Lab for Service {
    async fn echo(&self, _: &Context, value: Value) -> Result<Value, Infallible> {
        Ok(value)
    }

    async fn letters(&self, _: &Context, count: u32) -> Result<String, Infallible> {
        Ok("x".repeat(count as usize))
    }

    async fn seen_context(&self, ctx: &Context) -> Result<Value, Infallible> {
        Ok(Value::Object(ctx.values().clone()))
    }

    async fn slow(&self, _: &Context, seconds: f64) -> Result<String, Infallible> {
        tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
        Ok("done".to_owned())
    }

    async fn note(&self, _: &Context, text: String) {
        let _ = self.notes.send((self.name, text));
    }
}

impl Admin for Service {
    async fn whoami(&self, _: &Context) -> Result<String, Infallible> {
        Ok(self.name.to_owned())
    }
}

/// The fleet: `host-1` and `host-2` in Rust and, if asked for, `host-3` in Python.
#[derive(Debug)]
pub(crate) struct Fleet {
    pub(crate) topic: String,
    pub(crate) notes: mpsc::UnboundedReceiver<(&'static str, String)>,
    _python: Option<Python>,
    _servers: Vec<RpcServer>,
}

impl Fleet {
    /// All three, on a topic of their own.
    pub(crate) async fn start() -> Self {
        Self::start_at(&rabbit_url(), &unique_topic("scheduler")).await
    }

    /// All three.
    pub(crate) async fn start_at(url: &str, topic: &str) -> Self {
        let mut fleet = Self::start_rust_at(url, topic).await;
        let arguments = ["--url", url, "--topic", topic, "--server", "host-3"];
        let python = Python::spawn("server.py", &arguments);
        python.event("ready").await;
        fleet._python = Some(python);
        has_answered(url, topic, "host-3").await;
        fleet
    }

    /// Those in Rust alone.
    pub(crate) async fn start_rust() -> Self {
        Self::start_rust_at(&rabbit_url(), &unique_topic("scheduler")).await
    }

    async fn start_rust_at(url: &str, topic: &str) -> Self {
        let (sender, notes) = mpsc::unbounded_channel();
        let mut servers = Vec::new();
        for name in ["host-1", "host-2"] {
            let transport = Transport::connect(url).await.expect("the broker is there");
            let service = Service { name, notes: sender.clone() };
            let server = RpcServer::builder(&transport, Target::topic(topic).server(name))
                .endpoint(SchedulerEndpoint::new(service.clone()))
                .endpoint(LabEndpoint::new(service.clone()))
                .endpoint(AdminEndpoint::new(service));
            servers.push(server.start().await.expect("the server starts"));
        }
        Self { topic: topic.to_owned(), notes, _python: None, _servers: servers }
    }
}

/// Waits for an answer of the server in Python. Its first one opens a connection, which commands
/// that give it a second or two should not have to wait for.
async fn has_answered(url: &str, topic: &str, server: &str) {
    let transport = Transport::connect(url).await.expect("the broker is there");
    let target = Target::topic(topic).server(server).version(version!("1.5"));
    let client = RpcClient::new(&transport, target);
    let answer = client.call::<Value>("echo", json!({"value": 1})).timeout(WITHIN).await;
    assert_eq!(answer.expect("it answers"), json!(1));
    transport.close(WITHIN).await;
}
