//! Attributes that lints and the compiler read do what they say, and no more: what is expected of
//! the trait is expected of it alone, and what is deprecated is so for who calls.

#![deny(warnings, unfulfilled_lint_expectations)]

use messaging::{Context, Proxy as _, RpcServer, Target, Transport, rpc_api};

/// Old names, kept.
#[rpc_api(topic = "kept", version = "1.0")]
#[allow(non_camel_case_types)]
#[expect(clippy::allow_attributes, reason = "a lint that clippy alone knows")]
pub trait kept_names {
    #[expect(non_snake_case)]
    async fn oldName(&self, ctx: &Context, #[allow(non_snake_case)] theCount: u32)
    -> Result<u32, String>;

    #[deprecated(note = "use `oldName`")]
    async fn older(&self, ctx: &Context) -> Result<u32, String>;

    #[deprecated]
    #[rpc(cast)]
    async fn oldest(&self, ctx: &Context);

    #[cfg_attr(all(), deprecated, allow(clippy::unused_async))]
    async fn conditional(&self, _ctx: &Context) -> Result<u32, String> {
        Ok(4)
    }

    #[must_use = "it is costly"]
    fn costly(&self, ctx: &Context) -> Result<u32, String>;
}

#[deprecated(note = "use `kept_names`")]
#[rpc_api(topic = "gone", version = "1.0")]
pub trait Gone {
    async fn ping(&self, ctx: &Context) -> Result<u32, String>;
}

struct It;

impl kept_names for It {
    #[expect(non_snake_case)]
    async fn oldName(&self, _: &Context, theCount: u32) -> Result<u32, String> {
        Ok(theCount)
    }

    async fn older(&self, _: &Context) -> Result<u32, String> {
        Ok(2)
    }

    async fn oldest(&self, _: &Context) {}

    fn costly(&self, _: &Context) -> Result<u32, String> {
        Ok(3)
    }
}

#[expect(deprecated)]
impl Gone for It {
    async fn ping(&self, _: &Context) -> Result<u32, String> {
        Ok(1)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let transport = Transport::connect("memory://").await.unwrap();
    #[expect(deprecated)]
    let gone = GoneEndpoint::new(It);
    let _server = RpcServer::builder(&transport, Target::topic("kept").server("one"))
        .endpoint(kept_namesEndpoint::new(It))
        .endpoint(gone)
        .start()
        .await
        .unwrap();
    let it = kept_namesClient::new(&transport);
    assert_eq!(it.oldName(1).await.unwrap(), 1);
    #[expect(deprecated)]
    let older = it.older();
    assert_eq!(older.await.unwrap(), 2);
    #[expect(deprecated)]
    it.oldest().await.unwrap();
    #[expect(deprecated)]
    let conditional = it.conditional();
    assert_eq!(conditional.await.unwrap(), 4);
    assert_eq!(it.costly().await.unwrap(), 3);
}
