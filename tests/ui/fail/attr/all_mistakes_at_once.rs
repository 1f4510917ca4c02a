use messaging::{Context, Failure, rpc_api};

#[rpc_api(topic = "", version = "2")]
pub trait Api {
    #[rpc(retries = 3, timeout = "30")]
    async fn ping(&self, ctx: &Context, text: &str) -> Result<u32, Failure>;

    async fn pong(self) -> Result<u32, Failure>;
}

fn main() {}
