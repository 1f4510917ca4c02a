//! Messages that come twice, and messages that nobody takes.

use std::time::Duration;

use messaging::driver::{self, Address, Publish};
use messaging::{Config, runtime};
use serde_json::json;

use super::{Case, unique};
use crate::pair::Pair;

cases! {
    rust_to_python: [
        a_message_that_comes_twice_runs_once,
        a_call_to_nobody_is_an_error_at_once,
        a_cast_to_nobody_is_an_error_unless_it_may_vanish,
    ]
    python_to_rust: [
        a_message_that_comes_twice_runs_once,
        a_call_to_nobody_is_an_error_at_once,
        a_cast_to_nobody_is_an_error_only_if_it_may_not_vanish,
    ]
}

/// Sends the same bytes twice, as a client does that has not heard whether the broker has them; and
/// another message then. Returns the texts of both.
async fn send_twice(pair: &Pair, topic: &str) -> [String; 2] {
    let config = Config::new().url(pair.rust_url());
    let driver = driver::connect(&config, runtime::current().unwrap()).await.unwrap();
    let address =
        Address::Topic { exchange: "openstack".into(), topic: topic.into(), server: None };
    let texts = [unique("twice"), unique("once")];
    let bodies = texts.each_ref().map(|text| {
        let message = json!({
            "method": "note", "args": {"text": text}, "version": "1.4",
            "_unique_id": uuid::Uuid::new_v4().simple().to_string(),
        });
        json!({"oslo.version": "2.0", "oslo.message": message.to_string()}).to_string()
    });
    for body in [&bodies[0], &bodies[0], &bodies[1]] {
        let (within, body) = (Duration::from_secs(20), body.as_bytes());
        let message = Publish {
            address: &address,
            body,
            notes: messaging::driver::Notes::NONE,
            expires: None,
            mandatory: true,
            within,
            retries: None,
        };
        driver.publish(message).await.unwrap();
    }
    driver.close(Duration::from_secs(20)).await;
    texts
}

mod rust_to_python {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::send_twice;
    use crate::cases::PYTHON;
    use crate::pair::Pair;

    pub(super) async fn a_message_that_comes_twice_runs_once(pair: &Pair) {
        // A topic of its own: a server remembers its last sixteen messages alone.
        pair.python_serves("python-twice", PYTHON).await;
        let [twice, once] = send_twice(pair, "python-twice").await;
        assert_eq!(pair.python_noted(&twice).await, PYTHON);
        assert_eq!(pair.python_noted(&once).await, PYTHON);
        let again = timeout(Duration::ZERO, pair.python_noted(&twice)).await;
        assert!(again.is_err(), "it ran twice");
    }

    pub(super) async fn a_call_to_nobody_is_an_error_at_once(pair: &Pair) {
        let error = pair.demo("nobody").nothing().await.unwrap_err();
        assert!(error.rpc().unwrap().is_unroutable(), "{error}");
    }

    pub(super) async fn a_cast_to_nobody_is_an_error_unless_it_may_vanish(pair: &Pair) {
        let client = pair.demo("nobody");
        let error = client.note("lost".into()).await.unwrap_err();
        assert!(error.is_unroutable(), "{error}");
        client.note("lost".into()).mandatory(false).await.unwrap();
        client.note("lost".into()).fanout().await.unwrap();
    }
}

mod python_to_rust {
    use std::time::Duration;

    use serde_json::json;
    use tokio::time::timeout;

    use super::send_twice;
    use crate::cases::RUST;
    use crate::pair::Pair;
    use crate::request::Request;

    pub(super) async fn a_message_that_comes_twice_runs_once(pair: &Pair) {
        let _server = pair.rust_serves("rust-twice", RUST).await;
        let [twice, once] = send_twice(pair, "rust-twice").await;
        assert_eq!(pair.rust_noted(&twice).await, RUST);
        assert_eq!(pair.rust_noted(&once).await, RUST);
        let again = timeout(Duration::ZERO, pair.rust_noted(&twice)).await;
        assert!(again.is_err(), "it ran twice");
    }

    pub(super) async fn a_call_to_nobody_is_an_error_at_once(pair: &Pair) {
        let nothing = Request::call("nobody", "nothing", json!({})).with("at_least_once", true);
        let error = pair.ask(nothing).await.unwrap_err();
        assert_eq!(error["type"], "MessageUndeliverable", "{error}");
    }

    pub(super) async fn a_cast_to_nobody_is_an_error_only_if_it_may_not_vanish(pair: &Pair) {
        let note = Request::cast("nobody", "note", json!({"text": "lost"}));
        pair.ask(note.clone()).await.unwrap();
        pair.ask(note.clone().with("fanout", true)).await.unwrap();
        let error = pair.ask(note.with("at_least_once", true)).await.unwrap_err();
        assert_eq!(error["type"], "MessageUndeliverable", "{error}");
    }
}
