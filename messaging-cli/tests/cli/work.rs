//! What the servers of these tests serve.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use messaging::{Context, Proxy as _, RemoteError, RpcServer, Target, Transport, rpc_api};
use serde_json::Value;

use crate::python::rabbit_url;

/// Does what it is told.
#[rpc_api(topic = "work", version = "1.0", schema)]
pub(crate) trait Work {
    /// Answers with what it is given.
    async fn echo(&self, ctx: &Context, value: Value) -> Result<Value, Infallible>;
    /// Fails.
    async fn place(&self, ctx: &Context) -> Result<(), WorkError>;
    /// Counts.
    #[rpc(cast)]
    async fn note(&self, ctx: &Context);
}

/// Why work is not done.
#[derive(Clone, Debug, PartialEq, RemoteError)]
#[remote(module = "work", schema)]
pub(crate) enum WorkError {
    NoValidHost { reason: String },
}

impl std::fmt::Display for WorkError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self::NoValidHost { reason } = self;
        write!(f, "no valid host was found: {reason}")
    }
}

/// How often which of them ran.
#[derive(Debug, Default)]
pub(crate) struct Worker {
    pub(crate) echoes: AtomicU64,
    pub(crate) notes: AtomicU64,
}

impl Work for Arc<Worker> {
    async fn echo(&self, _: &Context, value: Value) -> Result<Value, Infallible> {
        self.echoes.fetch_add(1, Ordering::Relaxed);
        Ok(value)
    }

    async fn place(&self, _: &Context) -> Result<(), WorkError> {
        Err(WorkError::NoValidHost { reason: "all are full".to_owned() })
    }

    async fn note(&self, _: &Context) {
        self.notes.fetch_add(1, Ordering::Relaxed);
    }
}

/// A server of it, as long as it is held.
pub(crate) async fn serve(topic: &str, name: &str) -> (RpcServer, Arc<Worker>) {
    let worker = Arc::<Worker>::default();
    let server = RpcServer::builder(&transport().await, Target::topic(topic).server(name))
        .endpoint(WorkEndpoint::new(Arc::clone(&worker)))
        .start()
        .await
        .expect("the server starts");
    (server, worker)
}

pub(crate) async fn client(topic: &str) -> WorkClient {
    WorkClient::new(&transport().await).prepare().topic(topic).build().expect("a client")
}

async fn transport() -> Transport {
    Transport::connect(&rabbit_url()).await.expect("the broker of the test run")
}
