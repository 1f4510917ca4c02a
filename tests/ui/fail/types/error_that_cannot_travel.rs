use messaging::{Context, rpc_api};

pub struct Refused;

#[rpc_api(topic = "api", version = "2.6")]
pub trait Api {
    async fn ping(&self, ctx: &Context) -> Result<u32, Refused>;
}

fn main() {}
