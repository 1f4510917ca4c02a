use messaging::{Context, Failure, rpc_api};

#[rpc_api(topic = "api", version = "2.6")]
pub trait Api {
    async fn ping(
        &self,
        ctx: &Context,
        #[cfg_attr(unix, serde(default))] text: String,
        #[cfg_attr(unix, allow(unused), rpc(since = "2.1"))] more: String,
    ) -> Result<u32, Failure>;
}

fn main() {}
