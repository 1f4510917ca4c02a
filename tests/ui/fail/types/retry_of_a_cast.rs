//! A cast is made again only where its method may run twice.
use messaging::{Context, RetryPolicy, rpc_api};

#[rpc_api(topic = "t", version = "1.0")]
trait Api {
    #[rpc(cast)]
    async fn tell(&self, ctx: &Context);
}

fn again(client: &ApiClient) {
    let _ = client.tell().retry(RetryPolicy::new());
}

fn main() {}
