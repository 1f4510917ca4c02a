use messaging::{Context, RemoteError, rpc_api};

/// The crate as it is without the feature.
mod plain {
    pub mod __private {
        pub use ::messaging::__private::*;

        pub const HAS_SCHEMAS: bool = false;
    }
}

#[derive(Debug, RemoteError)]
#[remote(crate = crate::plain, schema)]
pub struct Locked;

impl std::fmt::Display for Locked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("locked")
    }
}

#[rpc_api(topic = "api", version = "2.6", crate = crate::plain, schema)]
pub trait Api {
    async fn ping(&self, ctx: &Context) -> Result<u32, Locked>;
}

fn main() {}
