use messaging::{Context, Failure, rpc_api};

#[rpc_api(topic = "api", version = "2.6")]
pub trait Api {
    async fn ping(&self, ctx: &Context) -> Result<u32, Failure>;
}

struct It;

impl Api for It {
    async fn ping(&self, _: &Context) -> Result<u32, Failure> {
        let shared = std::rc::Rc::new(1);
        std::future::ready(()).await;
        Ok(*shared)
    }
}

fn main() {}
