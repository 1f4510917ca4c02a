//! Casts, fanouts, and requests to one server, namespace or exchange.

use super::Case;

cases! {
    rust_to_python: [
        a_cast_runs,
        a_cast_reaches_the_server_that_it_names,
        a_fanout_reaches_the_server,
        a_call_reaches_the_server_that_it_names,
        a_namespace_is_found,
        an_exchange_of_its_own_is_found,
    ]
    python_to_rust: [
        a_cast_runs,
        a_cast_reaches_the_server_that_it_names,
        a_fanout_reaches_the_server,
        a_call_reaches_the_server_that_it_names,
        a_namespace_is_found,
        an_exchange_of_its_own_is_found,
    ]
}

mod rust_to_python {
    use messaging::Proxy as _;
    use serde_json::json;

    use crate::cases::{PYTHON, unique};
    use crate::demo::AdminClient;
    use crate::pair::Pair;

    pub(super) async fn a_cast_runs(pair: &Pair) {
        let text = unique("cast");
        pair.demo(PYTHON).note(text.clone()).await.unwrap();
        assert_eq!(pair.python_noted(&text).await, PYTHON);
    }

    pub(super) async fn a_cast_reaches_the_server_that_it_names(pair: &Pair) {
        let text = unique("directed");
        let client = pair.demo(PYTHON).prepare().server(PYTHON).build().unwrap();
        client.note(text.clone()).await.unwrap();
        assert_eq!(pair.python_noted(&text).await, PYTHON);
    }

    pub(super) async fn a_fanout_reaches_the_server(pair: &Pair) {
        let text = unique("fanout");
        pair.demo(PYTHON).note(text.clone()).fanout().await.unwrap();
        assert_eq!(pair.python_noted(&text).await, PYTHON);
    }

    pub(super) async fn a_call_reaches_the_server_that_it_names(pair: &Pair) {
        let client = pair.demo(PYTHON).prepare().server(PYTHON).build().unwrap();
        assert_eq!(client.add(1, 2).await.unwrap(), 3);
        let nobody = client.prepare().server("nobody").build().unwrap();
        let error = nobody.add(1, 2).await.unwrap_err();
        assert!(error.rpc().unwrap().is_unroutable(), "{error}");
    }

    pub(super) async fn a_namespace_is_found(pair: &Pair) {
        let admin = AdminClient::new(pair.transport()).prepare().topic(PYTHON).build().unwrap();
        assert_eq!(admin.whoami().await.unwrap(), PYTHON);
    }

    pub(super) async fn an_exchange_of_its_own_is_found(pair: &Pair) {
        let topic = "python-elsewhere";
        pair.python_serves_with("", Some("elsewhere"), topic, PYTHON).await;
        let client = pair.demo(topic);
        let elsewhere = client.prepare().exchange("elsewhere").build().unwrap();
        assert_eq!(elsewhere.echo(json!("there")).await.unwrap(), "there");
        let error = client.nothing().await.unwrap_err();
        assert!(error.rpc().unwrap().is_unroutable(), "{error}");
    }
}

mod python_to_rust {
    use serde_json::json;

    use crate::cases::{RUST, unique};
    use crate::pair::Pair;
    use crate::request::Request;

    pub(super) async fn a_cast_runs(pair: &Pair) {
        let text = unique("cast");
        pair.ask(Request::cast(RUST, "note", json!({"text": text}))).await.unwrap();
        assert_eq!(pair.rust_noted(&text).await, RUST);
    }

    pub(super) async fn a_cast_reaches_the_server_that_it_names(pair: &Pair) {
        let text = unique("directed");
        let note = Request::cast(RUST, "note", json!({"text": text}));
        pair.ask(note.with("server", RUST)).await.unwrap();
        assert_eq!(pair.rust_noted(&text).await, RUST);
    }

    pub(super) async fn a_fanout_reaches_the_server(pair: &Pair) {
        let text = unique("fanout");
        let note = Request::cast(RUST, "note", json!({"text": text}));
        pair.ask(note.with("fanout", true)).await.unwrap();
        assert_eq!(pair.rust_noted(&text).await, RUST);
    }

    pub(super) async fn a_call_reaches_the_server_that_it_names(pair: &Pair) {
        let add = Request::call(RUST, "add", json!({"a": 1, "b": 2}));
        assert_eq!(pair.ask(add.clone().with("server", RUST)).await, Ok(json!(3)));
        let nobody = add.with("server", "nobody").with("at_least_once", true);
        assert_eq!(pair.ask(nobody).await.unwrap_err()["type"], "MessageUndeliverable");
    }

    pub(super) async fn a_namespace_is_found(pair: &Pair) {
        let whoami = Request::call(RUST, "whoami", json!({}));
        let whoami = whoami.with("namespace", "admin").with("version", "2.1");
        assert_eq!(pair.ask(whoami).await, Ok(json!(RUST)));
    }

    pub(super) async fn an_exchange_of_its_own_is_found(pair: &Pair) {
        let topic = "rust-elsewhere";
        let _server = pair.rust_serves_with("", Some("elsewhere"), topic, RUST).await;
        let echo = Request::call(topic, "echo", json!({"value": "there"}));
        let elsewhere = echo.clone().with("exchange", "elsewhere");
        assert_eq!(pair.ask(elsewhere).await, Ok(json!("there")));
        let error = pair.ask(echo.with("at_least_once", true)).await.unwrap_err();
        assert_eq!(error["type"], "MessageUndeliverable", "{error}");
    }
}
