use messaging::{Context, Failure, rpc_api};

#[rpc_api(topic = "api", version = "2.6")]
pub trait Api<T: Send> {
    async fn ping(&self, ctx: &Context) -> Result<u32, Failure>
    where
        Vec<T>: Send;
}

fn main() {}
