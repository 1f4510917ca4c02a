//! `src/bin/server.rs`, where it begins: of the first version.

use super::v1_0 as greeter;

use greeter::{Greeter, GreeterClient, GreeterEndpoint};
use messaging::{Context, Proxy as _, RpcServer, Target, Transport};

struct Friendly;

impl Greeter for Friendly {
    async fn greet(&self, _: &Context, name: String) -> Result<String, String> {
        Ok(format!("hello, {name}"))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let transport = Transport::connect(&std::env::var("MESSAGING_URL")?).await?;
    let name = std::env::args().nth(1).expect("a name for the server");
    let target = Target::topic("greeter").server(&name);
    let endpoint = GreeterEndpoint::new(Friendly);
    let server = RpcServer::builder(&transport, target).endpoint(endpoint).start().await?;
    println!("{name} serves Greeter {}", GreeterClient::API.version);
    tokio::signal::ctrl_c().await?;
    let report = server.shutdown(std::time::Duration::from_secs(20)).await;
    println!("{name} stopped: {report:?}");
    Ok(())
}
