use messaging::{Context, Failure, rpc_api};

#[rpc_api(topics = "api", version = "1.0")]
pub trait Api {
    async fn ping(&self, ctx: &Context) -> Result<u32, Failure>;
}

fn main() {}
