//! Generic traits, and whole modules, that a macro makes; one is made by a macro that another made.

#![deny(warnings)]

use messaging::{Context, Proxy as _, RpcServer, Target, Transport};

macro_rules! store {
    ($name:ident<$($param:ident: [$($bound:tt)+]),*> where $($clause:tt)*) => {
        #[messaging::rpc_api(topic = "store", version = "1.0")]
        pub trait $name<$($param: $($bound)+),*> where $($clause)* {
            async fn put(&self, ctx: &Context, $($param: $param),*) -> Result<u32, String>;
        }
    };
}

mod stores {
    use super::*;

    #[allow(non_snake_case)]
    mod of_two {
        use super::*;
        store!(Two<A: [serde::Serialize + serde::de::DeserializeOwned + Send], B: [Send]>
            where B: serde::Serialize + serde::de::DeserializeOwned);
    }
    pub(crate) use of_two::*;
}

use stores::{Two, TwoClient, TwoEndpoint};

macro_rules! maker {
    ($maker:ident, $version:literal) => {
        macro_rules! $maker {
            ($name:ident, $topic:literal) => {
                pub(crate) mod $name {
                    use messaging::Context;

                    #[messaging::rpc_api(topic = $topic, version = $version)]
                    pub(crate) trait Api {
                        async fn version(&self, _ctx: &Context) -> Result<String, String> {
                            Ok($version.to_owned())
                        }
                    }
                }
            };
        }
    };
}

maker!(of_seven, "7.1");
of_seven!(seven, "seven");

struct It;

impl Two<String, u8> for It {
    async fn put(&self, _: &Context, a: String, b: u8) -> Result<u32, String> {
        Ok(a.parse::<u32>().map_err(|error| error.to_string())? + u32::from(b))
    }
}

impl seven::Api for It {}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let transport = Transport::connect("memory://").await.unwrap();
    let _store = RpcServer::builder(&transport, Target::topic("store").server("one"))
        .endpoint(TwoEndpoint::<String, u8, _>::new(It))
        .start()
        .await
        .unwrap();
    let _seven = RpcServer::builder(&transport, Target::topic("seven").server("one"))
        .endpoint(seven::ApiEndpoint::new(It))
        .start()
        .await
        .unwrap();
    assert_eq!(TwoClient::<String, u8>::new(&transport).put("2".into(), 3).await.unwrap(), 5);
    assert_eq!(seven::ApiClient::new(&transport).version().await.unwrap(), "7.1");
}
