//! A parameter that is not configured is nowhere: not in the trait, the client, the descriptor or
//! the call, and its type need not exist.

#![deny(warnings)]

use messaging::{Context, Proxy as _, RpcServer, Target, Transport, omitted, rpc_api, version};

fn nine() -> u32 {
    9
}

#[rpc_api(topic = "cfg", version = "1.2")]
pub trait Configured {
    async fn first(
        &self,
        ctx: &Context,
        #[cfg(any())] gone: Missing,
        a: u32,
        #[cfg(all())] b: u32,
    ) -> Result<u32, String>;

    async fn middle(
        &self,
        ctx: &Context,
        a: u32,
        #[cfg(all())]
        #[serde(rename = "theB", default = "nine")]
        b: u32,
        c: u32,
        #[cfg(any())] gone: Missing,
        d: u32,
    ) -> Result<Vec<u32>, String>;

    async fn either(
        &self,
        ctx: Context,
        #[cfg(all())] text: String,
        #[cfg(not(all()))] text: Missing,
        #[cfg_attr(all(), cfg(any()))] gone: Missing,
    ) -> Result<String, String> {
        let _ = ctx;
        Ok(text)
    }

    async fn alone(&self, ctx: &Context, #[cfg(any())] gone: Missing) -> Result<u32, String>;

    #[rpc(since = "1.1")]
    async fn grown(
        &self,
        ctx: &Context,
        a: u32,
        #[cfg(all())]
        #[rpc(since = "1.2")]
        #[serde(default = "nine")]
        b: u32,
        #[cfg(any())]
        #[rpc(since = "1.2")]
        #[serde(default = "missing")]
        gone: Missing,
    ) -> Result<Vec<u32>, String>;

    fn blocking(
        &self,
        ctx: &Context,
        #[cfg(all())] a: u32,
        #[cfg(any())] gone: Missing,
        #[cfg(all())]
        #[cfg(any())]
        never: Missing,
        #[cfg_attr(any(), cfg(any()))] b: u32,
    ) -> Result<Vec<u32>, String>;

    #[cfg(all())]
    #[rpc(cast)]
    async fn told(&self, ctx: &Context, #[cfg(all())] a: u32, #[cfg(any())] gone: Missing);

    #[cfg(any())]
    async fn not_there(&self, ctx: &Context, #[cfg(all())] gone: Missing) -> Result<u32, String>;
}

struct It;

impl Configured for It {
    async fn first(&self, _: &Context, a: u32, b: u32) -> Result<u32, String> {
        Ok(10 * a + b)
    }

    async fn middle(&self, _: &Context, a: u32, b: u32, c: u32, d: u32)
    -> Result<Vec<u32>, String> {
        Ok(vec![a, b, c, d])
    }

    async fn alone(&self, _: &Context) -> Result<u32, String> {
        Ok(1)
    }

    async fn grown(&self, _: &Context, a: u32, b: u32) -> Result<Vec<u32>, String> {
        Ok(vec![a, b])
    }

    fn blocking(&self, _: &Context, a: u32, b: u32) -> Result<Vec<u32>, String> {
        Ok(vec![a, b])
    }

    async fn told(&self, _: &Context, _: u32) {}
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let transport = Transport::connect("memory://").await.unwrap();
    let _server = RpcServer::builder(&transport, Target::topic("cfg").server("one"))
        .endpoint(ConfiguredEndpoint::new(It))
        .start()
        .await
        .unwrap();
    let it = ConfiguredClient::new(&transport);
    assert_eq!(it.first(1, 2).await.unwrap(), 12);
    assert_eq!(it.middle(1, 2, 3, 4).await.unwrap(), [1, 2, 3, 4]);
    assert_eq!(it.either("a".into()).await.unwrap(), "a");
    assert_eq!(it.alone().await.unwrap(), 1);
    assert_eq!(it.grown(1, 2).await.unwrap(), [1, 2]);
    assert_eq!(it.blocking(1, 2).await.unwrap(), [1, 2]);
    it.told(1).await.unwrap();
    let old = it.prepare().version(version!("1.1")).build().unwrap();
    assert_eq!(old.grown(1, omitted()).await.unwrap(), [1, 9]);

    let names = |method: &str| -> Vec<_> {
        let method = ConfiguredClient::API.method(method).unwrap();
        method.params.iter().map(|param| param.name).collect()
    };
    assert_eq!(names("first"), ["a", "b"]);
    assert_eq!(names("middle"), ["a", "theB", "c", "d"]);
    assert!(names("alone").is_empty());
    assert_eq!(names("grown"), ["a", "b"]);
}
