use messaging::{Context, Failure, rpc_api};

#[rpc_api(topic = "api", version = "2.6")]
pub trait Api {
    #[rpc(since = "2.1")]
    const LIMIT: u32 = 3;

    async fn ping(&self, ctx: &Context) -> Result<u32, Failure>;
}

fn main() {}
