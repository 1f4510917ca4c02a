//! The runtime crate under another name, through a re-export, and in a macro.

extern crate messaging as renamed;

mod reexported {
    pub mod inner {
        pub use messaging::*;
    }
}

#[derive(Debug, renamed::RemoteError)]
#[remote(crate = renamed, module = "doors.exceptions")]
pub struct Refused;

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("refused")
    }
}

#[renamed::rpc_api(topic = "doors", version = "1.0", crate = renamed)]
pub trait Doors {
    async fn open(&self, ctx: &renamed::Context, door: String) -> Result<bool, Refused>;
}

#[reexported::inner::rpc_api(topic = "gates", version = "1.0", crate = crate::reexported::inner)]
pub trait Gates {
    async fn open(&self, ctx: &renamed::Context, gate: String) -> Result<bool, Refused>;
}

macro_rules! declare {
    ($api:ident, $topic:literal, $argument:ident: $ty:ty) => {
        #[renamed::rpc_api(topic = $topic, version = "1.0", crate = renamed)]
        pub trait $api {
            async fn open(&self, ctx: &renamed::Context, $argument: $ty) -> Result<bool, Refused>;
        }
    };
}

declare!(Hatches, "hatches", hatch: Vec<String>);

fn main() {
    use renamed::Proxy as _;
    assert_eq!(HatchesClient::API.topic, "hatches");
}
