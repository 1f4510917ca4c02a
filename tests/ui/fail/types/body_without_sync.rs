use messaging::{Context, Failure, rpc_api};

#[rpc_api(topic = "api", version = "2.6")]
pub trait Api {
    async fn ping(&self, _ctx: &Context) -> Result<u32, Failure> {
        let _ = self;
        std::future::ready(()).await;
        let _ = self;
        Ok(1)
    }
}

fn main() {}
