//! The properties that say what a body is: the peer demands some (wire document, section 6), and
//! nothing but the body itself is believed here.

use lapin::BasicProperties;
use lapin::options::BasicPublishOptions;
use messaging::{BaseApi, Config, RpcServer, Target, Transport};
use serde_json::{Value, json};

use crate::broker::*;

#[tokio::test]
async fn a_request_is_served_whatever_its_properties_say() {
    let config = Config::new().url(&url()).control_exchange("messaging-tests");
    let transport = Transport::from_config(&config).await.unwrap();
    let topic = topic();
    let server = RpcServer::builder(&transport, Target::topic(&topic).server("s"));
    let _server = server.endpoint(BaseApi::new("demo")).start().await.unwrap();
    let driver = connect().await;
    let mut inbox = driver.open_inbox(inbox()).await.unwrap();
    let stranger = stranger().await;
    let request = json!({
        "method": "ping", "namespace": "baseapi", "version": "1.1", "args": {"arg": "é☃"},
        "_msg_id": "1", "_reply_q": inbox.queue,
    })
    .to_string();
    let utf8 = request.clone().into_bytes();
    let utf16: Vec<u8> = request.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let ascii = request.replace('é', "\\u00e9").replace('☃', "\\u2603").into_bytes();

    for (content_type, encoding, body) in [
        // What the peer accepts too.
        (Some("application/json"), Some("utf-8"), &utf8),
        (Some("application/json"), Some("UTF-8"), &utf8),
        (Some("application/json"), None, &utf8),
        (Some("application/json"), Some("binary"), &utf8),
        (Some("application/json"), Some("ascii"), &ascii),
        (Some("application/json"), Some("us-ascii"), &ascii),
        // What it rejects, and the request is lost.
        (None, None, &utf8),
        (Some("text/plain"), Some("utf-8"), &utf8),
        (Some("application/json; charset=utf-8"), Some("utf-8"), &utf8),
        (Some("application/json"), Some("utf-16"), &utf16),
    ] {
        let mut properties = BasicProperties::default();
        if let Some(content_type) = content_type {
            properties = properties.with_content_type(content_type.into());
        }
        if let Some(encoding) = encoding {
            properties = properties.with_content_encoding(encoding.into());
        }
        let (exchange, key) = ("messaging-tests".into(), topic.as_str().into());
        let options = BasicPublishOptions::default();
        stranger.basic_publish(exchange, key, options, body, properties).await.unwrap();
        let reply = next(&mut inbox.consumer).await;
        let envelope: Value = serde_json::from_slice(&reply.body).unwrap();
        let reply: Value =
            serde_json::from_str(envelope["oslo.message"].as_str().unwrap()).unwrap();
        let expected = json!({"service": "demo", "arg": "é☃"});
        assert_eq!(reply["result"], expected, "{content_type:?} {encoding:?}: {reply}");
    }
}
