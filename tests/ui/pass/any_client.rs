//! Functions over any client and any endpoint, and clients where other types are held.

#![deny(warnings)]

use std::future::IntoFuture;

use messaging::{Call, CallError, Context, Endpoint, Proxy, RpcServer, Target, Transport, rpc_api};

#[rpc_api(topic = "first", version = "1.3")]
pub trait First {
    async fn ping(&self, _ctx: &Context) -> Result<u32, String> {
        Ok(1)
    }
}

#[rpc_api(topic = "second", version = "2.0", namespace = "apart")]
pub trait Second {
    async fn ping(&self, _ctx: &Context, text: String) -> Result<String, String> {
        Ok(text)
    }
}

impl First for () {}
impl Second for () {}

/// Any client of the API, for one server.
fn of_server<P: Proxy>(transport: &Transport, server: &str) -> Result<P, messaging::Error> {
    P::new(transport).prepare().server(server).build()
}

fn served<P: Proxy>() -> String {
    let api = P::API;
    format!("{} {} {}", api.namespace.unwrap_or("-"), api.topic, api.version)
}

/// Any endpoint, behind the topic that its API names.
async fn serve(transport: &Transport, endpoint: impl Endpoint) -> RpcServer {
    let target = Target::topic(endpoint.api().topic).server("one");
    RpcServer::builder(transport, target).endpoint(endpoint).start().await.unwrap()
}

/// Holds clients as others hold a connection pool.
#[derive(Clone, Debug)]
struct Clients {
    first: FirstClient,
    second: SecondClient,
}

/// A call is a value.
async fn twice<T>(make: impl Fn() -> Call<Result<T, String>>) -> Result<[T; 2], CallError<String>>
where
    Call<Result<T, String>>: IntoFuture<Output = Result<T, CallError<String>>>,
{
    Ok([make().await?, make().await?])
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let transport = Transport::connect("memory://").await.unwrap();
    let _first = serve(&transport, FirstEndpoint::new(())).await;
    let _second = serve(&transport, SecondEndpoint::new(())).await;
    let clients = Clients {
        first: of_server(&transport, "one").unwrap(),
        second: of_server(&transport, "one").unwrap(),
    };
    let Clients { first, second } = clients.clone();
    assert_eq!(twice(|| first.ping()).await.unwrap(), [1, 1]);
    let task = tokio::spawn(async move { second.ping("b".into()).await });
    assert_eq!(task.await.unwrap().unwrap(), "b");
    assert_eq!(served::<FirstClient>(), "- first 1.3");
    assert_eq!(served::<SecondClient>(), "apart second 2.0");
}
