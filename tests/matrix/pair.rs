//! A Rust peer and a Python one, which serve and call each other.

use std::sync::Arc;
use std::time::Duration;

use messaging::{Config, RpcClient, Target, Transport, version};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::broker::VirtualHosts;
use crate::demo::{DemoClient, demo};
use crate::events::Events;
use crate::python::Python;
use crate::request::Request;
use crate::rust::RustServer;
use crate::tap::Tap;

/// How long a cast may take to run.
const PATIENCE: Duration = Duration::from_secs(30);

/// The real oslo.messaging: one process for all servers, and one for all clients.
#[derive(Debug)]
pub(crate) struct Programs {
    server: Python,
    client: Python,
}

impl Programs {
    pub(crate) fn start() -> Self {
        let ping = ["--set", "rpc_ping_enabled=true"];
        Self { server: Python::spawn("server.py", &ping), client: Python::spawn("client.py", &[]) }
    }

    /// What they logged last.
    pub(crate) fn log(&self) -> String {
        let end = |log: String| {
            let lines: Vec<&str> = log.lines().collect();
            lines[lines.len().saturating_sub(40)..].join("\n")
        };
        format!(
            "Python's server{}\nPython's client{}",
            end(self.server.log()),
            end(self.client.log())
        )
    }
}

/// Both peers on one virtual host, with the same options.
pub(crate) struct Pair {
    programs: Arc<Programs>,
    rust_url: String,
    python_url: String,
    transport: Transport,
    rust_noted: Arc<Events>,
}

impl Pair {
    /// Connects Rust; Python connects when it has to.
    pub(crate) async fn connect(
        programs: &Arc<Programs>,
        hosts: &VirtualHosts,
        name: &str,
        query: &str,
    ) -> Self {
        let url = format!("{}?hostname=localhost", hosts.url(name));
        // The queue managers of the two languages do not know of each other.
        let rust_url = with(&with(&url, &format!("processname=rust-{}", hosts.run())), query);
        let python_url = with(&with(&url, &format!("processname=python-{}", hosts.run())), query);
        Self {
            programs: Arc::clone(programs),
            transport: connect(&rust_url, None).await,
            rust_url,
            python_url,
            rust_noted: Arc::default(),
        }
    }

    /// Serves a topic from Python, to the end of the run.
    pub(crate) async fn python_serves(&self, topic: &str, server: &str) {
        self.python_serves_with("", None, topic, server).await;
    }

    /// The same with more options, and in an exchange of its own.
    pub(crate) async fn python_serves_with(
        &self,
        option: &str,
        exchange: Option<&str>,
        topic: &str,
        server: &str,
    ) {
        let serve = json!({
            "op": "serve", "url": with(&self.python_url, option), "topic": topic,
            "server": server, "exchange": exchange,
        });
        let served = self.programs.server.ask(serve).await;
        assert_eq!(served, Ok(Value::Null), "Python serves {topic}");
    }

    /// Serves a topic from Rust.
    pub(crate) async fn rust_serves(&self, topic: &str, server: &str) -> RustServer {
        RustServer::start(&self.transport, topic, server, &self.rust_noted).await
    }

    /// The same with more options, and in an exchange of its own.
    pub(crate) async fn rust_serves_with(
        &self,
        option: &str,
        exchange: Option<&str>,
        topic: &str,
        server: &str,
    ) -> RustServer {
        let transport = self.transport_with(option, exchange).await;
        RustServer::start(&transport, topic, server, &self.rust_noted).await
    }

    /// A transport of Rust with more options.
    pub(crate) async fn transport_with(&self, option: &str, exchange: Option<&str>) -> Transport {
        connect(&with(&self.rust_url, option), exchange).await
    }

    /// Where Rust connects to.
    pub(crate) fn rust_url(&self) -> &str {
        &self.rust_url
    }

    /// Copies of the requests to a topic that is served.
    pub(crate) async fn tap(&self, topic: &str) -> Tap {
        Tap::open(&self.rust_url, "openstack", topic).await.expect("the broker of the test run")
    }

    /// Rust's transport.
    pub(crate) fn transport(&self) -> &Transport {
        &self.transport
    }

    /// Rust's client of the demo.
    pub(crate) fn demo(&self, topic: &str) -> DemoClient {
        demo(&self.transport, topic)
    }

    /// Rust's client of anything.
    pub(crate) fn rpc(&self, topic: &str) -> RpcClient {
        RpcClient::new(&self.transport, Target::topic(topic).version(version!("1.0")))
    }

    /// What Python gets when it sends a request: the result, or what the exception is.
    pub(crate) async fn ask(&self, request: Request) -> Result<Value, Value> {
        self.programs.client.ask(request.to(&self.python_url)).await
    }

    /// The same with more options.
    pub(crate) async fn ask_with(&self, option: &str, request: Request) -> Result<Value, Value> {
        self.programs.client.ask(request.to(&with(&self.python_url, option))).await
    }

    /// What it gets when it sends a request so many times at once.
    pub(crate) async fn ask_at_once(
        &self,
        times: usize,
        request: &Request,
    ) -> Vec<Result<Value, Value>> {
        let ask = || {
            let (programs, command) = (Arc::clone(&self.programs), request.clone());
            let command = command.to(&self.python_url);
            async move { programs.client.ask(command).await }
        };
        let asked: JoinSet<_> = (0..times).map(|_| ask()).collect();
        asked.join_all().await
    }

    /// The server in Python that ran `note` with this text.
    pub(crate) async fn python_noted(&self, text: &str) -> String {
        let note = self.programs.server.event_that("note", |note| note["text"] == text).await;
        note["server"].as_str().unwrap_or_default().to_owned()
    }

    /// The server in Rust that ran `note` with this text.
    pub(crate) async fn rust_noted(&self, text: &str) -> String {
        match timeout(PATIENCE, self.rust_noted.take(|note| note["text"] == text)).await {
            Ok(Some(note)) => note["server"].as_str().unwrap_or_default().to_owned(),
            _ => panic!("no server in Rust ran the cast `{text}`"),
        }
    }
}

/// A URL with one more option, or none.
fn with(url: &str, option: &str) -> String {
    if option.is_empty() { url.to_owned() } else { format!("{url}&{option}") }
}

async fn connect(url: &str, exchange: Option<&str>) -> Transport {
    let mut config = Config::new().url(url).rpc_ping_enabled(true);
    if let Some(exchange) = exchange {
        config = config.control_exchange(exchange);
    }
    Transport::from_config(&config).await.expect("the broker of the test run")
}
