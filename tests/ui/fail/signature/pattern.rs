use messaging::{Context, Failure, rpc_api};

#[rpc_api(topic = "api", version = "2.6")]
pub trait Api {
    async fn ping(&self, _: &Context, (a, b): (u32, u32)) -> Result<u32, Failure>
    where
        Self: Sync,
    {
        Ok(a + b)
    }
}

fn main() {}
