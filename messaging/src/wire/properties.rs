//! What holds of everything that is sent and of everything that may come.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use serde_json::value::to_raw_value;
use serde_json::{Map, Value, json};

use super::{Form, Id, Reply, ReplyTo, Request, RequestParts, failure, fuzz as targets, read};
use crate::{Failure, Version};

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map(any::<String>(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn any_map() -> impl Strategy<Value = Map<String, Value>> {
    let map = prop::collection::hash_map(any::<String>(), any_value(), 0..5);
    map.prop_map(|map| map.into_iter().collect())
}

prop_compose! {
    fn any_failure()(
        names in any::<[String; 3]>(),
        traceback in prop::collection::vec(any::<String>(), 0..5),
        args in prop::collection::vec(any_value(), 0..4),
        kwargs in any_map(),
    ) -> Failure {
        let [module, class, message] = names;
        let mut failure = Failure::new(module, class, message).with_args(args).with_kwargs(kwargs);
        failure.traceback = traceback;
        failure
    }
}

/// Texts that look like JSON, of a peer that writes Python's or goes wrong.
fn nearly_json() -> impl Strategy<Value = String> {
    let token = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"a\"",
        "\"",
        "\\",
        "\\ud800",
        "\\ud83d\\ude00",
        "null",
        "true",
        "NaN",
        "Infinity",
        "-Infinity",
        "-",
        "0",
        "1.5",
        "1e999",
        "18446744073709551616",
        " ",
        "é",
        "\"_msg_id\"",
        "\"_reply_q\"",
        "\"reply_1\"",
        "\"failure\"",
        "\"args\"",
        "\"method\"",
        "\"tb\"",
        "\"oslo.message\"",
        "\"oslo.version\"",
        "\"2.0\"",
        "\"{\\\"args\\\": {}}\"",
    ]);
    prop::collection::vec(token, 0..24).prop_map(|tokens| tokens.concat())
}

/// What a body says, as serde_json alone reads it.
fn said(body: &[u8]) -> Value {
    let envelope: Value = serde_json::from_slice(body).expect("an envelope");
    serde_json::from_str(envelope["oslo.message"].as_str().expect("a text")).expect("a message")
}

proptest! {
    #![proptest_config(Config {
        cases: 200,
        rng_seed: RngSeed::Fixed(0x05_10),
        failure_persistence: None,
        ..Config::default()
    })]

    #[test]
    fn no_bytes_do_more_than_be_refused(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
        targets::body(&bytes);
        targets::failure(&bytes);
        targets::json(&bytes);
    }

    #[test]
    fn what_is_nearly_json_is_read_alike_or_refused(text in nearly_json()) {
        targets::body(text.as_bytes());
        targets::failure(text.as_bytes());
        targets::json(text.as_bytes());
    }

    #[test]
    fn a_damaged_message_does_no_more_than_be_refused(
        args in any_map(), at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>(),
    ) {
        let args = to_raw_value(&args).unwrap();
        let mut body = Reply::encode(&"1".into(), Ok(args.get()), Form::Enveloped);
        let at = at.index(body.len());
        if cut { body.truncate(at) } else { body[at] = byte }
        targets::body(&body);
    }

    #[test]
    fn json_is_read_alike_by_both_readers(value in any_value(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
        targets::json(text.unwrap().as_bytes());
    }

    #[test]
    fn a_request_is_read_as_it_was_written(
        method in any::<String>(),
        namespace in any::<Option<String>>(),
        version in any::<Option<(u32, u32)>>(),
        caller in any::<Option<(String, String)>>(),
        args in any_map(),
        context in any_map(),
        pretty in any::<bool>(),
        form in prop::sample::select(vec![Form::Enveloped, Form::Bare]),
    ) {
        let text = if pretty { serde_json::to_string_pretty(&args) } else { serde_json::to_string(&args) };
        let text = text.unwrap();
        let reply_to = caller.map(|(msg_id, queue)| ReplyTo { msg_id: Id::from(&*msg_id), queue });
        let parts = RequestParts {
            method: &method,
            args: text.as_bytes(),
            namespace: namespace.as_deref(),
            version: version.map(|(major, minor)| Version::new(major, minor)),
            answer_to: reply_to.as_ref().map(ReplyTo::answer_to),
            monitor: None,
            context: &context,
        };
        let body = parts.encode(form).unwrap();
        let said = match form {
            Form::Enveloped => said(&body),
            Form::Bare => serde_json::from_slice(&body).unwrap(),
        };
        prop_assert_eq!(&said["method"], &method);
        prop_assert_eq!(&said["args"], &Value::from(args.clone()));

        let request = Request::decode(&body).unwrap();
        prop_assert_eq!(request.method(), method);
        prop_assert_eq!(request.namespace(), namespace.as_deref());
        let version = version.map(|(major, minor)| format!("{major}.{minor}"));
        prop_assert_eq!(request.version(), version.as_deref());
        prop_assert_eq!(&request.reply_to, &reply_to);
        let read =
            request.args.iter().map(|(name, value)| (name.to_owned(), read(value).unwrap()));
        prop_assert_eq!(read.collect::<Map<String, Value>>(), args);
        prop_assert_eq!(request.context, context);
    }

    #[test]
    fn a_result_is_read_as_it_was_written(msg_id in any::<String>(), result in any_value()) {
        let encode =
            |form| Reply::encode(&Id::from(&*msg_id), Ok(&result.to_string()), form);
        let body = encode(Form::Enveloped);
        prop_assert_eq!(&said(&body)["result"], &result);
        let bare = Reply::decode(&encode(Form::Bare)).unwrap();
        prop_assert_eq!(bare.outcome.unwrap().read::<Value>().unwrap(), result.clone());
        let reply = Reply::decode(&body).unwrap();
        prop_assert_eq!(reply.msg_id.to_string(), msg_id);
        prop_assert_eq!(reply.outcome.unwrap().read::<Value>().unwrap(), result);
    }

    #[test]
    fn a_failure_is_read_as_it_was_written(failed in any_failure()) {
        let body = Reply::encode(&"1".into(), Err(&failed), Form::Enveloped);
        let text = said(&body)["failure"].as_str().unwrap().to_owned();
        let written: Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&written, &json!({
            "class": failed.class, "module": failed.module, "message": failed.message,
            "tb": failed.traceback, "args": failed.args, "kwargs": failed.kwargs,
        }));
        prop_assert_eq!(failure::decode(&text).unwrap(), failed.clone());
        prop_assert_eq!(Reply::decode(&body).unwrap().outcome.unwrap_err(), failed);
    }
}
