//! A topic that one server of each language serves.

use super::Case;

cases! {
    together: [
        a_fanout_from_rust_reaches_both,
        a_fanout_from_python_reaches_both,
        a_call_from_rust_reaches_the_server_that_it_names,
        a_call_from_python_reaches_the_server_that_it_names,
        calls_from_rust_are_shared_by_both,
        calls_from_python_are_shared_by_both,
    ]
}

mod together {
    use std::collections::BTreeSet;

    use messaging::Proxy as _;
    use serde_json::json;

    use crate::cases::{BOTH, PYTHON, RUST, unique};
    use crate::demo::AdminClient;
    use crate::pair::Pair;
    use crate::request::Request;

    pub(super) async fn a_fanout_from_rust_reaches_both(pair: &Pair) {
        let text = unique("fanout");
        pair.demo(BOTH).note(text.clone()).fanout().await.unwrap();
        noted_by_both(pair, &text).await;
    }

    pub(super) async fn a_fanout_from_python_reaches_both(pair: &Pair) {
        let text = unique("fanout");
        let note = Request::cast(BOTH, "note", json!({"text": text}));
        pair.ask(note.with("fanout", true)).await.unwrap();
        noted_by_both(pair, &text).await;
    }

    async fn noted_by_both(pair: &Pair, text: &str) {
        assert_eq!(pair.python_noted(text).await, PYTHON);
        assert_eq!(pair.rust_noted(text).await, RUST);
    }

    pub(super) async fn a_call_from_rust_reaches_the_server_that_it_names(pair: &Pair) {
        for name in [PYTHON, RUST] {
            let directed = admin(pair).prepare().server(name).build().unwrap();
            assert_eq!(directed.whoami().await.unwrap(), name);
        }
    }

    pub(super) async fn a_call_from_python_reaches_the_server_that_it_names(pair: &Pair) {
        for name in [PYTHON, RUST] {
            assert_eq!(pair.ask(whoami().with("server", name)).await, Ok(json!(name)));
        }
    }

    pub(super) async fn calls_from_rust_are_shared_by_both(pair: &Pair) {
        let mut reached = BTreeSet::new();
        while reached.len() < 2 {
            reached.insert(admin(pair).whoami().await.unwrap());
        }
    }

    pub(super) async fn calls_from_python_are_shared_by_both(pair: &Pair) {
        let mut reached = BTreeSet::new();
        while reached.len() < 2 {
            reached.insert(pair.ask(whoami()).await.unwrap().to_string());
        }
    }

    fn admin(pair: &Pair) -> AdminClient {
        AdminClient::new(pair.transport()).prepare().topic(BOTH).build().unwrap()
    }

    fn whoami() -> Request {
        Request::call(BOTH, "whoami", json!({})).with("namespace", "admin").with("version", "2.1")
    }
}
