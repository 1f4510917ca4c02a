use messaging::{Context, Failure, rpc_api};

fn ten() -> u64 {
    10
}

#[rpc_api(topic = "api", version = "2.6")]
pub trait Api {
    async fn ping(&self, ctx: &Context, #[serde(default = "ten")] count: u32)
    -> Result<u32, Failure>;

    async fn pong(
        &self,
        ctx: &Context,
        #[rpc(since = "2.6")]
        #[serde(default = "ten")]
        count: u32,
    ) -> Result<u32, Failure>;
}

fn main() {}
