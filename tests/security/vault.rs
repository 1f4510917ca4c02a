//! The API that is attacked.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use messaging::{Context, Proxy as _, RpcServer, Transport, rpc_api};

use crate::bus::Bus;

#[rpc_api(topic = "vault", version = "1.0")]
pub(crate) trait Vault {
    /// The same name again.
    async fn open(&self, ctx: &Context, name: String) -> Result<String, String>;

    /// A text of so many bytes.
    async fn text(&self, ctx: &Context, bytes: usize) -> Result<String, Infallible>;

    /// A sum.
    async fn add(&self, ctx: &Context, a: u64, b: u64) -> Result<u64, Infallible>;

    /// Panics, with a secret.
    async fn panic(&self, ctx: &Context) -> Result<(), Infallible>;
}

/// Counts what runs.
#[derive(Clone, Default)]
pub(crate) struct Counting(Arc<AtomicUsize>);

impl Counting {
    pub(crate) fn runs(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    fn run(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Vault for Counting {
    async fn open(&self, _: &Context, name: String) -> Result<String, String> {
        self.run();
        if name == "fails" { Err("it is locked".to_owned()) } else { Ok(name) }
    }

    async fn text(&self, _: &Context, bytes: usize) -> Result<String, Infallible> {
        self.run();
        Ok("x".repeat(bytes))
    }

    async fn add(&self, _: &Context, a: u64, b: u64) -> Result<u64, Infallible> {
        self.run();
        Ok(a.saturating_add(b))
    }

    async fn panic(&self, _: &Context) -> Result<(), Infallible> {
        self.run();
        panic!("hunter2 at /etc/vault/key")
    }
}

/// A server of the bus's topic over `transport`, and what counts its runs.
pub(crate) async fn serve(bus: &Bus, transport: &Transport) -> (RpcServer, Counting) {
    let counting = Counting::default();
    let server = RpcServer::builder(transport, bus.target().server("one"))
        .endpoint(VaultEndpoint::new(counting.clone()));
    (server.start().await.expect("the server starts"), counting)
}

/// A client of the bus's topic over `transport`.
pub(crate) fn client(bus: &Bus, transport: &Transport) -> VaultClient {
    VaultClient::new(transport).prepare().topic(&bus.topic).build().expect("a client")
}
