//! An API may ask for another one, and for more: an old version keeps its methods as bodies that
//! call the new one.

#![deny(warnings)]

use messaging::{Context, Failure, Proxy as _, Transport, rpc_api};

#[rpc_api(topic = "shop", version = "2.0")]
pub trait Shop {
    async fn buy(&self, ctx: &Context, what: String, count: u32) -> Result<u32, Failure>;
}

#[rpc_api(topic = "shop", version = "1.1")]
pub trait ShopV1: Shop + Sync {
    async fn buy(&self, ctx: &Context, what: String) -> Result<u32, Failure> {
        Shop::buy(self, ctx, what, 1).await
    }

    #[rpc(since = "1.1", cast)]
    async fn order(&self, ctx: Context, what: String) {
        let _ = Shop::buy(self, &ctx, what, 1).await;
    }
}

/// Generic over what the other API is generic over, under a longer bound.
#[rpc_api(topic = "store", version = "1.0")]
pub trait Store<Item: serde::Serialize + serde::de::DeserializeOwned + Send + 'static>:
    Send + Sync
{
    async fn put(&self, ctx: &Context, item: Item) -> Result<u32, Failure>;
}

#[rpc_api(topic = "store", version = "2.0")]
pub trait StoreV2<Item>: Store<Item> + std::fmt::Debug
where
    Item: serde::Serialize + serde::de::DeserializeOwned + Send + 'static,
{
    async fn put_all(&self, ctx: &Context, items: Vec<Item>) -> Result<u32, Failure> {
        let mut sum = 0;
        for item in items {
            sum += self.put(ctx, item).await?;
        }
        Ok(sum)
    }
}

#[derive(Debug)]
struct Corner;

impl Shop for Corner {
    async fn buy(&self, _: &Context, _: String, count: u32) -> Result<u32, Failure> {
        Ok(count)
    }
}

impl ShopV1 for Corner {}

impl Store<String> for Corner {
    async fn put(&self, _: &Context, item: String) -> Result<u32, Failure> {
        Ok(u32::try_from(item.len()).unwrap())
    }
}

impl StoreV2<String> for Corner {}

async fn call(transport: &Transport) -> Result<u32, Box<dyn std::error::Error>> {
    ShopV1Client::new(transport).order("tea".into()).fanout().await?;
    let old = ShopV1Client::new(transport).buy("tea".into()).await?;
    let new = ShopClient::new(transport).buy("tea".into(), 2).await?;
    let put = StoreV2Client::<String>::new(transport).put_all(vec!["a".into()]).await?;
    Ok(old + new + put)
}

fn main() {
    let _ = call;
    let _ = (ShopEndpoint::new(Corner), ShopV1Endpoint::new(Corner));
    let _ = StoreV2Endpoint::<String, _>::new(Corner);
    assert_eq!(ShopV1Client::API.version.to_string(), "1.1");
}
