//! Versions, as clients check them before anything is sent, and as servers check them again.

use super::Case;

cases! {
    rust_to_python: [
        a_minor_version_that_is_too_new_is_refused,
        another_major_version_is_refused,
        a_version_cap_is_kept,
    ]
    python_to_rust: [
        a_minor_version_that_is_too_new_is_refused,
        another_major_version_is_refused,
        a_version_cap_is_kept,
    ]
}

mod rust_to_python {
    use messaging::{ErrorKind, Proxy as _, Version, version};
    use serde_json::{Value, json};

    use crate::cases::PYTHON;
    use crate::demo::DemoClient;
    use crate::pair::Pair;

    pub(super) async fn a_minor_version_that_is_too_new_is_refused(pair: &Pair) {
        refused(pair, Version::new(1, 6)).await;
    }

    pub(super) async fn another_major_version_is_refused(pair: &Pair) {
        refused(pair, Version::new(3, 0)).await;
    }

    async fn refused(pair: &Pair, version: Version) {
        let client = pair.rpc(PYTHON).prepare().version(version).build().unwrap();
        let error = client.call::<Value>("nothing", json!({})).await.unwrap_err();
        assert_eq!(error.rpc().unwrap().kind(), ErrorKind::UnsupportedVersion, "{error}");
    }

    pub(super) async fn a_version_cap_is_kept(pair: &Pair) {
        let capped = pair.demo(PYTHON).prepare().version_cap(version!("1.3")).build().unwrap();
        assert!(capped.can_send(DemoClient::ADD) && !capped.can_send(DemoClient::NOTE));
        assert_eq!(capped.add(1, 2).await.unwrap(), 3);
        let error = capped.note("too new".into()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Version, "{error}");
    }
}

mod python_to_rust {
    use serde_json::json;

    use crate::cases::RUST;
    use crate::pair::Pair;
    use crate::request::Request;

    pub(super) async fn a_minor_version_that_is_too_new_is_refused(pair: &Pair) {
        refused(pair, "1.6").await;
    }

    pub(super) async fn another_major_version_is_refused(pair: &Pair) {
        refused(pair, "3.0").await;
    }

    async fn refused(pair: &Pair, version: &str) {
        let nothing = Request::call(RUST, "nothing", json!({})).with("version", version);
        let error = pair.ask(nothing).await.unwrap_err();
        assert_eq!(error["type"], "UnsupportedVersion_Remote", "{error}");
    }

    pub(super) async fn a_version_cap_is_kept(pair: &Pair) {
        let capped = |request: Request, version: &str| {
            request.with("version", version).with("version_cap", "1.3")
        };
        for (version, may) in [("1.3", true), ("1.4", false)] {
            assert_eq!(pair.ask(capped(Request::can_send(RUST), version)).await, Ok(json!(may)));
        }
        let add = Request::call(RUST, "add", json!({"a": 1, "b": 2}));
        assert_eq!(pair.ask(capped(add, "1.3")).await, Ok(json!(3)));
        let note = Request::cast(RUST, "note", json!({"text": "too new"}));
        let error = pair.ask(capped(note, "1.4")).await.unwrap_err();
        assert_eq!(error["type"], "RPCVersionCapError", "{error}");
    }
}
