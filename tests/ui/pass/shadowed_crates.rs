//! Modules of a user's that are named like crates are not taken for them.

#![deny(warnings)]

mod core {}
mod std {}
mod alloc {}
mod serde {}
mod messaging {
    pub(crate) use ::messaging::{Context, Failure, Proxy, RpcServer, Target, Transport};
}

use self::messaging::{Context, Failure, Proxy as _, RpcServer, Target, Transport};

#[::messaging::rpc_api(topic = "shadowed", version = "1.1")]
pub trait Shadowed {
    async fn ping(
        &self,
        ctx: &Context,
        #[rpc(since = "1.1")] text: Option<String>,
    ) -> Result<u32, Refused>;

    fn pong(&self, ctx: &Context) -> Result<u32, Failure>;

    #[rpc(cast)]
    async fn tell(&self, _ctx: &Context) {}
}

#[derive(Debug, ::messaging::RemoteError)]
pub enum Refused {
    Full { count: u32 },
}

impl ::std::fmt::Display for Refused {
    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
        let Self::Full { count } = self;
        write!(f, "{count} are too many")
    }
}

struct It;

impl Shadowed for It {
    async fn ping(&self, _: &Context, text: Option<String>) -> Result<u32, Refused> {
        if text.is_some() { Err(Refused::Full { count: 1 }) } else { Ok(1) }
    }

    fn pong(&self, _: &Context) -> Result<u32, Failure> {
        Ok(2)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let transport = Transport::connect("memory://").await.unwrap();
    let _server = RpcServer::builder(&transport, Target::topic("shadowed").server("one"))
        .endpoint(ShadowedEndpoint::new(It))
        .start()
        .await
        .unwrap();
    let it = ShadowedClient::new(&transport);
    assert_eq!(it.ping(None).await.unwrap(), 1);
    assert_eq!(it.ping(Some("a".into())).await.unwrap_err().to_string(), "1 are too many");
    assert_eq!(it.pong().await.unwrap(), 2);
    it.tell().await.unwrap();
}
