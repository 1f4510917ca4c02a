use messaging::{Context, Failure, rpc_api};

#[rpc_api(topic = "api", version = "2.6")]
pub trait Api {
    async fn ping(&self, ctx: &Context) -> Result<u32, Failure>;

    #[cfg(all())]
    #[rpc(name = "ping")]
    async fn pong(&self, ctx: &Context) -> Result<u32, Failure>;

    #[cfg(any())]
    #[rpc(name = "ping")]
    async fn gone(&self, ctx: &Context) -> Result<u32, Failure>;
}

fn main() {}
