use messaging::{Context, Failure, rpc_api};

macro_rules! methods {
    () => {};
}

#[rpc_api(topic = "api", version = "2.6")]
pub trait Api {
    async fn ping(&self, ctx: &Context) -> Result<u32, Failure>;

    methods!();
}

fn main() {}
