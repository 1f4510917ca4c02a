//! A method that is not configured is nowhere: its types need not exist.

use messaging::{Context, Failure, Proxy as _, rpc_api};

#[rpc_api(topic = "cfg", version = "1.0")]
pub trait Configured {
    #[cfg(any())]
    async fn gone(&self, ctx: &Context, missing: Missing) -> Result<Missing, Missing>;

    async fn stays(&self, ctx: &Context) -> Result<(), Failure>;

    #[cfg(all())]
    async fn either(&self, ctx: &Context, one: u32) -> Result<(), Failure>;

    #[cfg(not(all()))]
    async fn either(&self, ctx: &Context, other: Missing) -> Result<(), Failure>;

    #[cfg_attr(all(), cfg(any()))]
    async fn gone_too(&self, ctx: &Context, missing: Missing) -> Result<Missing, Missing>;

    #[cfg(any())]
    #[rpc(name = "stays")]
    async fn would_clash(&self, ctx: &Context) -> Result<(), Failure>;
}

#[rpc_api(topic = "cfg", version = "1.0")]
#[cfg(any())]
pub trait Absent {
    async fn gone(&self, ctx: &Context, missing: Missing) -> Result<Missing, Missing>;
}

struct It;

impl Configured for It {
    async fn stays(&self, _: &Context) -> Result<(), Failure> {
        Ok(())
    }

    async fn either(&self, _: &Context, _: u32) -> Result<(), Failure> {
        Ok(())
    }
}

fn main() {
    let _ = ConfiguredEndpoint::new(It);
    let names: Vec<_> = ConfiguredClient::API.methods.iter().map(|method| method.name).collect();
    assert_eq!(names, ["stays", "either"]);
}
