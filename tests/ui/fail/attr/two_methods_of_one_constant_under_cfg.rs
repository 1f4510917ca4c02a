use messaging::{Context, Failure, rpc_api};

#[rpc_api(topic = "api", version = "2.6")]
pub trait Api {
    async fn foo_bar(&self, ctx: &Context) -> Result<u32, Failure>;

    #[cfg(all())]
    #[allow(non_snake_case)]
    async fn fooBar(&self, ctx: &Context) -> Result<u32, Failure>;
}

fn main() {}
