//! A server whose handlers wait for ever.

use std::sync::atomic::{AtomicU32, Ordering};

use messaging::{Context, Executor, RpcServer, Target, rpc_api};
use messaging_benches::{Place, ready};

/// How many calls it holds at most.
const ROOM: usize = 100_000;

/// Holds calls.
#[rpc_api(topic = "hold", version = "1.0")]
pub(crate) trait Hold {
    /// Is never answered.
    async fn hold(&self, ctx: &Context, data: String) -> Result<String, String>;

    /// How many are held.
    async fn held(&self, ctx: &Context) -> Result<u32, String>;
}

#[derive(Debug, Default)]
struct Holding(AtomicU32);

impl Hold for Holding {
    async fn hold(&self, _: &Context, data: String) -> Result<String, String> {
        self.0.fetch_add(1, Ordering::Relaxed);
        std::future::pending::<()>().await;
        Ok(data)
    }

    async fn held(&self, _: &Context) -> Result<u32, String> {
        Ok(self.0.load(Ordering::Relaxed))
    }
}

/// Serves until it is stopped.
pub(crate) async fn serve(place: &Place) {
    let transport = crate::ours::connect(place).await;
    let target = Target::topic(&place.topic).server("one");
    let server =
        RpcServer::builder(&transport, target).endpoint(HoldEndpoint::new(Holding::default()));
    let _server = server.executor(Executor::tasks(ROOM)).start().await.expect("a server");
    ready().await;
}
