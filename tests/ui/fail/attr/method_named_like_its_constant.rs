use messaging::{Context, Failure, rpc_api};

#[rpc_api(topic = "api", version = "2.6")]
pub trait Api {
    #[allow(non_snake_case)]
    async fn PING(&self, ctx: &Context) -> Result<u32, Failure>;
}

fn main() {}
