//! What servers tell of themselves.

use std::time::Duration;

use messaging::contract::Verdict;
use messaging::driver::{Notes, Publish};
use messaging::introspection::{Introspection, MethodStatistics};
use messaging::testing::LocalServer;
use messaging::{
    AccessPolicy, BaseApi, ErrorKind, Proxy as _, RpcClient, RpcServer, Version, version,
};
use serde_json::{Value, json};

use crate::api::{Manager, SchedulerClient, SchedulerEndpoint, Spec, client, serve};
use crate::bus::{Bus, WITHIN, on_both, send, unique};
use crate::faulty::Faulty;
use crate::log::Log;

/// The scheduler as an older client knows it.
mod older {
    use messaging::{Context, rpc_api};

    #[rpc_api(topic = "scheduler", version = "2.5")]
    pub(super) trait Scheduler {
        #[rpc(idempotent)]
        async fn whoami(&self, ctx: &Context) -> Result<String, String>;

        /// Which later servers dropped, as they should not have.
        async fn lost(&self, ctx: &Context) -> Result<(), String>;
    }
}

fn older(bus: &Bus) -> older::SchedulerClient {
    let client = older::SchedulerClient::new(&bus.transport);
    client.prepare().topic(&bus.topic).build().expect("a client")
}

fn introspection(bus: &Bus, server: &str) -> Introspection {
    Introspection::of(&bus.transport, bus.target().server(server)).expect("a client")
}

fn numbers(server: &RpcServer, method: &str) -> MethodStatistics {
    server.statistics().method(None, method).expect("a method that is served").clone()
}

