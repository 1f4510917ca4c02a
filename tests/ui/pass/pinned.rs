//! Clients of literal versions: whatever the trait is, what the version has can be sent.

#![deny(warnings, missing_docs, nonstandard_style, clippy::pedantic)]
#![allow(dead_code, reason = "nothing is run")]

use messaging::{
    AnyVersion, Cast, Context, Failure, Pinned, Proxy as _, Transport, omitted, rpc_api, version,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// An API of which much came later.
#[rpc_api(topic = "store", version = "1.4")]
pub trait Store<Item, const SIZE: usize = 4>: Sync
where
    Item: Serialize + DeserializeOwned + Default + Clone + Send + Sync,
{
    /// Came first, and grew twice.
    async fn put(
        &self,
        ctx: &Context,
        item: Item,
        #[rpc(since = "1.1")] spare: Item,
        #[rpc(since = "1.4")]
        #[serde(rename = "type", default = "seven")]
        r#type: u32,
    ) -> Result<u32, Failure>;

    /// Came later, and grew.
    #[rpc(since = "1.2", cast)]
    async fn log(&self, ctx: &Context, line: String, #[rpc(since = "1.3")] level: Option<u8>);

    /// Is there on some machines.
    #[cfg(not(unix))]
    #[rpc(since = "1.3")]
    async fn elsewhere(&self, ctx: &Context) -> Result<u32, Failure>;

    /// Is there on others.
    #[cfg(unix)]
    #[rpc(since = "1.3")]
    fn r#await(&self, ctx: &Context) -> Result<u32, Failure>;
}

fn seven() -> u32 {
    7
}

/// Versions that nobody could list.
#[rpc_api(topic = "many", version = "1.4000000000")]
pub trait Many<P> {
    /// Came late.
    #[rpc(since = "1.3999999999")]
    async fn late(&self, ctx: &Context) -> Result<u32, Failure>;
}

/// Holds clients by their versions.
#[derive(Clone, Debug)]
pub struct Holder {
    first: StoreClientAt<String, 4, version!("1.0")>,
    third: StoreClientAt<String, 4, Pinned<1, 3>>,
    newest: StoreClientAt<String, 4, Pinned<1, 4>>,
    any: StoreClientAt<String, 4, AnyVersion>,
    same: StoreClient<String>,
    many: ManyClientAt<u8, Pinned<1, 2>>,
}

impl Holder {
    fn send(&self) -> Vec<Cast> {
        let text = String::new;
        drop(self.first.put(text(), omitted(), omitted()));
        drop(self.third.put(text(), text(), omitted()));
        drop(self.third.put(text(), omitted(), omitted()));
        drop(self.newest.put(text(), text(), 7));
        drop(self.any.put(text(), Default::default(), "7".parse().unwrap_or_default()));
        #[cfg(unix)]
        drop((self.third.r#await(), self.any.r#await()));
        drop(self.many.late());
        vec![
            self.third.log(text(), Some(1)),
            self.newest.log(text(), omitted()).fanout(),
            self.same.log(text(), None),
        ]
    }
}

fn pinned(transport: &Transport) -> Result<Holder, messaging::Error> {
    let any = StoreClient::<String>::new(transport);
    let first = any.prepare().version(version!("1.0")).server("one").build()?;
    let third = first.prepare().version(version!("1.3")).build()?;
    let newest = StoreClientAt::<String, 4, version!("1.4")>::new(transport);
    let same = newest.prepare().version(None).build()?;
    let many = ManyClient::<u8>::new(transport).prepare().version(version!("1.2")).build()?;
    Ok(Holder { first, third, newest, any: any.any_version(), same, many })
}

fn main() {
    let _ = (pinned, Holder::send);
    assert_eq!(StoreClient::<String>::API.methods.len(), 3);
    assert_eq!(StoreClientAt::<String, 4, Pinned<1, 0>>::PUT.params.len(), 3);
}
