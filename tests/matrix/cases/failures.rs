//! What a method fails with.

use super::Case;

cases! {
    rust_to_python: [
        an_exception_with_keywords_is_the_variant_that_rust_knows,
        an_exception_with_arguments_is_the_variant_that_rust_knows,
        an_expected_exception_is_one_like_others,
        a_built_in_exception_is_data,
        an_exception_that_rust_does_not_know_is_data,
    ]
    python_to_rust: [
        an_error_with_keywords_is_the_exception_that_python_knows,
        an_error_with_arguments_is_the_exception_that_python_knows,
        an_error_that_python_does_not_trust_is_data,
        a_panic_is_an_exception_and_nothing_else,
    ]
}

mod rust_to_python {
    use messaging::{CallError, ErrorKind, Failure};
    use serde_json::{Value, json};

    use crate::cases::PYTHON;
    use crate::demo::DemoError;
    use crate::pair::Pair;

    async fn fail(
        pair: &Pair,
        kind: &str,
        args: Vec<Value>,
        kwargs: Option<Value>,
    ) -> CallError<DemoError> {
        pair.demo(PYTHON).fail(kind.to_owned(), args, kwargs).await.unwrap_err()
    }

    pub(super) async fn an_exception_with_keywords_is_the_variant_that_rust_knows(pair: &Pair) {
        let error = fail(pair, "NoValidHost", vec![], Some(json!({"reason": "füll"}))).await;
        assert_eq!(error.remote(), Some(&DemoError::NoValidHost { reason: "füll".into() }));
    }

    pub(super) async fn an_exception_with_arguments_is_the_variant_that_rust_knows(pair: &Pair) {
        let error = fail(pair, "QuotaExceeded", vec![json!("ten")], None).await;
        assert_eq!(error.remote(), Some(&DemoError::QuotaExceeded("ten".into())));
    }

    pub(super) async fn an_expected_exception_is_one_like_others(pair: &Pair) {
        let args = json!({"reason": "full"});
        match pair.rpc(PYTHON).call::<Value>("fail_expected", args).await {
            Err(CallError::Remote(failure)) => {
                assert!(failure.is("scheduler_exceptions", "NoValidHost"), "{failure}");
                assert_eq!(failure.kwargs["reason"], "full");
            }
            other => panic!("{other:?}"),
        }
    }

    pub(super) async fn a_built_in_exception_is_data(pair: &Pair) {
        let error = fail(pair, "ValueError", vec![json!("what"), json!(7)], None).await;
        let failure = data(&error);
        assert!(failure.is("builtins", "ValueError"), "{failure}");
        assert_eq!(failure.args, [json!("what"), json!(7)]);
    }

    pub(super) async fn an_exception_that_rust_does_not_know_is_data(pair: &Pair) {
        let error = fail(pair, "TwoArguments", vec![json!(1), json!(2)], None).await;
        let failure = data(&error);
        assert!(failure.is("scheduler_exceptions", "TwoArguments"), "{failure}");
        assert_eq!(failure.message, "1 and 2");
        assert!(failure.traceback.iter().any(|line| line.contains("server.py")), "{failure:?}");
    }

    fn data(error: &CallError<DemoError>) -> &Failure {
        let error = error.rpc().expect("no error that the method declares");
        assert_eq!(error.kind(), ErrorKind::Remote);
        error.failure().expect("what the server said")
    }
}

mod python_to_rust {
    use serde_json::{Value, json};

    use crate::cases::RUST;
    use crate::pair::Pair;
    use crate::request::Request;

    fn fail(kind: &str) -> Request {
        Request::call(RUST, "fail", json!({"kind": kind, "args": []}))
    }

    async fn error(pair: &Pair, request: Request) -> Value {
        pair.ask(request).await.expect_err("it fails")
    }

    pub(super) async fn an_error_with_keywords_is_the_exception_that_python_knows(pair: &Pair) {
        let error = error(pair, fail("füll")).await;
        assert_eq!(error["type"], "NoValidHost_Remote", "{error}");
        assert_eq!(error["bases"][0], "scheduler_exceptions.NoValidHost", "{error}");
        assert_eq!(error["kwargs"], json!({"reason": "füll"}));
    }

    pub(super) async fn an_error_with_arguments_is_the_exception_that_python_knows(pair: &Pair) {
        let error = error(pair, fail("QuotaExceeded")).await;
        assert_eq!(error["type"], "QuotaExceeded_Remote", "{error}");
        assert_eq!(error["args"], json!(["ten"]));
    }

    pub(super) async fn an_error_that_python_does_not_trust_is_data(pair: &Pair) {
        let error = error(pair, fail("full").with("allowed_remote_exmods", json!([]))).await;
        assert_eq!(error["type"], "RemoteError", "{error}");
        assert_eq!(error["exc_type"], "NoValidHost");
        assert_eq!(error["value"], "no valid host was found: full");
    }

    pub(super) async fn a_panic_is_an_exception_and_nothing_else(pair: &Pair) {
        let error = error(pair, fail("panic")).await;
        assert_eq!(error["type"], "RemoteError", "{error}");
        assert_eq!(error["exc_type"], "HandlerPanicked");
        assert_eq!(pair.ask(Request::call(RUST, "nothing", json!({}))).await, Ok(json!(null)));
    }
}