on_both! {
    async fn a_server_says_who_it_is(bus: Bus) {
        let _servers = (serve(&bus, "one").await, serve(&bus, "two").await);
        for name in ["one", "two"] {
            let pong = introspection(&bus, name).ping().await.unwrap();
            assert_eq!((&*pong.server, &pong.topic, pong.pid), (name, &bus.topic, std::process::id()));
            assert_eq!(pong.library.name, "messaging");
        }
        // As the client asks that it stands beside.
        let client = client(&bus).prepare().server("two").version(version!("2.0")).build().unwrap();
        assert_eq!(client.introspection().ping().await.unwrap().server, "two");
    }

    async fn a_server_describes_what_it_serves(bus: Bus) {
        let (manager, _seen) = Manager::new("one");
        let builder = bus.builder("one").endpoint(SchedulerEndpoint::new(manager));
        let base = BaseApi::new("scheduler");
        let _server = builder.endpoint_also_in(base, [None, Some("old")]).start().await.unwrap();
        let description = introspection(&bus, "one").describe().await.unwrap();
        assert_eq!((&*description.server, &description.topic), ("one", &bus.topic));
        let [scheduler, base] = &description.apis[..] else { panic!("{description:?}") };
        let contract = SchedulerClient::contract();
        assert_eq!(scheduler.contract, contract);
        assert_eq!(scheduler.contract.docs, "The scheduler.");
        assert_eq!((&scheduler.surface_hash, &scheduler.hash), (&contract.surface_hash(), &contract.hash()));
        assert!(base.is_in(Some("baseapi")) && base.is_in(Some("old")) && base.is_in(None));
        assert_eq!(client(&bus).contract_difference().await.unwrap(), None);
    }

    async fn a_client_says_which_method_of_a_server_differs(bus: Bus) {
        let _server = serve(&bus, "one").await;
        let difference = older(&bus).contract_difference().await.unwrap().unwrap();
        assert_eq!((&*difference.server, difference.known), ("one", Version::new(2, 5)));
        let methods = difference.methods();
        assert!(methods.contains(&"lost") && methods.contains(&"whoami"), "{methods:?}");
        assert_eq!(difference.verdict(), Verdict::Breaks);
        let text = difference.to_string();
        for part in ["`one` has version 2.6", "method `lost`: it is gone", "method `whoami`: it is no longer idempotent"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        // Whose error may come of it says so.
        let error = older(&bus).lost().await.unwrap_err();
        assert_eq!(error.rpc().unwrap().kind(), ErrorKind::NoSuchMethod);
        let text = error.to_string();
        assert!(text.ends_with("; the server's contract is not this client's: `contract_difference()` names what differs"), "{text}");
        let error = client(&bus).select_hosts(Spec { ram: 0 }, Default::default()).await.unwrap_err();
        assert!(!error.to_string().contains("contract"), "{error}");
    }

    async fn a_client_says_which_servers_differ(bus: Bus) {
        let _same = serve(&bus, "same").await;
        let (manager, _seen) = Manager::new("silent");
        let builder = bus.builder("silent").endpoint(SchedulerEndpoint::new(manager));
        let _silent = builder.introspection(false).start().await.unwrap();
        let _another = bus.serve("another", BaseApi::new("any")).await;
        let window = Duration::from_secs(4);
        let answers = client(&bus).contract_differences(window).await.unwrap();
        assert_eq!(answers.len(), 3, "{answers:?}");
        for answer in answers {
            match answer.server.as_deref() {
                Some("same") => assert_eq!(answer.result.unwrap(), None),
                Some("silent") => {
                    let error = answer.result.unwrap_err();
                    assert_eq!(error.rpc().unwrap().kind(), ErrorKind::UnsupportedVersion);
                }
                _ => assert_eq!(answer.result.unwrap().unwrap().served, None),
            }
        }
    }

    async fn a_server_that_describes_nothing_is_told_of(bus: Bus) {
        let (manager, _seen) = Manager::new("one");
        let builder = bus.builder("one").endpoint(SchedulerEndpoint::new(manager));
        let _server = builder.introspection(false).start().await.unwrap();
        let error = older(&bus).contract_difference().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnsupportedVersion, "{error}");
        assert_eq!(older(&bus).whoami().await.unwrap(), "one");
        let error = older(&bus).lost().await.unwrap_err().rpc().unwrap().to_string();
        assert!(error.contains("the server's contract is not this client's"), "{error}");
    }

    async fn what_became_of_each_call_is_counted(bus: Bus) {
        let (server, mut seen, manager) = serve(&bus, "one").await;
        let client = client(&bus);
        client.whoami().await.unwrap();
        client.whoami().await.unwrap();
        client.update("h1".into()).await.unwrap();
        seen.recv().await.unwrap();
        client.select_hosts(Spec { ram: 0 }, Default::default()).await.unwrap_err();
        client.panic().await.unwrap_err();
        let by_name = RpcClient::new(&bus.transport, bus.target().version(version!("2.0")));
        for wrong in [json!({}), json!({"value": 1, "more": 1})] {
            by_name.call::<Value>("echo", wrong).await.unwrap_err();
        }
        by_name.call::<Value>("none", json!({})).await.unwrap_err();
        let newer = by_name.prepare().version(version!("2.7")).build().unwrap();
        newer.call::<Value>("echo", json!({})).await.unwrap_err();
        let held = tokio::spawn(client.hold().into_future());
        seen.recv().await.unwrap();
        let driver = bus.driver().await;
        send(&*driver, &bus.to_topic(), b"nothing").await;

        let mut stats = introspection(&bus, "one").stats().await.unwrap();
        while stats.malformed == 0 || stats.method(None, "update").unwrap().succeeded == 0 {
            stats = introspection(&bus, "one").stats().await.unwrap();
        }
        assert_eq!((&*stats.server, &stats.topic), ("one", &bus.topic));
        assert_eq!((stats.malformed, stats.unknown), (1, 2));
        assert_eq!((&*stats.apis[0].api, stats.apis[0].version), ("Scheduler", Version::new(2, 6)));
        for (method, calls, succeeded, failed, refused, panicked, in_flight) in [
            ("whoami", 2, 2, 0, 0, 0, 0),
            ("update", 1, 1, 0, 0, 0, 0),
            ("select_hosts", 1, 0, 1, 0, 0, 0),
            ("panic", 1, 0, 0, 0, 1, 0),
            ("echo", 2, 0, 0, 2, 0, 0),
            ("hold", 1, 0, 0, 0, 0, 1),
            ("newest", 0, 0, 0, 0, 0, 0),
        ] {
            let it = stats.method(None, method).unwrap();
            assert_eq!(
                (it.calls, it.succeeded, it.failed, it.refused, it.panicked, it.in_flight),
                (calls, succeeded, failed, refused, panicked, in_flight),
                "{method}"
            );
            assert_eq!(it.durations.count(), calls - in_flight, "{method}");
            assert_eq!(it.errors(), failed + refused + panicked, "{method}");
        }
        manager.release.one();
        held.await.unwrap().unwrap();
        drop(server);
    }

    async fn copies_are_counted_apart(bus: Bus) {
        let (server, mut seen, _manager) = serve(&bus, "one").await;
        let driver = bus.driver().await;
        let cast = json!({
            "method": "update", "version": "2.3", "args": {"host": "h1"}, "_unique_id": unique(),
        });
        for _ in 0..2 {
            send(&*driver, &bus.to_topic(), cast.to_string().as_bytes()).await;
        }
        seen.recv().await.unwrap();
        let mut update = numbers(&server, "update");
        while update.duplicates == 0 || update.in_flight > 0 {
            tokio::task::yield_now().await;
            update = numbers(&server, "update");
        }
        assert_eq!((update.calls, update.succeeded, update.duplicates), (1, 1, 1));
    }

    async fn it_is_switched_off_by_its_switch_or_by_the_policy(bus: Bus) {
        let (manager, _seen) = Manager::new("one");
        let builder = || bus.builder("one").endpoint(SchedulerEndpoint::new(manager.clone()));
        let policy = AccessPolicy::explicit(["whoami", "ping"]);
        for (builder, ping, refused) in [
            (builder().introspection(false), false, ErrorKind::UnsupportedVersion),
            (builder().access_policy(policy), true, ErrorKind::NoSuchMethod),
        ] {
            let server = builder.start().await.unwrap();
            assert_eq!(introspection(&bus, "one").ping().await.is_ok(), ping);
            let error = introspection(&bus, "one").stats().await.unwrap_err();
            assert_eq!(error.rpc().unwrap().kind(), refused);
            // It is counted all the same.
            client(&bus).whoami().await.unwrap();
            let refused = if ping { 1 } else { 2 };
            assert_eq!((server.statistics().unknown, numbers(&server, "whoami").calls), (refused, 1));
            server.stop();
            server.wait().await;
        }
    }

    /// As they were before there was a built-in API.
    async fn refusals_do_not_tell_of_it(bus: Bus) {
        let _server = serve(&bus, "one").await;
        let client = RpcClient::new(&bus.transport, bus.target().version(version!("7.0")));
        let error = client.call::<Value>("whoami", json!({})).await.unwrap_err();
        let text = error.rpc().unwrap().to_string();
        assert!(text.contains("served here: the null namespace 2.6)"), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn durations_are_those_of_the_handlers_alone() {
    let bus = Bus::memory().await;
    let (server, mut seen, manager) = serve(&bus, "one").await;
    for millis in [0, 5, 6, 400, 20_000] {
        let call = tokio::spawn(client(&bus).hold().into_future());
        seen.recv().await.unwrap();
        tokio::time::sleep(Duration::from_millis(millis)).await;
        manager.release.one();
        call.await.unwrap().unwrap();
    }
    let durations = introspection(&bus, "one").stats().await.unwrap();
    let durations = &durations.method(None, "hold").unwrap().durations;
    let ms = Duration::from_millis;
    assert_eq!(durations.bounds.len() + 1, durations.counts.len());
    // To 5 ms, to 10 ms, to 500 ms, and longer than all.
    let filled = durations.counts.iter().enumerate().filter(|(_, count)| **count > 0);
    let filled: Vec<_> = filled.map(|(bucket, count)| (bucket, *count)).collect();
    assert_eq!(filled, [(0, 2), (1, 1), (7, 1), (14, 1)]);
    assert_eq!(durations.within(0.5), Some(ms(10)));
    assert_eq!(durations.within(1.0), Some(ms(20_000)));
    assert_eq!((durations.sum, durations.longest), (20.411, 20.0));
    assert_eq!(introspection(&bus, "one").ping().await.unwrap().uptime, 20.411);
    drop(server);
}

#[tokio::test(start_paused = true)]
async fn what_is_cut_off_has_no_duration() {
    let bus = Bus::memory().await;
    let (server, mut seen, _manager) = serve(&bus, "one").await;
    let held = tokio::spawn(client(&bus).hold().into_future());
    seen.recv().await.unwrap();
    assert!(!server.shutdown(WITHIN).await.is_clean());
    held.await.unwrap().unwrap_err();
    let hold = numbers(&server, "hold");
    assert_eq!((hold.calls, hold.cut_off, hold.in_flight, hold.errors()), (1, 1, 0, 1));
    assert_eq!(hold.durations.count(), 0);
}

#[tokio::test]
async fn a_call_that_came_too_late_is_not_begun_and_counted_as_expired() {
    let bus = Bus::memory().await;
    let (server, _seen, _manager) = serve(&bus, "one").await;
    let call = json!({
        "method": "whoami", "version": "2.0", "_msg_id": unique(), "_reply_q": "reply_none",
    })
    .to_string();
    let (driver, address) = (bus.driver().await, bus.to_topic());
    let message = Publish {
        address: &address,
        body: call.as_bytes(),
        notes: Notes::NONE,
        expires: Some(Duration::ZERO),
        mandatory: true,
        within: WITHIN,
        retries: None,
    };
    driver.publish(message).await.unwrap();
    // Of two messages of one queue the first is taken first.
    client(&bus).seen().await.unwrap();
    let mut whoami = numbers(&server, "whoami");
    while whoami.expired == 0 {
        tokio::task::yield_now().await;
        whoami = numbers(&server, "whoami");
    }
    assert_eq!((whoami.expired, whoami.calls), (1, 0));
}

/// The messages that ask servers to describe themselves.
fn asked(recorder: &Faulty) -> usize {
    recorder.sent().iter().filter(|sent| sent.message["method"] == "describe").count()
}

/// In the background, by no more than one message, and told in one line.
#[tokio::test(start_paused = true)]
async fn another_contract_is_asked_for_once_and_logged_once() {
    let (bus, recorder) = Faulty::over(Bus::memory().await).await;
    let _server = serve(&bus, "one").await;
    let log = Log::default();
    let _logging = tracing::subscriber::set_default(log.clone());
    client(&bus).whoami().await.unwrap();
    for _ in 0..3 {
        older(&bus).whoami().await.unwrap();
        older(&bus).prepare().server("one").build().unwrap().whoami().await.unwrap();
    }
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(asked(&recorder), 1);
    let lines = log.lines();
    assert_eq!(lines.len(), 1, "{lines:#?}");
    for part in ["WARN", &bus.topic, "api=\"Scheduler\"", "server=\"one\"", "method `lost`"] {
        assert!(lines[0].contains(part), "{part}: {}", lines[0]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_local_client_tells_the_same() {
    let (manager, _seen) = Manager::new("one");
    let server = LocalServer::new().endpoint(SchedulerEndpoint::new(manager));
    let client: older::SchedulerClient = server.client();
    let difference = client.contract_difference().await.unwrap().unwrap();
    assert!(difference.to_string().contains("method `lost`: it is gone"), "{difference}");
    let error = client.lost().await.unwrap_err().rpc().unwrap().to_string();
    assert!(error.contains("; the server's contract is not this client's"), "{error}");
}
