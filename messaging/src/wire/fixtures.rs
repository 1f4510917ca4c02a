//! Everything that was captured of the real library: what is read from it, and that what is
//! written for the same request or reply is the same.

use std::path::Path;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{AnswerTo, Ending, Form, Json, Reply, ReplyTo, Request, RequestParts, read};

/// Every captured message whose name begins with one of these: (name, body).
fn captured(prefixes: &[&str]) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/oslo");
    let mut captured = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if prefixes.iter().any(|prefix| name.starts_with(prefix)) && !name.contains("compressed") {
            let fixture: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
            captured.push((name, fixture["body"].as_str().unwrap().as_bytes().to_vec()));
        }
    }
    captured
}

fn fixture(name: &str) -> Vec<u8> {
    captured(&[name]).into_iter().find(|(found, _)| found == name).expect(name).1
}

/// What a body says, by serde_json alone.
fn said(body: &[u8]) -> Value {
    let envelope: Value = serde_json::from_slice(body).unwrap();
    assert_eq!(
        (envelope.as_object().unwrap().len(), &envelope["oslo.version"]),
        (2, &json!("2.0"))
    );
    serde_json::from_str(envelope["oslo.message"].as_str().unwrap()).unwrap()
}

/// The same without the id that differs from message to message, which is one.
fn told(body: &[u8]) -> Value {
    let mut said = said(body);
    let id = said["_unique_id"].take();
    let id = id.as_str().unwrap();
    assert!(id.len() == 32 && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')), "{id}");
    if let Some(failure) = said["failure"].as_str() {
        said["failure"] = serde_json::from_str(failure).unwrap();
    }
    said
}

#[test]
fn requests_are_read_and_written_as_by_the_peer() {
    let captured = captured(&["rpc_call_request", "rpc_cast", "rpc_ping_request"]);
    assert_eq!(captured.len(), 21, "a fixture that is not looked at");
    for (name, body) in captured {
        if name == "rpc_call_request_not_quite_json" {
            continue; // it has a test of its own
        }
        let mut request = Request::decode(&body).unwrap_or_else(|(e, _)| panic!("{name}: {e:?}"));
        let said = said(&body);
        let text = |key: &str| said.get(key).map(|value| value.as_str().unwrap());
        assert_eq!(request.method(), text("method").unwrap(), "{name}");
        assert_eq!(request.namespace(), text("namespace"), "{name}");
        assert_eq!(request.version(), text("version"), "{name}");
        let reply_to = request.reply_to.as_ref().map(|to| (to.msg_id.to_string(), &*to.queue));
        let reply_to = reply_to.as_ref().map(|(id, queue)| (&**id, *queue));
        assert_eq!(reply_to, text("_msg_id").zip(text("_reply_q")), "{name}");
        assert_eq!(reply_to.is_some(), !name.starts_with("rpc_cast"), "{name}");
        let args = request.args.iter().map(|(key, value)| (key, read::<Value>(value).unwrap()));
        assert_eq!(said["args"], args.collect::<Value>(), "{name}");
        let monitored = name == "rpc_call_request_monitored";
        assert_eq!(request.context.get("client_timeout"), monitored.then_some(&json!(2)), "{name}");
        request.context.remove("client_timeout");
        let context: Map<String, Value> = said
            .as_object()
            .unwrap()
            .iter()
            .filter_map(|(key, value)| Some((key.strip_prefix("_context_")?.into(), value.clone())))
            .collect();
        assert_eq!(request.context, context, "{name}");
        assert_eq!(request.monitor, monitored.then_some(Duration::from_secs(2)), "{name}");

        let args: Vec<String> = request
            .args
            .iter()
            .map(|(key, value)| format!("{}:{}", Value::from(key), value))
            .collect();
        let args = format!("{{{}}}", args.join(","));
        let parts = RequestParts {
            method: request.method(),
            args: args.as_bytes(),
            namespace: request.namespace(),
            version: request.version().map(|version| version.parse().unwrap()),
            answer_to: request.reply_to.as_ref().map(ReplyTo::answer_to),
            monitor: request.monitor,
            context: &request.context,
        };
        assert_eq!(told(&parts.encode(Form::Enveloped).unwrap()), told(&body), "{name}");
    }
}

#[test]
fn what_is_not_quite_json_reaches_the_types_that_hold_it() {
    let request = Request::decode(&fixture("rpc_call_request_not_quite_json")).unwrap();
    let reply_to = ReplyTo {
        msg_id: "761858abe0a0493dbce77cd2456d8c9b".into(),
        queue: "reply_956d8d30ebda4127b0a05827b6559a4b".into(),
    };
    assert_eq!((request.method(), &request.reply_to), ("echo", &Some(reply_to)));
    let arg = |name: &str| request.args.get(name).unwrap();
    assert!(read::<f64>(arg("nan")).unwrap().is_nan());
    assert_eq!(read::<f64>(arg("inf")).unwrap(), f64::INFINITY);
    assert_eq!(read::<f64>(arg("minus_inf")).unwrap(), f64::NEG_INFINITY);
    assert_eq!(read::<String>(arg("surrogate")).unwrap(), "\u{fffd}");
    assert_eq!(read::<u128>(arg("big")).unwrap(), 1 << 70);
    let keys = json!({"2": "int", "true": "bool", "null": "null", "1.5": "float"});
    assert_eq!(read::<Value>(arg("keys")).unwrap(), keys);
    assert!(read::<Value>(arg("nan")).is_err());
}

#[test]
fn replies_are_read_and_written_as_by_the_peer() {
    let captured = captured(&["rpc_reply", "rpc_ping_reply"]);
    assert_eq!(captured.len(), 23, "a fixture that is not looked at");
    for (name, body) in captured {
        let reply = Reply::decode(&body).unwrap_or_else(|(e, _)| panic!("{name}: {e:?}"));
        let told = told(&body);
        assert_eq!(told["_msg_id"], reply.msg_id.to_string(), "{name}");
        if name == "rpc_reply_heartbeat" {
            assert_eq!(reply.ending, Ending::Heartbeat);
            continue;
        }
        assert_eq!(reply.ending, Ending::Last, "{name}");
        assert_eq!(reply.outcome.is_err(), name.starts_with("rpc_reply_failure"), "{name}");
        match &reply.outcome {
            Ok(result) => assert_eq!(told["result"], result.read::<Value>().unwrap(), "{name}"),
            Err(failure) => {
                let read = json!({
                    "class": failure.class, "module": failure.module, "message": failure.message,
                    "tb": failure.traceback, "args": failure.args, "kwargs": failure.kwargs,
                });
                assert_eq!(told["failure"], read, "{name}");
            }
        }
        let written =
            Reply::encode(&reply.msg_id, reply.outcome.as_ref().map(Json::get), Form::Enveloped);
        assert_eq!(self::told(&written), told, "{name}");
    }
}

#[test]
fn the_keys_are_written_in_the_order_of_the_peer() {
    let keys = |body: &[u8]| {
        let envelope: Value = serde_json::from_slice(body).unwrap();
        let mut keys = Vec::new();
        super::json::for_each_field(envelope["oslo.message"].as_str().unwrap(), |key, _| {
            keys.push(key.clone().into_owned());
            Ok(())
        })
        .unwrap();
        keys
    };
    let context = Map::from_iter([("user".to_owned(), json!("alice"))]);
    let parts = RequestParts {
        method: "m",
        args: b"{}",
        namespace: Some("n"),
        version: Some(crate::Version::new(1, 0)),
        answer_to: Some(AnswerTo { msg_id: &"1".into(), queue: "reply_1" }),
        monitor: Some(Duration::from_millis(2500)),
        context: &context,
    };
    let body = parts.encode(Form::Enveloped).unwrap();
    let expected = [
        "method",
        "args",
        "namespace",
        "version",
        "_msg_id",
        "_reply_q",
        "_timeout",
        "_unique_id",
        "_context_user",
    ];
    assert_eq!(keys(&body), expected);
    assert_eq!(said(&body)["_timeout"], 2.5);
    assert_eq!(
        keys(&Reply::encode(&"1".into(), Ok("null"), Form::Enveloped)),
        keys(&fixture("rpc_reply_result"))
    );
}
