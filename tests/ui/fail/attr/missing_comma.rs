use messaging::{Context, Failure, rpc_api};

#[rpc_api(topic = "api" version = "1.0")]
pub trait Api {
    #[rpc(idempotent timeout = "3s")]
    async fn ping(&self, ctx: &Context) -> Result<u32, Failure>;
}

fn main() {}
