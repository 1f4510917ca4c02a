use messaging::{Context, Failure, rpc_api};

pub struct Door;

#[rpc_api(topic = "api", version = "2.6")]
pub trait Api {
    async fn ping(&self, ctx: &Context, door: Door) -> Result<u32, Failure>;
}

fn main() {}
