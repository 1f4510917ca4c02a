//! The same library on smol, with no tokio runtime alive.

use std::time::Duration;

use messaging::{Config, Context, Proxy as _, RpcServer, Target, Transport, rpc_api, runtime};

#[rpc_api(topic = "counter", version = "1.0")]
trait Counter {
    /// How long a text is.
    async fn count(&self, ctx: &Context, text: String) -> Result<usize, String>;
}

struct Chars;

impl Counter for Chars {
    async fn count(&self, _: &Context, text: String) -> Result<usize, String> {
        Ok(text.chars().count())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::var("MESSAGING_URL").unwrap_or_else(|_| "memory://".to_owned());
    smol::block_on(async {
        let config = Config::new().url(&url);
        let transport = Transport::with_runtime(&config, runtime::smol()).await?;
        let server = RpcServer::builder(&transport, Target::topic("counter").server("one"))
            .endpoint(CounterEndpoint::new(Chars))
            .start()
            .await?;
        let counter = CounterClient::new(&transport);
        println!("{} characters", counter.count("smol is small".into()).await?);
        let _ = server.shutdown(Duration::from_secs(5)).await;
        transport.close(Duration::from_secs(5)).await;
        Ok(())
    })
}
