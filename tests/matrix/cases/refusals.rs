//! What a server refuses to run.

use super::Case;

cases! {
    rust_to_python: [
        an_unknown_method_is_refused,
        a_private_method_is_refused,
        an_unknown_namespace_is_refused,
        a_missing_argument_is_refused,
        an_unexpected_argument_is_refused,
    ]
    python_to_rust: [
        an_unknown_method_is_refused,
        a_private_method_is_refused,
        an_unknown_namespace_is_refused,
        a_missing_argument_is_refused,
        an_unexpected_argument_is_refused,
        an_argument_of_another_type_is_refused,
    ]
}

mod rust_to_python {
    use messaging::{CallError, ErrorKind};
    use serde_json::{Value, json};

    use crate::cases::PYTHON;
    use crate::pair::Pair;

    pub(super) async fn an_unknown_method_is_refused(pair: &Pair) {
        no_such_method(pair, "no_such").await;
    }

    pub(super) async fn a_private_method_is_refused(pair: &Pair) {
        no_such_method(pair, "_private").await;
    }

    async fn no_such_method(pair: &Pair, method: &str) {
        let error = pair.rpc(PYTHON).call::<Value>(method, json!({})).await.unwrap_err();
        assert_eq!(error.rpc().unwrap().kind(), ErrorKind::NoSuchMethod, "{error}");
        assert!(error.to_string().contains(method), "{error}");
    }

    pub(super) async fn an_unknown_namespace_is_refused(pair: &Pair) {
        let client = pair.rpc(PYTHON).prepare().namespace("nobody").build().unwrap();
        let error = client.call::<Value>("nothing", json!({})).await.unwrap_err();
        assert_eq!(error.rpc().unwrap().kind(), ErrorKind::UnsupportedVersion, "{error}");
    }

    pub(super) async fn a_missing_argument_is_refused(pair: &Pair) {
        type_error(pair, json!({"a": 1}), "'b'").await;
    }

    pub(super) async fn an_unexpected_argument_is_refused(pair: &Pair) {
        type_error(pair, json!({"a": 1, "b": 2, "c": 3}), "'c'").await;
    }

    async fn type_error(pair: &Pair, args: Value, names: &str) {
        match pair.rpc(PYTHON).call::<Value>("add", args).await {
            Err(CallError::Remote(failure)) => {
                assert!(failure.is("builtins", "TypeError"), "{failure}");
                assert!(failure.message.contains(names), "{failure}");
            }
            other => panic!("{other:?}"),
        }
    }
}

mod python_to_rust {
    use serde_json::{Value, json};

    use crate::cases::RUST;
    use crate::pair::Pair;
    use crate::request::Request;

    pub(super) async fn an_unknown_method_is_refused(pair: &Pair) {
        no_such_method(pair, "no_such").await;
    }

    pub(super) async fn a_private_method_is_refused(pair: &Pair) {
        no_such_method(pair, "_private").await;
    }

    async fn no_such_method(pair: &Pair, method: &str) {
        let error = pair.ask(Request::call(RUST, method, json!({}))).await.unwrap_err();
        assert_eq!(error["type"], "NoSuchMethod_Remote", "{error}");
        assert!(error["message"].as_str().unwrap().contains(method), "{error}");
    }

    pub(super) async fn an_unknown_namespace_is_refused(pair: &Pair) {
        let nothing = Request::call(RUST, "nothing", json!({})).with("namespace", "nobody");
        let error = pair.ask(nothing).await.unwrap_err();
        assert_eq!(error["type"], "UnsupportedVersion_Remote", "{error}");
    }

    pub(super) async fn a_missing_argument_is_refused(pair: &Pair) {
        type_error(pair, json!({"a": 1}), "`b`").await;
    }

    pub(super) async fn an_unexpected_argument_is_refused(pair: &Pair) {
        type_error(pair, json!({"a": 1, "b": 2, "c": 3}), "`c`").await;
    }

    pub(super) async fn an_argument_of_another_type_is_refused(pair: &Pair) {
        type_error(pair, json!({"a": 1, "b": "two"}), "`b`").await;
    }

    async fn type_error(pair: &Pair, args: Value, names: &str) {
        let error = pair.ask(Request::call(RUST, "add", args)).await.unwrap_err();
        assert_eq!(error["type"], "TypeError", "{error}");
        assert!(error["message"].as_str().unwrap().contains(names), "{error}");
    }
}
