//! What Python writes that JSON does not have: floats that are no numbers, half surrogate pairs,
//! integers of any size (wire document, section 7.2).

use std::convert::Infallible;

use messaging::{Context, ErrorKind, RpcClient, RpcServer, Target, rpc_api, version};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::demo::transport;
use crate::python::{Python, Server, command, unique_topic};

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Odd {
    nan: f64,
    inf: f64,
    minus_inf: Option<f64>,
    surrogate: String,
    big: u128,
}

impl Odd {
    fn assert_whole(&self) {
        assert!(self.nan.is_nan(), "{self:?}");
        assert_eq!((self.inf, self.minus_inf), (f64::INFINITY, Some(f64::NEG_INFINITY)));
        assert_eq!((self.surrogate.as_str(), self.big), ("\u{fffd}", 1 << 70));
    }
}

#[rpc_api(topic = "odd", version = "1.0")]
trait Curiosities {
    async fn look(&self, ctx: &Context, all: Vec<Odd>, load: f32) -> Result<u128, Infallible>;
    async fn keep(&self, ctx: &Context, value: Value) -> Result<Value, Infallible>;
}

struct Cabinet;

impl Curiosities for Cabinet {
    async fn look(&self, _: &Context, all: Vec<Odd>, load: f32) -> Result<u128, Infallible> {
        all.iter().for_each(Odd::assert_whole);
        assert!(load.is_nan());
        Ok(all[0].big)
    }

    async fn keep(&self, _: &Context, value: Value) -> Result<Value, Infallible> {
        Ok(value)
    }
}

#[tokio::test]
async fn rust_understands_what_python_asks() {
    let client = Python::spawn("client.py", &[]);
    let (topic, transport) = (unique_topic("odd"), transport().await);
    let target = Target::topic(&topic).server("host-1");
    let server = RpcServer::builder(&transport, target).endpoint(CuriositiesEndpoint::new(Cabinet));
    let _server = server.start().await.unwrap();

    let mut look = command(&topic, "call", "look", json!({}));
    let odd = r#"{"nan": NaN, "inf": Infinity, "minus_inf": -Infinity, "surrogate": "\ud800",
                  "big": 1180591620717411303424}"#;
    look["args_text"] = json!(format!(r#"{{"all": [{odd}, {odd}], "load": NaN}}"#));
    // A Python caller gets all digits back; as a float here, which the test's JSON has.
    assert_eq!(client.ask(look).await.unwrap().as_f64(), Some(2f64.powi(70)));

    // A JSON value can hold no NaN, and says so by the argument's name.
    let mut keep = command(&topic, "call", "keep", json!({}));
    keep["args_text"] = json!(r#"{"value": {"load": NaN}}"#);
    let error = client.ask(keep).await.unwrap_err();
    assert_eq!(error["type"], "TypeError", "{error}");
    assert!(error["message"].as_str().unwrap().contains("argument `value`: `NaN`"), "{error}");
    client.finish().await;
}

#[tokio::test]
async fn rust_understands_what_python_answers() {
    let server = Server::start("demo", "host-1").await;
    let transport = transport().await;
    let client = RpcClient::new(&transport, Target::topic(server.topic()).version(version!("1.0")));
    client.call::<Odd>("odd", json!({})).await.unwrap().assert_whole();

    let error = client.call::<Value>("odd", json!({})).await.unwrap_err();
    let error = error.rpc().expect("an error of the road");
    assert_eq!(error.kind(), ErrorKind::Decode);
    let source = std::error::Error::source(error).expect("what was wrong").to_string();
    assert!(
        error.to_string().contains("the result") && source.contains("`NaN`"),
        "{error}: {source}"
    );
    server.stop().await;
}
