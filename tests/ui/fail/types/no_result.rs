use messaging::{Context, rpc_api};

#[rpc_api(topic = "api", version = "2.6")]
pub trait Api {
    async fn ping(&self, ctx: &Context);
}

fn main() {}
