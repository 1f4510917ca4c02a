use messaging::{Context, Failure, Proxy as _, rpc_api};

#[rpc_api(topic = "api", version = "1.0")]
pub trait Api {
    async fn method(&self, ctx: &Context) -> Result<u32, Failure>;
}

struct Another;

fn main() {
    let _ = ApiClient::local(Another);
}
