//! What travels beside the arguments.

use super::Case;

cases! {
    rust_to_python: [
        the_context_arrives,
        the_handler_of_a_monitored_call_sees_its_time,
    ]
    python_to_rust: [
        the_context_arrives,
        the_handler_of_a_monitored_call_sees_its_time,
    ]
}

mod rust_to_python {
    use std::time::Duration;

    use messaging::Context;
    use serde_json::json;

    use crate::cases::PYTHON;
    use crate::pair::Pair;

    pub(super) async fn the_context_arrives(pair: &Pair) {
        let context = Context::new().with("user", "älice").with("roles", vec!["a", "b"]);
        let context = context.with("tenant", json!({"id": 7, "none": null}));
        let seen = pair.demo(PYTHON).seen_context().context(&context).await.unwrap();
        let expected = json!({
            "user": "älice", "roles": ["a", "b"], "tenant": {"id": 7, "none": null},
            // The library's own key.
            "client_timeout": null,
        });
        assert_eq!(seen, expected);
    }

    pub(super) async fn the_handler_of_a_monitored_call_sees_its_time(pair: &Pair) {
        let call = pair.demo(PYTHON).seen_context().monitor(Duration::from_secs(7));
        assert_eq!(call.await.unwrap()["client_timeout"], 7);
    }
}

mod python_to_rust {
    use serde_json::json;

    use crate::cases::RUST;
    use crate::pair::Pair;
    use crate::request::Request;

    pub(super) async fn the_context_arrives(pair: &Pair) {
        let context = json!({
            "user": "älice", "roles": ["a", "b"], "tenant": {"id": 7, "none": null},
        });
        let seen = Request::call(RUST, "seen_context", json!({})).with("ctxt", context.clone());
        assert_eq!(pair.ask(seen).await, Ok(context));
    }

    pub(super) async fn the_handler_of_a_monitored_call_sees_its_time(pair: &Pair) {
        let seen = Request::call(RUST, "seen_context", json!({}));
        let seen = pair.ask(seen.with("call_monitor_timeout", 7)).await.unwrap();
        assert_eq!(seen["client_timeout"], 7);
    }
}
