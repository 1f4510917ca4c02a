//! The API that both sides serve: what `server.py` has, as Rust traits.

use std::convert::Infallible;
use std::sync::OnceLock;

use messaging::{BaseApi, Context, Proxy as _, RemoteError, RpcServer, Target, Transport, rpc_api};
use serde_json::{Value, json};
use tokio::sync::{Barrier, mpsc};

use crate::cabinet::{Cabinet, CuriositiesEndpoint};
use crate::python::rabbit_url;

/// Null namespace, version 1.5.
#[rpc_api(topic = "demo", version = "1.5")]
pub(crate) trait Demo {
    async fn echo(&self, ctx: &Context, value: Value) -> Result<Value, Infallible>;
    async fn add(&self, ctx: &Context, a: i64, b: i64) -> Result<i64, Infallible>;
    async fn nothing(&self, ctx: &Context) -> Result<(), Infallible>;
    async fn slow(&self, ctx: &Context, seconds: f64) -> Result<String, Infallible>;
    async fn meet(&self, ctx: &Context, count: usize) -> Result<usize, Infallible>;
    async fn fail(
        &self,
        ctx: &Context,
        kind: String,
        args: Vec<Value>,
        #[serde(default)] kwargs: Option<Value>,
    ) -> Result<Value, DemoError>;
    async fn seen_context(&self, ctx: &Context) -> Result<Value, Infallible>;
    #[rpc(since = "1.4", cast)]
    async fn note(&self, ctx: &Context, text: String);
}

/// Namespace `admin`, version 2.1.
#[rpc_api(topic = "demo", version = "2.1", namespace = "admin")]
pub(crate) trait Admin {
    async fn whoami(&self, ctx: &Context) -> Result<String, Infallible>;
}

/// The exceptions of `scheduler_exceptions.py`.
#[derive(Clone, Debug, PartialEq, RemoteError)]
#[remote(module = "scheduler_exceptions")]
pub(crate) enum DemoError {
    NoValidHost { reason: String },
    QuotaExceeded(String),
}

impl std::fmt::Display for DemoError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoValidHost { reason } => write!(f, "no valid host was found: {reason}"),
            Self::QuotaExceeded(quota) => f.write_str(quota),
        }
    }
}

/// A server in Rust of what `server.py` serves.
pub(crate) struct Rust {
    pub(crate) topic: String,
    pub(crate) notes: mpsc::UnboundedReceiver<Value>,
    _server: RpcServer,
}

struct Service {
    name: String,
    notes: mpsc::UnboundedSender<Value>,
    meeting: OnceLock<Barrier>,
}

impl Rust {
    pub(crate) async fn serve(topic: &str, name: &str) -> Self {
        Self::serve_over(&transport().await, topic, name).await
    }

    /// The same with options of the transport.
    pub(crate) async fn serve_over(transport: &Transport, topic: &str, name: &str) -> Self {
        let (sender, notes) = mpsc::unbounded_channel();
        let service =
            || Service { name: name.to_owned(), notes: sender.clone(), meeting: OnceLock::new() };
        let server = RpcServer::builder(transport, Target::topic(topic).server(name))
            .endpoint(DemoEndpoint::new(service()))
            .endpoint(AdminEndpoint::new(service()))
            .endpoint(CuriositiesEndpoint::new(Cabinet))
            .endpoint(BaseApi::new("scheduler"))
            .start()
            .await
            .expect("the Rust server starts");
        Self { topic: topic.to_owned(), notes, _server: server }
    }
}

pub(crate) async fn transport() -> Transport {
    Transport::connect(&rabbit_url()).await.expect("the broker of the test run")
}

/// A client of the demo on a topic of one's own.
pub(crate) fn demo(transport: &Transport, topic: &str) -> DemoClient {
    DemoClient::new(transport).prepare().topic(topic).build().expect("a client")
}

impl Demo for Service {
    async fn echo(&self, _: &Context, value: Value) -> Result<Value, Infallible> {
        Ok(value)
    }

    async fn add(&self, _: &Context, a: i64, b: i64) -> Result<i64, Infallible> {
        Ok(a + b)
    }

    async fn nothing(&self, _: &Context) -> Result<(), Infallible> {
        Ok(())
    }

    async fn slow(&self, _: &Context, seconds: f64) -> Result<String, Infallible> {
        tokio::time::sleep(std::time::Duration::from_secs_f64(seconds)).await;
        Ok("done".to_owned())
    }

    async fn meet(&self, _: &Context, count: usize) -> Result<usize, Infallible> {
        self.meeting.get_or_init(|| Barrier::new(count)).wait().await;
        Ok(count)
    }

    async fn fail(
        &self,
        _: &Context,
        kind: String,
        _: Vec<Value>,
        _: Option<Value>,
    ) -> Result<Value, DemoError> {
        match kind.as_str() {
            "panic" => panic!("on purpose"),
            "QuotaExceeded" => Err(DemoError::QuotaExceeded("ten".into())),
            reason => Err(DemoError::NoValidHost { reason: reason.to_owned() }),
        }
    }

    async fn seen_context(&self, ctx: &Context) -> Result<Value, Infallible> {
        Ok(Value::Object(ctx.values().clone()))
    }

    async fn note(&self, _: &Context, text: String) {
        let _ = self.notes.send(json!({"text": text, "server": self.name}));
    }
}

impl Admin for Service {
    async fn whoami(&self, _: &Context) -> Result<String, Infallible> {
        Ok(self.name.clone())
    }
}
