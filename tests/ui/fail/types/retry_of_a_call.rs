//! A call is made again only where its method may run twice.
use messaging::{Context, RetryPolicy, rpc_api};

#[rpc_api(topic = "t", version = "1.0")]
trait Api {
    async fn ask(&self, ctx: &Context) -> Result<u8, String>;
}

fn again(client: &ApiClient) {
    let _ = client.ask().retry(RetryPolicy::new());
}

fn main() {}
