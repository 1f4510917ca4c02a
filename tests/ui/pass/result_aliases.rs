//! What a method returns is told by its type, under whatever name.

#![deny(warnings)]

use messaging::{Context, Failure, Proxy as _, RpcServer, Target, Transport, rpc_api};

pub type Answer<T, E = Failure> = std::result::Result<T, E>;
pub type Nothing = Answer<()>;
pub type Number = Result<u32, String>;

pub mod errors {
    pub type Result<T> = core::result::Result<T, super::Failure>;
}

pub trait Has {
    type Result;
}

pub struct Of<T>(T);

impl<T> Has for Of<T> {
    type Result = Result<T, String>;
}

#[rpc_api(topic = "aliases", version = "1.0")]
pub trait Aliases {
    async fn generic(&self, ctx: &Context) -> Answer<u32>;
    async fn other_error(&self, ctx: &Context) -> Answer<u32, String>;
    async fn nothing(&self, ctx: &Context) -> Nothing;
    async fn number(&self, ctx: &Context) -> Number;
    async fn by_path(&self, ctx: &Context) -> errors::Result<u32>;
    async fn projected(&self, ctx: &Context) -> <Of<u32> as Has>::Result;
    fn blocking(&self, ctx: &Context) -> Answer<Vec<Option<u32>>>;
}

struct It;

impl Aliases for It {
    async fn generic(&self, _: &Context) -> Answer<u32> {
        Ok(1)
    }

    async fn other_error(&self, _: &Context) -> Answer<u32, String> {
        Err("two".into())
    }

    async fn nothing(&self, _: &Context) -> Nothing {
        Ok(())
    }

    async fn number(&self, _: &Context) -> Number {
        Ok(4)
    }

    async fn by_path(&self, _: &Context) -> errors::Result<u32> {
        Ok(5)
    }

    async fn projected(&self, _: &Context) -> <Of<u32> as Has>::Result {
        Ok(Of(6).0)
    }

    fn blocking(&self, _: &Context) -> Answer<Vec<Option<u32>>> {
        Ok(vec![None, Some(7)])
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let transport = Transport::connect("memory://").await.unwrap();
    let _server = RpcServer::builder(&transport, Target::topic("aliases").server("one"))
        .endpoint(AliasesEndpoint::new(It))
        .start()
        .await
        .unwrap();
    let it = AliasesClient::new(&transport);
    assert_eq!(it.generic().await.unwrap(), 1);
    assert_eq!(it.other_error().await.unwrap_err().to_string(), "two");
    it.nothing().await.unwrap();
    assert_eq!(it.number().await.unwrap(), 4);
    assert_eq!(it.by_path().await.unwrap(), 5);
    assert_eq!(it.projected().await.unwrap(), 6);
    assert_eq!(it.blocking().await.unwrap(), [None, Some(7)]);
}
