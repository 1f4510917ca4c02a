//! What no well-behaved peer sends: each is refused by name, and the next message is served.

use std::sync::Arc;

use messaging::driver::{Address, Driver, Listen, OpenInbox};
use messaging::{ErrorKind, Proxy as _, RpcClient, version};
use serde_json::{Value, json};

use crate::api::{client, serve};
use crate::bus::{Bus, WITHIN, message, on_both, send, unique};

fn nested(depth: usize) -> String {
    format!("{}{}", "[".repeat(depth), "]".repeat(depth))
}

on_both! {
    async fn bodies_that_are_no_requests_are_dropped_and_the_next_is_served(bus: Bus) {
        let (server, _, _) = serve(&bus, "one").await;
        let driver = bus.driver().await;
        let enveloped = |message: &str| {
            json!({"oslo.version": "2.0", "oslo.message": message}).to_string().into_bytes()
        };
        for body in [
            b"".to_vec(),
            b"not json".to_vec(),
            b"\xff\xfe\x00".to_vec(),
            b"null".to_vec(),
            b"[1, 2]".to_vec(),
            b"{}".to_vec(),
            br#"{"args": {}}"#.to_vec(),
            br#"{"method": 7}"#.to_vec(),
            br#"{"method": "whoami", "version": "2.0", "args": [1]}"#.to_vec(),
            br#"{"method": "whoami", "version": {"a": 1}}"#.to_vec(),
            br#"{"oslo.version": "9.0", "oslo.message": "{}"}"#.to_vec(),
            br#"{"oslo.version": "2.0", "oslo.message": {}}"#.to_vec(),
            enveloped("not json"),
            enveloped("{\"method\": \"wh"),
            enveloped(&nested(10_000)),
            nested(10_000).into_bytes(),
            format!(r#"{{"method": "echo", "version": "2.0", "args": {{"value": {}}}}}"#, nested(10_000)).into_bytes(),
            format!(r#"{{"method": "whoami", "version": "2.0", "_context_x": {}}}"#, nested(10_000)).into_bytes(),
            format!(r#"{{"method": "{}", "version": "2.0"}}"#, "m".repeat(100_000)).into_bytes(),
            br#"{"method": "whoami", "version": "2.0", "_msg_id": "1", "_reply_q": "scheduler"}"#.to_vec(),
        ] {
            send(&*driver, &bus.to_topic(), &body).await;
            assert_eq!(client(&bus).whoami().await.unwrap(), "one");
        }
        // None of them went back: what the queue holds next is the next message.
        server.stop();
        server.wait().await;
        let mut peer = Peer::listen(&bus, &bus.topic).await;
        client(&bus).update("next".into()).await.unwrap();
        assert_eq!(peer.request().await["args"], json!({"host": "next"}));
    }

    /// A server has rights of its own, and writes to no other queue than one for replies.
    async fn a_request_that_names_another_queue_is_not_answered_there(bus: Bus) {
        let _server = serve(&bus, "one").await;
        let driver = bus.driver().await;
        let victim = unique();
        let mut peer = Peer::listen(&bus, &victim).await;
        let request =
            json!({"method": "whoami", "version": "2.0", "_msg_id": "1", "_reply_q": victim});
        send(&*driver, &bus.to_topic(), request.to_string().as_bytes()).await;
        assert_eq!(client(&bus).whoami().await.unwrap(), "one");
        let to_victim = Address::Topic { exchange: "openstack".into(), topic: victim, server: None };
        let next = json!({"oslo.version": "2.0", "oslo.message": "{\"next\": 1}"});
        send(&*driver, &to_victim, next.to_string().as_bytes()).await;
        assert_eq!(peer.request().await, json!({"next": 1}));
    }

    /// Where it can be read whom to tell, the caller is told.
    async fn a_caller_whose_request_is_wrong_is_told_why(bus: Bus) {
        let _server = serve(&bus, "one").await;
        let driver = bus.driver().await;
        let mut inbox = driver.open_inbox(OpenInbox::within(WITHIN)).await.unwrap();
        for (rest, expected) in [
            (json!({"args": {}}), "`method`"),
            (json!({"method": 7}), "`method`"),
            (json!({"method": "whoami", "version": "2.0", "args": null}), "`args`"),
            (json!({"method": "whoami", "version": "nonsense"}), "nonsense"),
            (json!({"method": "whoami", "version": null}), "null"),
        ] {
            let mut request = rest;
            request["_msg_id"] = json!("id-1");
            request["_reply_q"] = json!(inbox.queue);
            send(&*driver, &bus.to_topic(), request.to_string().as_bytes()).await;
            let delivery = inbox.consumer.next().await.unwrap().unwrap();
            let reply = message(&delivery.body);
            assert_eq!((&reply["_msg_id"], &reply["ending"]), (&json!("id-1"), &json!(true)));
            let failure: Value = serde_json::from_str(reply["failure"].as_str().unwrap()).unwrap();
            let message = failure["message"].as_str().unwrap();
            assert!(message.contains(expected), "{request}: {message}");
            delivery.settle.ack().await.unwrap();
        }
        inbox.consumer.close(WITHIN).await.unwrap();
    }

    /// Also where the request as a whole cannot be read.
    async fn a_caller_whose_request_is_no_json_is_told_why(bus: Bus) {
        let _server = serve(&bus, "one").await;
        let driver = bus.driver().await;
        let mut inbox = driver.open_inbox(OpenInbox::within(WITHIN)).await.unwrap();
        let caller = format!(r#""_msg_id": "id-1", "_reply_q": "{}""#, inbox.queue);
        let quoted = json!(format!(r#"{{"method": "whoami", {caller}"#));
        for (body, expected) in [
            (format!(r#"{{"method": "echo", "args": {{"value": 1e}}, {caller}}}"#), "invalid number"),
            (format!(r#"{{"method": "whoami", {caller}, "_context_us"#), "EOF"),
            (format!(r#"{{"oslo.version": "2.0", "oslo.message": {quoted}}}"#), "EOF"),
            (format!(r#"{{"oslo.version": "9.0", "oslo.message": {quoted}}}"#), "`9.0`"),
            (
                format!(r#"{{"method": "echo", "version": "2.0", "args": {{"value": [NaN]}}, {caller}}}"#),
                "argument `value`: `NaN`",
            ),
        ] {
            send(&*driver, &bus.to_topic(), body.as_bytes()).await;
            let delivery = inbox.consumer.next().await.unwrap().unwrap();
            let reply = String::from_utf8(delivery.body).unwrap();
            assert!(reply.contains("id-1") && reply.contains(expected), "{body}: {reply}");
            delivery.settle.ack().await.unwrap();
        }
        inbox.consumer.close(WITHIN).await.unwrap();
    }

    async fn a_deep_argument_is_refused_by_its_name(bus: Bus) {
        let _server = serve(&bus, "one").await;
        let client = RpcClient::new(&bus.transport, bus.target().version(version!("2.0")));
        let deep: Box<serde_json::value::RawValue> =
            serde_json::value::RawValue::from_string(nested(10_000)).unwrap();
        let args = std::collections::BTreeMap::from([("value", deep)]);
        let error = client.call::<Value>("echo", args).await.unwrap_err();
        assert!(error.is_bad_request(), "{error}");
        let failure = error.failure().expect("the server's answer");
        assert!(failure.message.contains("argument `value`"), "{failure}");
    }

    /// Each reply that a server could get wrong: the call ends with an error that says so, long
    /// before its time, and calls beside it are not touched.
    async fn a_reply_that_does_not_decode_ends_its_call_alone(bus: Bus) {
        for (reply, expected) in [
            (r#"{"_msg_id": "ID", "result": {"not": "text"}, "failure": null, "ending": true}"#, "String"),
            (r#"{"_msg_id": "ID", "result": 1, "failure": {}, "ending": true}"#, "`failure`"),
            (r#"{"_msg_id": "ID", "result": 1, "failure": "{", "ending": true}"#, "failure"),
            (r#"{"_msg_id": "ID", "result": 1, "ending": "#, "JSON"),
            (r#"{"_msg_id": "ID", "result": NaN, "failure": null, "ending": true}"#, "`NaN`"),
            (r#"{"oslo.version": "7.0", "oslo.message": "{\"_msg_id\": \"ID\"}"}"#, "7.0"),
            (r#"{"_msg_id": "ID", "result": DEEP, "failure": null, "ending": true}"#, "String"),
        ] {
            let topic = format!("topic-{}", unique());
            let peer = Peer::listen(&bus, &topic).await;
            let to_peer =
                crate::api::SchedulerClient::new(&bus.transport).prepare().topic(&topic).build().unwrap();
            let call = tokio::spawn(to_peer.whoami().into_future());
            let other = tokio::spawn(to_peer.echo(json!(5)).into_future());
            let mut peer = peer;
            let first = peer.request().await;
            let second = peer.request().await;
            let (whoami, echo) =
                if first["method"] == "whoami" { (first, second) } else { (second, first) };
            let body = reply
                .replace("ID", whoami["_msg_id"].as_str().unwrap())
                .replace("DEEP", &nested(10_000));
            peer.reply(&whoami, body.as_bytes()).await;
            let error = call.await.unwrap().unwrap_err();
            let error = error.rpc().expect("an error of the road");
            assert_eq!(error.kind(), ErrorKind::Decode, "{reply}: {error}");
            let text = format!("{error}: {:?}", std::error::Error::source(error));
            assert!(text.contains(expected) && text.contains(&topic), "{reply}: {text}");
            let answer = json!({"_msg_id": echo["_msg_id"], "result": 5, "failure": null, "ending": true});
            peer.reply(&echo, b"not json at all").await;
            peer.reply(&echo, answer.to_string().as_bytes()).await;
            assert_eq!(other.await.unwrap().unwrap(), json!(5));
        }
    }
}

/// A server that answers whatever a test wants.
struct Peer {
    driver: Arc<dyn Driver>,
    consumer: Box<dyn messaging::driver::Consumer>,
}

impl Peer {
    async fn listen(bus: &Bus, topic: &str) -> Self {
        let driver = bus.driver().await;
        let listen = Listen {
            exchange: "openstack".into(),
            topic: topic.to_owned(),
            server: "peer".into(),
            prefetch: 10,
            within: WITHIN,
        };
        let consumer = driver.listen(listen).await.unwrap();
        Self { driver, consumer }
    }

    async fn request(&mut self) -> Value {
        let delivery = self.consumer.next().await.unwrap().unwrap();
        delivery.settle.ack().await.unwrap();
        message(&delivery.body)
    }

    async fn reply(&self, request: &Value, body: &[u8]) {
        let queue = request["_reply_q"].as_str().unwrap().to_owned();
        send(&*self.driver, &Address::Reply { queue }, body).await;
    }
}

/// A message that cannot be sent says so before anything is sent.
#[tokio::test]
async fn an_argument_that_is_no_json_is_named() {
    let bus = Bus::memory().await;
    let _server = serve(&bus, "one").await;
    let client = RpcClient::new(&bus.transport, bus.target().version(version!("2.0")));
    let map = std::collections::BTreeMap::from([((1, 2), 3)]);
    let error = client.call::<Value>("echo", json!({}).to_string()).await.unwrap_err();
    assert_eq!(error.rpc().unwrap().kind(), ErrorKind::Encode);
    let error = client.call::<Value>("echo", map).await.unwrap_err();
    let error = error.rpc().unwrap();
    assert_eq!(error.kind(), ErrorKind::Encode);
    assert!(error.to_string().contains("`echo`"), "{error}");
}
