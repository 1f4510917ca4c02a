//! What every server answers: the probe of oslo.messaging, and the base API of OpenStack.

use super::Case;

cases! {
    rust_to_python: [
        a_server_answers_a_ping,
        the_base_api_answers,
    ]
    python_to_rust: [
        a_server_answers_a_ping,
        the_base_api_answers,
    ]
}

mod rust_to_python {
    use messaging::version;
    use serde_json::{Value, json};

    use crate::cases::PYTHON;
    use crate::pair::Pair;

    pub(super) async fn a_server_answers_a_ping(pair: &Pair) {
        let server = pair.rpc(PYTHON).prepare().server(PYTHON).build().unwrap();
        let pong = server.call::<String>("oslo_rpc_server_ping", json!({})).await.unwrap();
        assert_eq!(pong, "pong");
    }

    pub(super) async fn the_base_api_answers(pair: &Pair) {
        let base = pair.rpc(PYTHON).prepare().namespace("baseapi").version(version!("1.1"));
        let base = base.build().unwrap();
        let pong = base.call::<Value>("ping", json!({"arg": [1, "é"]})).await.unwrap();
        assert_eq!(pong, json!({"service": "scheduler", "arg": [1, "é"]}));
        assert_eq!(base.call::<Value>("get_backdoor_port", json!({})).await.unwrap(), json!(null));
    }
}

mod python_to_rust {
    use serde_json::json;

    use crate::cases::RUST;
    use crate::pair::Pair;
    use crate::request::Request;

    pub(super) async fn a_server_answers_a_ping(pair: &Pair) {
        let ping = Request::call(RUST, "oslo_rpc_server_ping", json!({}));
        let ping = ping.with("server", RUST).with("version", "1.0");
        assert_eq!(pair.ask(ping).await, Ok(json!("pong")));
    }

    pub(super) async fn the_base_api_answers(pair: &Pair) {
        let base = |method: &str, args| {
            let request = Request::call(RUST, method, args);
            request.with("namespace", "baseapi").with("version", "1.1")
        };
        let pong = pair.ask(base("ping", json!({"arg": [1, "é"]}))).await;
        assert_eq!(pong, Ok(json!({"service": "scheduler", "arg": [1, "é"]})));
        assert_eq!(pair.ask(base("get_backdoor_port", json!({}))).await, Ok(json!(null)));
    }
}
