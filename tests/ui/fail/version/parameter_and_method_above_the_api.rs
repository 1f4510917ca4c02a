use messaging::{Context, Failure, rpc_api};

#[rpc_api(topic = "api", version = "2.6")]
pub trait Api {
    #[rpc(since = "2.7")]
    async fn ping(&self, ctx: &Context, #[rpc(since = "2.7")] text: String)
    -> Result<u32, Failure>;
}

fn main() {}
