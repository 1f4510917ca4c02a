//! As many arguments as somebody wants, each with whatever an argument may have.

#![deny(warnings)]

use messaging::{Context, Proxy as _, RpcServer, Target, Transport, omitted, rpc_api, version};

fn twenty() -> u32 {
    20
}

#[rpc_api(topic = "many", version = "1.9")]
#[allow(clippy::too_many_arguments)]
pub trait Many {
    async fn sum(
        &self,
        ctx: &Context,
        a: u32,
        b: u32,
        c: u32,
        d: u32,
        e: u32,
        f: u32,
        g: u32,
        h: u32,
        #[serde(rename = "i-th")] i: u32,
        #[serde(default)] j: u32,
        #[serde(default = "twenty")] k: u32,
        #[rpc(since = "1.1")] l: u32,
        #[rpc(since = "1.2")]
        #[serde(default = "twenty")]
        m: u32,
        #[rpc(since = "1.2")]
        #[serde(rename = "n-th", default = "u32::default")]
        n: u32,
        #[rpc(since = "1.9")] o: Option<u32>,
        p: Option<Vec<(u8, [u8; 4])>>,
        q: Box<str>,
        r: std::collections::BTreeMap<String, serde_json::Value>,
    ) -> Result<u32, String>;
}

struct It;

impl Many for It {
    async fn sum(
        &self,
        _: &Context,
        a: u32,
        b: u32,
        c: u32,
        d: u32,
        e: u32,
        f: u32,
        g: u32,
        h: u32,
        i: u32,
        j: u32,
        k: u32,
        l: u32,
        m: u32,
        n: u32,
        o: Option<u32>,
        p: Option<Vec<(u8, [u8; 4])>>,
        q: Box<str>,
        r: std::collections::BTreeMap<String, serde_json::Value>,
    ) -> Result<u32, String> {
        let lengths = p.map_or(0, |it| it.len()) + q.len() + r.len();
        let sum = a + b + c + d + e + f + g + h + i + j + k + l + m + n + o.unwrap_or(0);
        Ok(sum + u32::try_from(lengths).map_err(|error| error.to_string())?)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let transport = Transport::connect("memory://").await.unwrap();
    let _server = RpcServer::builder(&transport, Target::topic("many").server("one"))
        .endpoint(ManyEndpoint::new(It))
        .start()
        .await
        .unwrap();
    let many = ManyClient::new(&transport);
    let (p, q, r) = (Some(vec![(1, [2; 4])]), "ab".into(), std::collections::BTreeMap::new());
    let all = many.sum(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, Some(1), p, q, r);
    assert_eq!(all.await.unwrap(), 18);
    let old = many.prepare().version(version!("1.0")).build().unwrap();
    let left_out = old.sum(
        1,
        1,
        1,
        1,
        1,
        1,
        1,
        1,
        1,
        1,
        1,
        omitted(),
        omitted(),
        omitted(),
        omitted(),
        None,
        "".into(),
        [].into(),
    );
    assert_eq!(left_out.await.unwrap(), 31);
}
