//! What Python writes that JSON does not have: floats that are no numbers, half surrogate pairs,
//! integers of any size (wire document, section 7.2).

use messaging::{ErrorKind, RpcClient, RpcServer, Target, version};
use serde_json::{Value, json};

use crate::cabinet::{Cabinet, CuriositiesEndpoint, Odd};
use crate::demo::transport;
use crate::python::{Python, Server, command, unique_topic};

#[tokio::test]
async fn rust_understands_what_python_asks() {
    let client = Python::spawn("client.py", &[]);
    let (topic, transport) = (unique_topic("odd"), transport().await);
    let target = Target::topic(&topic).server("host-1");
    let server = RpcServer::builder(&transport, target).endpoint(CuriositiesEndpoint::new(Cabinet));
    let _server = server.start().await.unwrap();

    let mut look = command(&topic, "call", "look", json!({}));
    look["args_text"] = json!(format!(r#"{{"all": [{0}, {0}], "load": NaN}}"#, Odd::JSON));
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
