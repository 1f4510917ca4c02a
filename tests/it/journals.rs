//! What was sent is remembered, and an assertion that fails tells of it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use messaging::testing::{Expected, Recorder};
use messaging::{Context, ErrorKind, Proxy as _, RpcClient, RpcServer, Target, version};
use serde_json::json;

use crate::api::{Filter, Manager, SchedulerClient, SchedulerEndpoint, Spec};

/// The text of the panic.
fn failed<T>(assertion: impl FnOnce() -> T) -> String {
    let panic = catch_unwind(AssertUnwindSafe(assertion)).err().expect("the assertion fails");
    panic.downcast_ref::<String>().expect("a text").clone()
}

fn sink() -> (Recorder, SchedulerClient) {
    let recorder = Recorder::sink();
    let scheduler = SchedulerClient::new(&recorder.transport().unwrap());
    (recorder, scheduler)
}

/// Arguments match by what is mentioned, so deep as it is mentioned.
#[tokio::test(start_paused = true)]
async fn what_was_sent_is_found_by_what_is_mentioned() {
    let (recorder, scheduler) = sink();
    recorder.assert_nothing_sent();
    let ctx = Context::new().with("user", "alice");
    let filter = Filter { zone: Some("north".into()) };
    let call = scheduler.select_hosts(Spec { ram: 7 }, filter).context(&ctx);
    let error = call.timeout(Duration::from_secs(30)).await.unwrap_err();
    assert_eq!(error.rpc().unwrap().kind(), ErrorKind::Timeout);
    let one = scheduler.prepare().server("one").build().unwrap();
    one.update("h1".into()).await.unwrap();
    one.update("h2".into()).fanout().await.unwrap();
    one.whoami().cast().await.unwrap();

    recorder.assert_called("scheduler", "select_hosts", json!({"filter": {"zone": "north"}}));
    recorder.assert_cast("scheduler", "update", json!({"host": "h1"}));
    recorder.assert_fanout("scheduler", SchedulerClient::UPDATE, json!({}));
    let call = Expected::call(SchedulerClient::SELECT_HOSTS)
        .exchange("openstack")
        .version(version!("2.6").version())
        .context("user", "alice")
        .times(1);
    let sent = recorder.assert(call);
    assert_eq!(sent[0].expires, Some(Duration::from_secs(30)));
    assert_eq!(recorder.assert(Expected::cast("whoami").server("one")).len(), 1);
    recorder.assert(Expected::call("whoami").times(0));
    recorder.clear();
    recorder.assert_nothing_sent();
}

#[tokio::test]
async fn a_failed_assertion_tells_what_was_sent_and_the_closest_first() {
    let (recorder, scheduler) = sink();
    scheduler.whoami().cast().await.unwrap();
    let ctx = Context::new().with("token", "secret");
    scheduler.update("h1".into()).context(&ctx).await.unwrap();
    scheduler.update("h2".into()).fanout().await.unwrap();

    let text = failed(|| recorder.assert_fanout("scheduler", "update", json!({"host": "h3"})));
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines,
        [
            "expected a fanout of `update` to topic `scheduler` with {\"host\":\"h3\"}; none was sent. \
             What was, the closest first:",
            "  fanout of `update` 2.3 to the fanout of topic `scheduler`, with {\"host\":\"h2\"}: \
             argument `host` is \"h2\", not \"h3\"",
            "  cast of `update` 2.3 to topic `scheduler` in exchange `openstack`, with \
             {\"host\":\"h1\"}, context of token: it is a cast, not a fanout; argument `host` is \
             \"h1\", not \"h3\"",
            "  cast of `whoami` 2.0 to topic `scheduler` in exchange `openstack`, with {}: the method \
             is `whoami`; it is a cast, not a fanout; argument `host` is missing",
        ]
    );
    let text = failed(|| recorder.assert(Expected::cast("update").times(2)));
    assert!(text.starts_with("expected a cast of `update`, 2 times; 1 were sent. All"), "{text}");
    assert!(text.lines().nth(1).unwrap().ends_with(": as expected"), "{text}");
    let text = failed(|| recorder.assert_nothing_sent());
    assert!(text.starts_with("nothing was to be sent") && text.lines().count() == 4, "{text}");
}

#[tokio::test]
async fn a_journal_keeps_the_last_and_says_how_many_it_dropped() {
    let recorder = Recorder::sink().keeping(2);
    let target = Target::topic("t").version(version!("1.0"));
    let client = RpcClient::new(&recorder.transport().unwrap(), target);
    for n in 0..5 {
        client.cast("m", json!({"n": n})).await.unwrap();
    }
    assert_eq!((recorder.sent().len(), recorder.dropped()), (2, 3));
    recorder.assert_cast("t", "m", json!({"n": 4}));
    let text = failed(|| recorder.assert_cast("t", "m", json!({"n": 0})));
    assert!(text.contains("3 that are no longer kept"), "{text}");
}

/// What goes on over a broker in memory: requests, and the answers to them.
#[tokio::test]
async fn a_recorder_passes_everything_on() {
    let recorder = Recorder::memory();
    let transport = recorder.transport().unwrap();
    let scheduler = SchedulerClient::new(&transport);
    assert!(scheduler.update("nobody".into()).await.unwrap_err().is_unroutable());
    let target = Target::topic("scheduler").server("one");
    let endpoint = SchedulerEndpoint::new(Manager::new("one").0);
    let _server = RpcServer::builder(&transport, target).endpoint(endpoint).start().await.unwrap();
    assert_eq!(scheduler.whoami().await.unwrap(), "one");
    recorder.assert_called("scheduler", "whoami", json!({}));
    recorder.assert_cast("scheduler", "update", json!({"host": "nobody"}));
    let replies = recorder.replies();
    assert_eq!((replies.len(), &replies[0].message["result"]), (1, &json!("one")));
}
