//! Parameters of the trait reach the client and the endpoint; their bounds are the user's.

use messaging::{Context, Failure, Proxy as _, Transport, rpc_api};
use serde::Serialize;
use serde::de::DeserializeOwned;

#[rpc_api(topic = "store", version = "1.1")]
pub trait Store<Item, const SIZE: usize = 4>: Sync
where
    Item: Serialize + DeserializeOwned + Default + Clone + Send + Sync,
    Vec<Self>: Sized,
    Self: Sized,
{
    async fn put(
        &self,
        ctx: &Context,
        item: Item,
        #[rpc(since = "1.1")] spare: Item,
    ) -> Result<u32, Failure>;

    fn get(&self, ctx: &Context, at: u32) -> Result<Option<Item>, Failure>;
}

#[rpc_api(topic = "clash", version = "1.0")]
pub trait Clash<T: Serialize + DeserializeOwned + Send = u32> {
    async fn put(&self, ctx: &Context, item: T) -> Result<T, Failure>;
}

#[rpc_api(topic = "unsized", version = "1.0")]
pub trait Unsized<E: ?Sized, F>
where
    Box<E>: Serialize + DeserializeOwned + Send,
    F: ?Sized,
{
    async fn put(&self, ctx: &Context, item: Box<E>) -> Result<u32, Failure>;
}

#[rpc_api(topic = "raw", version = "1.0")]
pub trait Raw<r#T, Implementation, RpcImplementation> {
    async fn put(&self, ctx: &Context) -> Result<u32, Failure>;
}

struct Memory;

impl Store<String> for Memory {
    async fn put(&self, _: &Context, item: String, spare: String) -> Result<u32, Failure> {
        Ok(u32::try_from(item.len() + spare.len()).unwrap())
    }

    fn get(&self, _: &Context, _: u32) -> Result<Option<String>, Failure> {
        Ok(None)
    }
}

impl Clash<u8> for Memory {
    async fn put(&self, _: &Context, item: u8) -> Result<u8, Failure> {
        Ok(item)
    }
}

fn call(transport: &Transport) {
    let store = StoreClient::<String>::new(transport);
    drop(store.clone().put("a".to_owned(), "b".to_owned()));
    drop(ClashClient::<u8>::new(transport).put(1));
    let _: Option<ClashClient> = None;
}

struct NotSend(#[allow(dead_code)] *const ());

fn is_send<T: Send + Sync + Clone + std::fmt::Debug>() {}

fn main() {
    let _ = call;
    let _ = StoreEndpoint::new(Memory);
    let _ = ClashEndpoint::from_arc(std::sync::Arc::new(Memory));
    is_send::<StoreClient<NotSend>>();
    assert_eq!(StoreClient::<String>::API.methods[1].name, "get");
}
