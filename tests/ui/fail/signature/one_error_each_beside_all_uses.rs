use messaging::{Context, Proxy, RpcServer, Target, Transport, rpc_api};

#[rpc_api(topic = "store", version = "1.0")]
trait Store<T: Clone, const SIZE: usize> {
    async fn no_context(&self) -> Result<u32, String>;

    async fn pattern(&self, ctx: &Context, (a, b): (u32, u32)) -> Result<u32, String>;

    async fn borrows(&self, ctx: &Context, text: &str) -> Result<u32, String>;

    async fn generic<X: Send>(&self, ctx: &Context, x: X) -> Result<u32, String>;
}

struct It;

impl Store<u32, 3> for It {
    async fn no_context(&self) -> Result<u32, String> {
        Ok(1)
    }

    async fn pattern(&self, _: &Context, _: (u32, u32)) -> Result<u32, String> {
        Ok(1)
    }

    async fn borrows(&self, _: &Context, _: &str) -> Result<u32, String> {
        Ok(1)
    }

    async fn generic<X: Send>(&self, _: &Context, _: X) -> Result<u32, String> {
        Ok(1)
    }
}

fn any<P: Proxy>(_: &P) {}

async fn uses(transport: &Transport) {
    let _ = RpcServer::builder(transport, Target::topic("store").server("one"))
        .endpoint(StoreEndpoint::<u32, 3, It>::new(It));
    let store = StoreClient::<u32, 3>::new(transport);
    any(&store);
    let _ = store.pattern((1, 2)).await;
    let _ = store.borrows("text").await;
    let _ = store.generic(1);
}

fn main() {
    let _ = uses;
}
