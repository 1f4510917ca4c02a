use messaging::{Context, Failure, rpc_api};

#[rpc_api(topic = " ", version = "2.6", namespace = "\0")]
pub trait Api {
    #[rpc(name = "\n")]
    async fn ping(&self, ctx: &Context) -> Result<u32, Failure>;
}

fn main() {}
