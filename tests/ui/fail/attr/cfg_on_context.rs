use messaging::{Context, Failure, rpc_api};

#[rpc_api(topic = "api", version = "2.6")]
pub trait Api {
    async fn ping(&self, #[cfg(unix)] ctx: &Context, text: String) -> Result<u32, Failure>;
}

fn main() {}
