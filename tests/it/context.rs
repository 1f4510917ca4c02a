//! What travels beside the arguments.

use std::convert::Infallible;
use std::time::Duration;

use messaging::driver::OpenInbox;
use messaging::{Context, ErrorKind, Proxy as _, rpc_api};
use serde_json::json;
use tokio::sync::mpsc;

use crate::api::{SchedulerClient, client, serve};
use crate::bus::{Bus, WITHIN, message, on_both, send, unique};

on_both! {
    async fn the_context_of_the_call_reaches_the_handler(bus: Bus) {
        let _server = serve(&bus, "one").await;
        let context = Context::new().with("user", "alice").with("roles", vec!["a", "b"]);
        let seen = client(&bus).seen().context(&context).await.unwrap();
        assert_eq!(seen["values"], json!({"user": "alice", "roles": ["a", "b"]}));
        let seen = client(&bus).seen().await.unwrap();
        assert_eq!(seen["values"], json!({}));
    }

    /// A request is not refused for what its handler may never look at.
    async fn what_a_context_cannot_hold_arrives_as_its_text(bus: Bus) {
        let _server = serve(&bus, "one").await;
        let driver = bus.driver().await;
        let mut inbox = driver.open_inbox(OpenInbox::within(WITHIN)).await.unwrap();
        let body = format!(
            r#"{{"method": "seen", "version": "2.0", "_msg_id": "id-1", "_reply_q": "{}",
                "_context_load": NaN, "_context_user": "alice", "_context_msg_id": "another",
                "_context_client_timeout": 5}}"#,
            inbox.queue
        );
        send(&*driver, &bus.to_topic(), body.as_bytes()).await;
        let reply = inbox.consumer.next().await.unwrap().unwrap();
        let values = message(&reply.body)["result"]["values"].take();
        // The names that the wire has taken are not the client's to set.
        assert_eq!(values, json!({"load": "NaN", "user": "alice"}));
        reply.settle.ack().await.unwrap();
        inbox.consumer.close(WITHIN).await.unwrap();
    }

    /// As in a Python handler, whose context has the same key.
    async fn a_handler_knows_how_long_its_caller_monitors_it(bus: Bus) {
        let _server = serve(&bus, "one").await;
        let seen = client(&bus).seen().monitor(Duration::from_secs(30)).await.unwrap();
        assert_eq!(seen["values"], json!({"client_timeout": 30}));
        assert_eq!(seen["client_timeout"], 30);
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
        .endpoint(RelayEndpoint::new(Forwarder {
            scheduler: client(&bus),
            late: mpsc::unbounded_channel().0,
        }))
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
    /// Tells the test how a call ends that is made after the caller's deadline.
    #[rpc(timeout = "3s")]
    async fn ask_late(&self, ctx: &Context) -> Result<(), Infallible>;
}

struct Forwarder {
    scheduler: SchedulerClient,
    late: mpsc::UnboundedSender<messaging::Error>,
}

impl Relay for Forwarder {
    async fn ask(&self, ctx: &Context) -> Result<serde_json::Value, Infallible> {
        Ok(self.scheduler.seen().context(ctx).await.unwrap())
    }

    async fn ask_late(&self, ctx: &Context) -> Result<(), Infallible> {
        tokio::time::sleep(ctx.remaining().unwrap()).await;
        let error = self.scheduler.whoami().context(ctx).await.unwrap_err();
        self.late.send(error.rpc().unwrap().clone()).unwrap();
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_once_the_callers_deadline_has_passed() {
    let bus = Bus::memory().await;
    let (late, mut learned) = mpsc::unbounded_channel();
    // No scheduler is there: a request that was sent would be unroutable.
    let relay = Forwarder { scheduler: client(&bus), late };
    let target = messaging::Target::topic("relay").server("one");
    let builder = messaging::RpcServer::builder(&bus.transport, target);
    let _server = builder.endpoint(RelayEndpoint::new(relay)).start().await.unwrap();

    let error = RelayClient::new(&bus.transport).ask_late().await.unwrap_err();
    assert_eq!(error.rpc().unwrap().kind(), ErrorKind::Timeout);
    let error = learned.recv().await.unwrap();
    assert_eq!(error.kind(), ErrorKind::NotSent);
    assert!(error.to_string().contains("not sent"), "{error}");
}
