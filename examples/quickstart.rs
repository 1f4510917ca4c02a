//! A trait, its implementation, a call, and the answer; no broker.

use messaging::{Context, Proxy as _, RpcServer, Target, Transport, rpc_api};

#[rpc_api(topic = "greeter", version = "1.0")]
trait Greeter {
    async fn greet(&self, ctx: &Context, name: String) -> Result<String, String>;
}

struct Friendly;

impl Greeter for Friendly {
    async fn greet(&self, _: &Context, name: String) -> Result<String, String> {
        Ok(format!("hello, {name}"))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let transport = Transport::connect("memory://").await?;
    let target = Target::topic("greeter").server("one");
    let endpoint = GreeterEndpoint::new(Friendly);
    let _server = RpcServer::builder(&transport, target).endpoint(endpoint).start().await?;
    println!("{}", GreeterClient::new(&transport).greet("bus".into()).await?);
    Ok(())
}
