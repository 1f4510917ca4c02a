//! Each that is newer is told of, in each of its uses.

use messaging::{Context, Failure, Pinned, rpc_api};

#[rpc_api(topic = "store", version = "1.4")]
pub trait Store<T: serde::Serialize + serde::de::DeserializeOwned + Send + 'static> {
    #[rpc(since = "1.2", idempotent)]
    async fn put(
        &self,
        ctx: &Context,
        item: T,
        #[rpc(since = "1.4")] r#type: u32,
    ) -> Result<(), Failure>;
}

struct Holder {
    old: StoreClientAt<String, Pinned<1, 1>>,
    newer: StoreClientAt<String, Pinned<1, 3>>,
}

impl Holder {
    async fn use_it(&self) {
        drop(self.old.put("item".to_owned(), messaging::omitted()));
        drop(self.newer.put("item".to_owned(), 7));
    }
}

fn main() {}
