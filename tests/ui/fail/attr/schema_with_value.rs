use messaging::{Context, Failure, rpc_api};

#[rpc_api(topic = "api", version = "2.6", schema = true)]
pub trait Api {
    async fn ping(&self, ctx: &Context) -> Result<u32, Failure>;
}

fn main() {}
