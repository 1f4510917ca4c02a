use messaging::{Context, Failure, rpc_api};

#[rpc_api(topic = "api", version = "2.6")]
pub trait Api {
    #[rpc(name = "", since = "x", timeout = "y", cast)]
    async fn ping(self, ctx: &mut Context, text: &str) -> Result<u32, Failure>;

    #[rpc(since = "x", timeout = "y")]
    async fn pong(&self) -> Result<u32, Failure>;

    async fn pang(
        &self,
        ctx: &Context,
        #[rpc(since = "x")]
        #[serde(rename = "", default = "||")]
        (one, two): (u32, u32),
    ) -> Result<u32, Failure>;
}

fn main() {}
