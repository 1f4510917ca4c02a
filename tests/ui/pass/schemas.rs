//! The key `schema`, beside types that an alias hides, generics, and methods that are not there.

use messaging::{Context, Failure, Proxy as _, RemoteError, rpc_api};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Door {
    wide: bool,
}

#[derive(Debug, RemoteError)]
#[remote(schema)]
pub enum StoreError {
    Full,
    Busy(u32, #[serde(default)] String),
    Locked { door: String },
}

impl std::fmt::Display for StoreError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("full")
    }
}

type Answer<T> = Result<T, StoreError>;

#[rpc_api(topic = "store", version = "1.1", schema)]
pub trait Store<Item: Serialize + DeserializeOwned + JsonSchema + Send + 'static> {
    async fn put(&self, ctx: &Context, item: Item, door: Option<Door>) -> Answer<Door>;

    #[rpc(since = "1.1", cast)]
    async fn forget(&self, ctx: &Context, ids: Vec<u32>);

    fn any(&self, ctx: Context) -> Result<(), Failure>;

    #[cfg(any())]
    async fn absent(&self, ctx: &Context, door: std::fs::File) -> Result<std::fs::File, ()>;
}

fn main() {
    let contract = StoreClient::<u8>::contract();
    let put = contract.method("put").expect("it is there");
    assert!(put.params.iter().all(|param| param.schema.is_some()));
    assert_eq!(put.params.iter().map(|it| it.nullable).collect::<Vec<_>>(), [false, true]);
    assert!(put.result.is_some() && contract.types.contains_key("Door"));
}
