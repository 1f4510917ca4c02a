use messaging::{Context, Failure, rpc_api};

#[rpc_api(topic = "api", version = "2.6")]
pub trait Api {
    async fn ping(&self, ctx: &Context) -> Result<u32, Failure>;

    async fn twice(&self, ctx: &Context) -> Result<u32, Failure> {
        Ok(2 * self.ping(ctx).await?)
    }
}

fn main() {}
