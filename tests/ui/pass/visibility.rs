//! What is generated is as visible as the trait, and no more is asked of its types.

#![deny(warnings, private_interfaces, private_bounds, unreachable_pub)]

use messaging::{Context, Proxy as _, RpcServer, Target, Transport};

mod outer {
    pub(crate) mod inner {
        use messaging::{Context, rpc_api};

        #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        pub(in crate::outer) struct Token(u32);

        #[rpc_api(topic = "restricted", version = "1.0")]
        pub(in crate::outer) trait Restricted {
            async fn token(&self, ctx: &Context, token: Token) -> Result<Token, String>;
        }

        #[rpc_api(topic = "parents", version = "1.0")]
        pub(super) trait Parents {
            #[rpc(cast)]
            async fn tell(&self, ctx: &Context, token: Token);
        }

        #[rpc_api(topic = "own", version = "1.0")]
        trait Own {
            async fn token(&self, ctx: &Context, token: Token) -> Result<Token, String>;
        }

        pub(in crate::outer) struct It;

        impl Restricted for It {
            async fn token(&self, _: &Context, token: Token) -> Result<Token, String> {
                Ok(Token(token.0 + 1))
            }
        }

        impl Parents for It {
            async fn tell(&self, _: &Context, token: Token) {
                drop(token);
            }
        }

        impl Own for It {
            async fn token(&self, _: &Context, token: Token) -> Result<Token, String> {
                Ok(token)
            }
        }

        pub(in crate::outer) fn first() -> Token {
            use messaging::Proxy as _;
            let _ = (OwnEndpoint::new(It), OwnClient::TOKEN, OwnClient::API);
            let _ = |transport| drop(OwnClient::new(transport).token(Token(0)));
            Token(1)
        }
    }

    pub(crate) async fn call(transport: &messaging::Transport) -> bool {
        use messaging::Proxy as _;
        inner::ParentsClient::new(transport).tell(inner::first()).await.unwrap();
        let second = inner::RestrictedClient::new(transport).token(inner::first()).await.unwrap();
        second != inner::first()
    }

    pub(crate) fn endpoints() -> (impl messaging::Endpoint, impl messaging::Endpoint) {
        (inner::RestrictedEndpoint::new(inner::It), inner::ParentsEndpoint::new(inner::It))
    }
}

#[messaging::rpc_api(topic = "crates", version = "1.0")]
pub(crate) trait Crates {
    async fn ping(&self, _ctx: &Context) -> Result<u32, String> {
        Ok(1)
    }
}

impl Crates for () {}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let transport = Transport::connect("memory://").await.unwrap();
    let (restricted, parents) = outer::endpoints();
    let server = |topic| RpcServer::builder(&transport, Target::topic(topic).server("one"));
    let _restricted = server("restricted").endpoint(restricted).start().await.unwrap();
    let _parents = server("parents").endpoint(parents).start().await.unwrap();
    let _crates = server("crates").endpoint(CratesEndpoint::new(())).start().await.unwrap();
    assert!(outer::call(&transport).await);
    assert_eq!(CratesClient::new(&transport).ping().await.unwrap(), 1);
}
