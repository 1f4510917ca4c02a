use messaging::{Context, Failure, rpc_api};

#[rpc_api(topic = "api", version = "2.6")]
pub trait Api {
    #[cfg_attr(unix, rpc(since = "2.1"), doc = "Unix.")]
    async fn ping(&self, ctx: &Context) -> Result<u32, Failure>;
}

fn main() {}
