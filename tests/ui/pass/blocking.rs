//! Methods that block, with all that a method may have; mixed with those that do not.

#![deny(warnings)]

use messaging::{CallError, Context, Proxy as _, RpcServer, Target, Transport};
use messaging::{omitted, rpc_api, version};

#[rpc_api(topic = "files", version = "1.2")]
pub trait Files {
    #[rpc(timeout = "10s", idempotent)]
    fn size(&self, ctx: &Context, name: String) -> Result<usize, String>;

    #[rpc(since = "1.1", name = "fileHash")]
    fn hash(&self, ctx: Context, name: String, #[rpc(since = "1.2")] rounds: u8)
    -> Result<u8, String> {
        let size = self.size(&ctx, name)?;
        Ok(u8::try_from(size).map_err(|error| error.to_string())? + rounds)
    }

    #[rpc(cast)]
    fn remove(&self, ctx: &Context, name: String);

    async fn names(&self, ctx: &Context) -> Result<Vec<String>, String>;
}

/// Not `Send` across an await, which no blocking method has.
struct Folder(Vec<&'static str>);

impl Files for Folder {
    fn size(&self, _: &Context, name: String) -> Result<usize, String> {
        let shared = std::rc::Rc::new(name);
        self.0
            .iter()
            .find(|it| **it == *shared)
            .map(|it| it.len())
            .ok_or_else(|| format!("there is no {shared}"))
    }

    fn remove(&self, _: &Context, name: String) {
        drop(name);
    }

    async fn names(&self, _: &Context) -> Result<Vec<String>, String> {
        Ok(self.0.iter().map(|it| (*it).to_owned()).collect())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let transport = Transport::connect("memory://").await.unwrap();
    let _server = RpcServer::builder(&transport, Target::topic("files").server("one"))
        .endpoint(FilesEndpoint::new(Folder(vec!["a", "bcd"])))
        .start()
        .await
        .unwrap();
    let files = FilesClient::new(&transport);
    assert_eq!(files.size("bcd".into()).await.unwrap(), 3);
    assert!(matches!(files.size("x".into()).await, Err(CallError::Remote(why)) if why.contains('x')));
    assert_eq!(files.hash("bcd".into(), 4).await.unwrap(), 7);
    let old = files.prepare().version(version!("1.1")).build().unwrap();
    assert_eq!(old.hash("a".into(), omitted()).await.unwrap(), 1);
    files.remove("a".into()).await.unwrap();
    assert_eq!(files.names().await.unwrap(), ["a", "bcd"]);
}
