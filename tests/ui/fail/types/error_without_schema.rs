use messaging::{Context, RemoteError, rpc_api};

#[derive(Debug, RemoteError)]
pub enum ApiError {
    Locked,
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("locked")
    }
}

#[rpc_api(topic = "api", version = "2.6", schema)]
pub trait Api {
    async fn ping(&self, ctx: &Context) -> Result<u32, ApiError>;
}

fn main() {}
