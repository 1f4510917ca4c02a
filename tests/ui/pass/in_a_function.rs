//! A trait in the body of a function, with what it uses and who implements it; and inside a module
//! in a block.

#![deny(warnings)]

use messaging::{Context, Proxy as _, RpcServer, Target, Transport, rpc_api};

async fn served(transport: &Transport) -> u32 {
    #[derive(serde::Serialize, serde::Deserialize)]
    struct Local {
        count: u32,
    }

    #[derive(Debug, messaging::RemoteError)]
    enum Refused {
        Local { count: u32 },
    }

    impl std::fmt::Display for Refused {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            let Self::Local { count } = self;
            write!(f, "refused {count}")
        }
    }

    fn three() -> u32 {
        3
    }

    #[rpc_api(topic = "local", version = "1.1")]
    trait Api {
        async fn count(
            &self,
            ctx: &Context,
            local: Local,
            #[rpc(since = "1.1")]
            #[serde(default = "three")]
            more: u32,
        ) -> Result<Local, Refused>;
    }

    struct It;

    impl Api for It {
        async fn count(&self, _: &Context, local: Local, more: u32) -> Result<Local, Refused> {
            match local.count {
                0 => Err(Refused::Local { count: more }),
                count => Ok(Local { count: count + more }),
            }
        }
    }

    let _server = RpcServer::builder(transport, Target::topic("local").server("one"))
        .endpoint(ApiEndpoint::new(It))
        .start()
        .await
        .unwrap();
    let api = ApiClient::new(transport);
    assert_eq!(api.count(Local { count: 0 }, 1).await.err().unwrap().to_string(), "refused 1");
    api.count(Local { count: 1 }, three()).await.unwrap().count
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let transport = Transport::connect("memory://").await.unwrap();
    assert_eq!(served(&transport).await, 4);

    let topic = {
        mod inner {
            #[messaging::rpc_api(topic = "inner", version = "1.0")]
            pub(super) trait Inner {}

            pub(super) struct It;

            impl Inner for It {}

            pub(super) fn endpoint() -> InnerEndpoint<It> {
                InnerEndpoint::new(It)
            }
        }
        drop(inner::endpoint());
        <inner::InnerClient as messaging::Proxy>::API.topic
    };
    assert_eq!(topic, "inner");
}
