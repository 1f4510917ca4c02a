//! Many bodies, large ones and compressed ones.

use super::Case;

cases! {
    rust_to_python: [
        a_mebibyte_comes_back,
        fifty_calls_are_in_flight_at_once,
        gzip_is_read_by_both,
        bzip2_is_read_by_both,
    ]
    python_to_rust: [
        a_mebibyte_comes_back,
        fifty_calls_are_in_flight_at_once,
        gzip_is_read_by_both,
        bzip2_is_read_by_both,
    ]
}

/// With letters of one to four bytes, so that a cut in the middle of one would show.
fn mebibyte() -> String {
    "aé€😀".repeat(1024 * 1024 / 10)
}

mod rust_to_python {
    use serde_json::{Value, json};
    use tokio::task::JoinSet;

    use super::mebibyte;
    use crate::cases::PYTHON;
    use crate::demo::demo;
    use crate::pair::Pair;

    pub(super) async fn a_mebibyte_comes_back(pair: &Pair) {
        let result = pair.demo(PYTHON).echo(json!(mebibyte())).await.unwrap();
        assert!(result == mebibyte(), "something else came back");
    }

    /// Each waits in Python until all are there.
    pub(super) async fn fifty_calls_are_in_flight_at_once(pair: &Pair) {
        let client = pair.demo(PYTHON);
        let calls: JoinSet<_> = (0..50).map(|_| client.meet(50).into_future()).collect();
        for met in calls.join_all().await {
            assert_eq!(met.unwrap(), 50);
        }
    }

    pub(super) async fn gzip_is_read_by_both(pair: &Pair) {
        compressed(pair, "gzip", "application/x-gzip").await;
    }

    pub(super) async fn bzip2_is_read_by_both(pair: &Pair) {
        compressed(pair, "bzip2", "application/x-bz2").await;
    }

    /// Requests and replies.
    async fn compressed(pair: &Pair, how: &str, header: &str) {
        let option = format!("kombu_compression={how}");
        let topic = format!("python-{how}");
        pair.python_serves_with(&option, None, &topic, PYTHON).await;
        let mut tap = pair.tap(&topic).await;
        let client = demo(&pair.transport_with(&option, None).await, &topic);
        let value: Value = json!({"text": "é😀".repeat(1000)});
        assert_eq!(client.echo(value.clone()).await.unwrap(), value);
        assert_eq!(tap.compression().await.as_deref(), Some(header));
    }
}

mod python_to_rust {
    use serde_json::json;

    use super::mebibyte;
    use crate::cases::RUST;
    use crate::pair::Pair;
    use crate::request::Request;

    pub(super) async fn a_mebibyte_comes_back(pair: &Pair) {
        let echo = Request::call(RUST, "echo", json!({"value": mebibyte()}));
        assert!(pair.ask(echo).await == Ok(json!(mebibyte())), "something else came back");
    }

    /// Each waits in Rust until all are there.
    pub(super) async fn fifty_calls_are_in_flight_at_once(pair: &Pair) {
        let meet = Request::call(RUST, "meet", json!({"count": 50}));
        for met in pair.ask_at_once(50, &meet).await {
            assert_eq!(met, Ok(json!(50)));
        }
    }

    pub(super) async fn gzip_is_read_by_both(pair: &Pair) {
        compressed(pair, "gzip", "application/x-gzip").await;
    }

    pub(super) async fn bzip2_is_read_by_both(pair: &Pair) {
        compressed(pair, "bzip2", "application/x-bz2").await;
    }

    /// Requests and replies.
    async fn compressed(pair: &Pair, how: &str, header: &str) {
        let option = format!("kombu_compression={how}");
        let topic = format!("rust-{how}");
        let _server = pair.rust_serves_with(&option, None, &topic, RUST).await;
        let mut tap = pair.tap(&topic).await;
        let value = json!({"text": "é😀".repeat(1000)});
        let echo = Request::call(&topic, "echo", json!({"value": value}));
        assert_eq!(pair.ask_with(&option, echo).await, Ok(value));
        assert_eq!(tap.compression().await.as_deref(), Some(header));
    }
}
