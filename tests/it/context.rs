//! What travels beside the arguments.

use std::convert::Infallible;
use std::time::Duration;

use messaging::{CallError, Context, ErrorKind, Proxy as _, rpc_api};
use serde_json::json;

use crate::api::{SchedulerClient, client, serve};
use crate::bus::{Bus, on_both, unique};

on_both! {
    async fn the_context_of_the_call_reaches_the_handler(bus: Bus) {
        let _server = serve(&bus, "one").await;
        let context = Context::new().with("user", "alice").with("roles", vec!["a", "b"]);
        let seen = client(&bus).seen().context(&context).await.unwrap();
        assert_eq!(seen["values"], json!({"user": "alice", "roles": ["a", "b"]}));
        let seen = client(&bus).seen().await.unwrap();
        assert_eq!(seen["values"], json!({}));
    }

    async fn a_handler_knows_how_long_its_caller_waits(bus: Bus) {
        let _server = serve(&bus, "one").await;
        let seen = client(&bus).seen().timeout(Duration::from_secs(7)).await.unwrap();
        let remaining = seen["remaining"].as_u64().unwrap();
        assert!((1..=7000).contains(&remaining), "{remaining}");
    }

    async fn calls_within_a_handler_inherit_its_deadline_and_context(bus: Bus) {
        let _server = serve(&bus, "one").await;
        let relay = format!("relay-{}", unique());
        let server = messaging::RpcServer::builder(
            &bus.transport,
            messaging::Target::topic(&relay).server("one"),
        )
        .endpoint(RelayEndpoint::new(Forwarder(client(&bus))))
        .start()
        .await
        .unwrap();
        let caller = RelayClient::new(&bus.transport).prepare().topic(&relay).build().unwrap();
        let context = Context::new().with("request_id", "r-1");
        let seen = caller.ask().context(&context).timeout(Duration::from_secs(9)).await.unwrap();
        assert_eq!(seen["values"], json!({"request_id": "r-1"}));
        // The inner call's own time would be 60 s.
        let remaining = seen["remaining"].as_u64().unwrap();
        assert!(remaining <= 9000, "{remaining}");
        drop(server);
    }
}

#[rpc_api(topic = "relay", version = "1.0")]
trait Relay {
    async fn ask(&self, ctx: &Context) -> Result<serde_json::Value, Infallible>;
    async fn ask_late(&self, ctx: &Context) -> Result<String, Infallible>;
}

struct Forwarder(SchedulerClient);

impl Relay for Forwarder {
    async fn ask(&self, ctx: &Context) -> Result<serde_json::Value, Infallible> {
        Ok(self.0.seen().context(ctx).await.unwrap())
    }

    async fn ask_late(&self, ctx: &Context) -> Result<String, Infallible> {
        tokio::time::sleep(ctx.remaining().unwrap() + Duration::from_millis(1)).await;
        let error = self.0.whoami().context(ctx).await.unwrap_err();
        Ok(match error {
            CallError::Rpc(error) => format!("{:?}: {error}", error.kind()),
            CallError::Remote(_) => unreachable!("it is not sent"),
        })
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_once_the_callers_deadline_has_passed() {
    let bus = Bus::memory().await;
    let _scheduler = serve(&bus, "one").await;
    let relay = Forwarder(client(&bus));
    let (manager, _) = crate::api::Manager::new("x");
    drop(manager);
    let server = messaging::RpcServer::builder(
        &bus.transport,
        messaging::Target::topic("relay").server("one"),
    )
    .endpoint(RelayEndpoint::new(relay))
    .start()
    .await
    .unwrap();
    // The caller gives up; what the handler then learns is seen by another call's context.
    let caller = RelayClient::new(&bus.transport);
    let error = caller.ask_late().timeout(Duration::from_secs(3)).await.unwrap_err();
    assert_eq!(error.rpc().unwrap().kind(), ErrorKind::Timeout);
    server.stop();
    server.wait().await;
}
