use messaging::{Context, Proxy as _, RpcServer, Target, Transport, rpc_api};

#[rpc_api(topic = "greeter", version = "1.0", retries = 3)]
trait Greeter {
    async fn greet(&self, ctx: &Context, name: String) -> Result<String, String>;

    #[rpc(cast)]
    async fn rest(&self, ctx: &Context, seconds: u32);
}

struct Friendly;

impl Greeter for Friendly {
    async fn greet(&self, _: &Context, name: String) -> Result<String, String> {
        Ok(format!("hello, {name}"))
    }

    async fn rest(&self, _: &Context, _: u32) {}
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let transport = Transport::connect("memory://").await?;
    let server = RpcServer::builder(&transport, Target::topic("greeter").server("one"))
        .endpoint(GreeterEndpoint::new(Friendly))
        .endpoint(GreeterEndpoint::from_arc(std::sync::Arc::new(Friendly)))
        .start()
        .await?;

    let greeter = GreeterClient::new(&transport);
    let one = greeter.clone().prepare().server("one").build()?;
    assert_eq!(one.greet("bus".into()).await?, "hello, bus");
    one.rest(1).fanout().await?;
    assert!(one.can_send(GreeterClient::GREET));
    println!("{one:?} {:?}", GreeterClient::API);
    server.stop();
    Ok(())
}
