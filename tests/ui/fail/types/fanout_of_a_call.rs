//! A call has one answer, so it goes to one server.
use messaging::{Context, rpc_api};

#[rpc_api(topic = "t", version = "1.0")]
trait Api {
    async fn ask(&self, ctx: &Context) -> Result<u8, String>;
}

fn all(client: &ApiClient) {
    let _ = client.ask().fanout();
}

fn main() {}
