//! Failures that Rust writes, rebuilt by the real library: the same exceptions as from the failures
//! that the library wrote itself (wire document, section 11).

use std::path::Path;

use messaging::{Context, Failure, Proxy as _, RpcServer, Target, rpc_api};
use serde_json::{Map, Value, json};

use crate::demo::transport;
use crate::python::{Python, command, unique_topic};

#[rpc_api(topic = "failing", version = "1.0")]
trait Failing {
    /// Fails as it is told, by the text of a failure.
    async fn fail(&self, ctx: &Context, with: String) -> Result<(), Failure>;
    /// Passes on how another server failed.
    async fn pass_on(&self, ctx: &Context, with: String) -> Result<(), Failure>;
}

struct Service(FailingClient);

impl Failing for Service {
    async fn fail(&self, _: &Context, with: String) -> Result<(), Failure> {
        let with: Value = serde_json::from_str(&with).expect("the text of a failure");
        let text = |key: &str| with[key].as_str().unwrap_or_default();
        let mut failure = Failure::new(text("module"), text("class"), text("message"))
            .with_args(with["args"].as_array().cloned().unwrap_or_default())
            .with_kwargs(with["kwargs"].as_object().cloned().unwrap_or_default());
        let lines = with["tb"].as_array().map(Vec::as_slice).unwrap_or_default();
        failure.traceback = lines.iter().map(|line| line.as_str().unwrap().to_owned()).collect();
        Err(failure)
    }

    async fn pass_on(&self, ctx: &Context, with: String) -> Result<(), Failure> {
        let error = self.0.fail(with).context(ctx).await.expect_err("it fails");
        // The failures that servers answer with by themselves are errors of the road to Rust.
        let failure = error.remote().or_else(|| error.rpc().and_then(messaging::Error::failure));
        Err(failure.expect("a failure").clone())
    }
}

async fn serve() -> (String, RpcServer) {
    let (topic, transport) = (unique_topic("failing"), transport().await);
    let client = FailingClient::new(&transport).prepare().topic(&topic).build().unwrap();
    let server = RpcServer::builder(&transport, Target::topic(&topic).server("host-1"))
        .endpoint(FailingEndpoint::new(Service(client)))
        .start()
        .await
        .unwrap();
    (topic, server)
}

#[tokio::test]
async fn what_rust_writes_is_rebuilt_to_the_same_exception() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/oslo");
    let table = std::fs::read(fixtures.join("failure_rebuild_cases.json")).unwrap();
    let table: Value = serde_json::from_slice(&table).unwrap();
    let client = Python::spawn("client.py", &[]);
    let (topic, _server) = serve().await;
    let mut rebuilt = 0;
    for case in table["cases"].as_array().unwrap() {
        let what = &case["what"];
        let sent: Value = serde_json::from_str(case["failure"].as_str().unwrap()).unwrap();
        if sent["class"].is_null() || sent["module"].is_null() {
            continue; // Rust has no failure without a name
        }
        for method in ["fail", "pass_on"] {
            let mut call = command(&topic, "call", method, json!({"with": case["failure"]}));
            call["allowed_remote_exmods"] = case["allowed_remote_exmods"].clone();
            let got = client.ask(call).await.expect_err("it fails");
            let expected = &case["caller_gets"];
            for (key, theirs) in [
                ("type", "class"),
                ("module", "module"),
                ("bases", "bases"),
                ("message", "str"),
                ("exc_type", "exc_type"),
                ("value", "value"),
                ("traceback", "traceback"),
            ] {
                assert_eq!(got[key], expected[theirs], "{what}, {method}: {key}");
            }
            if got["type"] != "RemoteError" {
                assert_eq!(got["args"], expected["args"], "{what}, {method}");
                let none = Value::Object(Map::new());
                let kwargs = expected.get("kwargs").unwrap_or(&none);
                assert_eq!(&got["kwargs"], kwargs, "{what}, {method}");
            }
            rebuilt += 1;
        }
    }
    assert_eq!(rebuilt, 100);
    client.finish().await;
}

/// A name that a Python service gave to what it passed on is taken off again.
#[tokio::test]
async fn an_exception_that_was_passed_on_is_rebuilt_by_its_first_name() {
    let client = Python::spawn("client.py", &[]);
    let (topic, _server) = serve().await;
    let with = json!({
        "class": "QuotaExceeded_Remote", "module": "demo_service.exceptions_Remote",
        "message": "ten", "args": ["ten"],
    });
    let mut call = command(&topic, "call", "fail", json!({"with": with.to_string()}));
    call["allowed_remote_exmods"] = json!(["demo_service.exceptions"]);
    let error = client.ask(call).await.unwrap_err();
    assert_eq!(error["bases"][0], "demo_service.exceptions.QuotaExceeded", "{error}");
    client.finish().await;
}
