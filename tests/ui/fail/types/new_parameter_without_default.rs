use messaging::{Context, Failure, rpc_api};

#[derive(serde::Serialize, serde::Deserialize)]
pub struct Door;

#[rpc_api(topic = "api", version = "2.6")]
pub trait Api {
    async fn ping(&self, ctx: &Context, #[rpc(since = "2.6")] door: Door) -> Result<u32, Failure>;
}

fn main() {}
