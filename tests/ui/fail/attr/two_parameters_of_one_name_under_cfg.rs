use messaging::{Context, Failure, rpc_api};

#[rpc_api(topic = "api", version = "2.6")]
pub trait Api {
    async fn either(
        &self,
        ctx: &Context,
        #[cfg(any())] text: Missing,
        #[cfg(all())] text: String,
    ) -> Result<u32, Failure>;

    async fn both(
        &self,
        ctx: &Context,
        text: String,
        #[cfg(all())]
        #[serde(rename = "text")]
        more: String,
    ) -> Result<u32, Failure>;

    async fn one(
        &self,
        ctx: &Context,
        text: String,
        #[cfg(any())]
        #[serde(rename = "text")]
        more: String,
    ) -> Result<u32, Failure>;
}

fn main() {}
