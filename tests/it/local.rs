//! Clients without a transport give what those over a bus give.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use messaging::testing::{LocalServer, Mock};
use messaging::{
    AccessPolicy, CallError, Context, ErrorKind, Failure, Proxy as _, RpcClient, Target, rpc_api,
    version,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api::{
    Filter, Manager, Scheduler as _, SchedulerClient, SchedulerClientAt, SchedulerEndpoint,
    SchedulerError, Spec,
};
use crate::bus::{Bus, on_both};

/// What is written otherwise than it is read.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename(serialize = "one", deserialize = "another"))]
struct Odd {
    #[serde(rename(serialize = "written", deserialize = "read"))]
    field: u32,
}

/// As of today.
#[rpc_api(topic = "odd", version = "1.0")]
trait Today {
    async fn no_json(&self, ctx: &Context) -> Result<BTreeMap<(u8, u8), u8>, Infallible>;
    async fn odd(&self, ctx: &Context) -> Result<Odd, Infallible>;
    async fn take(&self, ctx: &Context, odd: Odd) -> Result<u32, Infallible>;
    async fn large(&self, ctx: &Context) -> Result<(), String>;
}

struct It;

impl Today for It {
    async fn no_json(&self, _: &Context) -> Result<BTreeMap<(u8, u8), u8>, Infallible> {
        Ok(BTreeMap::from([((1, 2), 3)]))
    }

    async fn odd(&self, _: &Context) -> Result<Odd, Infallible> {
        Ok(Odd { field: 1 })
    }

    async fn take(&self, _: &Context, odd: Odd) -> Result<u32, Infallible> {
        Ok(odd.field)
    }

    async fn large(&self, _: &Context) -> Result<(), String> {
        Err("x".repeat(100_000))
    }
}

/// The same API, as a client of tomorrow knows it.
#[rpc_api(topic = "odd", version = "1.0")]
#[allow(dead_code)] // the client is what is tested
trait Tomorrow {
    async fn added(&self, ctx: &Context) -> Result<(), Infallible>;
}

/// And of the day after, when the version was raised.
#[rpc_api(topic = "odd", version = "1.1")]
#[allow(dead_code)]
trait Later {
    #[rpc(since = "1.1")]
    async fn added(&self, ctx: &Context) -> Result<(), Infallible>;
}

/// The clients that are compared.
struct Clients {
    scheduler: SchedulerClient,
    by_name: RpcClient,
    today: TodayClient,
    tomorrow: TomorrowClient,
    later: LaterClient,
}

impl Clients {
    fn of(bus: &Bus) -> Self {
        let transport = &bus.transport;
        Self {
            scheduler: SchedulerClient::new(transport),
            by_name: RpcClient::new(transport, target(bus)),
            today: TodayClient::new(transport),
            tomorrow: TomorrowClient::new(transport),
            later: LaterClient::new(transport),
        }
        .on(&bus.topic)
    }

    fn local(bus: &Bus, manager: &Manager) -> Self {
        // With what the server on the bus serves.
        let server = || {
            LocalServer::new()
                .endpoint(SchedulerEndpoint::new(manager.clone()))
                .endpoint(TodayEndpoint::new(It))
        };
        Self {
            scheduler: server().client(),
            by_name: server().client_for(target(bus)),
            today: server().client(),
            tomorrow: server().client(),
            later: server().client(),
        }
        .on(&bus.topic)
    }

    /// On one topic, so that errors have the same text.
    fn on(self, topic: &str) -> Self {
        let Self { scheduler, by_name, today, tomorrow, later } = self;
        Self {
            scheduler: scheduler.prepare().topic(topic).build().unwrap(),
            by_name,
            today: today.prepare().topic(topic).build().unwrap(),
            tomorrow: tomorrow.prepare().topic(topic).build().unwrap(),
            later: later.prepare().topic(topic).build().unwrap(),
        }
    }

    /// What each situation gives, by its name.
    async fn outcomes(&self) -> Vec<(&'static str, String)> {
        let (scheduler, filter) = (&self.scheduler, Filter::default());
        let zone = Filter { zone: Some("north".into()) };
        let old = scheduler.prepare().version(version!("2.2").version()).build().unwrap();
        let server = scheduler.prepare().server("one").build().unwrap();
        let nowhere = scheduler.prepare().namespace("nowhere").build().unwrap();
        let short = Duration::from_millis(100);
        let ctx = Context::new().with("user", "alice").with("load", f64::NAN);
        let late = Context::new().with("deep", nested(200));
        let by_name = &self.by_name;
        vec![
            ("a result", told(scheduler.select_hosts(Spec { ram: 1 }, zone.clone()).await)),
            (
                "the user's error",
                told(scheduler.select_hosts(Spec { ram: 0 }, filter.clone()).await),
            ),
            ("its fields", told(scheduler.select_hosts(Spec { ram: 9000 }, filter.clone()).await)),
            ("a long error", told(self.today.large().await)),
            ("a panic", told(scheduler.panic().await)),
            ("a time-out", told(scheduler.hold().timeout(short).await)),
            ("the method's time-out", told(scheduler.newest().await)),
            ("an echo", told(scheduler.echo(json!([1.5, null, "é\u{2028}"])).await)),
            ("a blocking method", told(scheduler.block(0).await.map(drop))),
            ("a named server", told(server.whoami().await)),
            ("a default left out", told(old.select_hosts(Spec { ram: 1 }, filter).await)),
            ("a parameter too new", told(old.select_hosts(Spec { ram: 1 }, zone).await)),
            (
                "a method too new",
                told(old.update("h".into()).await.map_err(CallError::<String>::Rpc)),
            ),
            ("another namespace", told(nowhere.whoami().await)),
            ("an unknown method", told(self.tomorrow.added().await)),
            ("a newer version", told(self.later.added().await)),
            ("a result that is no JSON", told(self.today.no_json().await)),
            ("a result that cannot be read", told(self.today.odd().await)),
            ("an argument that cannot be read", told(self.today.take(Odd { field: 1 }).await)),
            ("a missing argument", told(by_name.call::<Value>("echo", json!({})).await)),
            ("one argument too many", told(by_name.call::<Value>("whoami", json!({"a": 1})).await)),
            ("arguments of another shape", told(by_name.call::<Value>("echo", json!([1])).await)),
            (
                "a context",
                told(scheduler.seen().context(&ctx).await.map(|seen| seen["values"].clone())),
            ),
            (
                "a context too deep",
                told(scheduler.seen().context(&late).await.map(|seen| seen["values"].clone())),
            ),
            (
                "a monitored call",
                told(
                    scheduler
                        .seen()
                        .monitor(short)
                        .await
                        .map(|seen| seen["client_timeout"].clone()),
                ),
            ),
        ]
    }
}

fn target(bus: &Bus) -> Target {
    bus.target().version(version!("2.0"))
}

fn nested(depth: usize) -> Value {
    (0..depth).fold(json!(1), |inner, _| json!([inner]))
}

/// All that is seen of an outcome. A time-out tells of the road, so of it nothing else.
fn told<T: std::fmt::Debug, E: std::fmt::Debug>(outcome: Result<T, CallError<E>>) -> String {
    match outcome {
        Ok(value) => format!("{value:?}"),
        Err(CallError::Remote(error)) => format!("Remote {error:?}"),
        Err(CallError::Rpc(error)) if error.is_timeout() => "a time-out".to_owned(),
        Err(CallError::Rpc(error)) => {
            let kind = error.kind();
            let source = std::error::Error::source(&error).map(ToString::to_string);
            let failure: Option<&Failure> = error.failure();
            let error = error.to_string().replace("server `local`", "server `one`");
            format!("{kind:?} {error} {source:?} {failure:?}")
        }
    }
}

on_both! {
    async fn a_local_client_gives_what_one_over_a_bus_gives(bus: Bus) {
        let (manager, _seen) = Manager::new("one");
        let _server = bus
            .builder("one")
            .endpoint(SchedulerEndpoint::new(manager.clone()))
            .endpoint(TodayEndpoint::new(It))
            .start()
            .await
            .unwrap();
        let over_the_bus = Clients::of(&bus).outcomes().await;
        let local = Clients::local(&bus, &manager).outcomes().await;
        for (there, here) in over_the_bus.iter().zip(&local) {
            assert_eq!(here, there);
        }
        // And they are what they are said to be.
        let outcomes: BTreeMap<_, _> = local.into_iter().collect();
        for (situation, expected) in [
            ("a result", "[\"north\"]"),
            ("the user's error", "Remote Maintenance"),
            ("a panic", "Remote call"),
            ("a time-out", "a time-out"),
            ("a parameter too new", "Version"),
            ("a method too new", "Version"),
            ("another namespace", "UnsupportedVersion"),
            ("an unknown method", "NoSuchMethod"),
            ("a newer version", "UnsupportedVersion"),
            ("a result that is no JSON", "Remote call"),
            ("a result that cannot be read", "Decode"),
            ("an argument that cannot be read", "BadRequest"),
            ("a monitored call", "Number(2)"),
        ] {
            assert!(outcomes[situation].starts_with(expected), "{situation}: {}", outcomes[situation]);
        }
    }
}

/// With the only server that there is.
#[tokio::test]
async fn a_local_client_negotiates() {
    let today: TomorrowClient = LocalServer::new().endpoint(TodayEndpoint::new(It)).client();
    let later = LocalServer::new().endpoint(TodayEndpoint::new(It)).client::<LaterClient>();
    assert!(today.negotiate().await.unwrap().can_send(TomorrowClient::ADDED));
    assert!(!later.negotiate().await.unwrap().can_send(LaterClient::ADDED));
}

/// As every server does.
#[tokio::test]
async fn a_local_client_of_a_literal_version_is_pinned_to_it() {
    let (manager, _seen) = Manager::new("one");
    let server = LocalServer::new().endpoint(SchedulerEndpoint::new(manager));
    let local: SchedulerClientAt<version!("2.3")> = server.client();
    let mock: SchedulerClientAt<version!("2.3")> = Mock::new().client();
    for client in [local, mock] {
        assert!(client.can_send(SchedulerClient::UPDATE));
        assert!(!client.can_send(SchedulerClient::NEWEST));
        let refused = client.any_version().newest().await.unwrap_err();
        assert!(refused.rpc().unwrap().is_version_refused(), "{refused}");
    }
}

#[tokio::test]
async fn a_local_client_tells_of_itself() {
    let (manager, _seen) = Manager::new("one");
    let scheduler = SchedulerClient::local(manager);
    scheduler.whoami().await.unwrap();
    let stats = scheduler.introspection().stats().await.unwrap();
    let calls = |api: &str, method: &str| {
        let api = stats.apis.iter().find(|it| it.api == api).unwrap();
        api.methods.iter().find(|it| it.method == method).unwrap().calls
    };
    assert_eq!((calls("Scheduler", "whoami"), calls("Scheduler", "echo")), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_gather_has_the_one_answer_and_is_over() {
    let (manager, _seen) = Manager::new("one");
    let scheduler = SchedulerClient::local(manager);
    let began = tokio::time::Instant::now();
    let all = scheduler.whoami().gather(Duration::from_secs(5)).await.unwrap().all().await;
    assert_eq!(all[0].server.as_deref(), Some("local"));
    assert_eq!((all.len(), all[0].result.as_ref().unwrap().as_str()), (1, "one"));
    assert_eq!(began.elapsed().as_secs(), 0);
    let all = scheduler.hold().gather(Duration::from_secs(5)).await.unwrap().all().await;
    assert_eq!((all.len(), began.elapsed().as_secs()), (0, 5));
}

/// So that a test sees what it did.
#[tokio::test]
async fn a_cast_and_a_fanout_end_when_the_method_has() {
    let (manager, mut seen) = Manager::new("one");
    let scheduler = SchedulerClient::local(manager);
    scheduler.update("h1".into()).await.unwrap();
    assert_eq!(seen.try_recv().unwrap(), "h1 on one");
    scheduler.update("h2".into()).fanout().await.unwrap();
    assert_eq!(seen.try_recv().unwrap(), "h2 on one");
    // What it answers, and that it fails, nobody is told.
    scheduler.panic().cast().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_cast_waits_no_longer_than_its_time_and_its_method_goes_on() {
    let (manager, mut seen) = Manager::new("one");
    let scheduler = SchedulerClient::local(manager.clone());
    let began = tokio::time::Instant::now();
    scheduler.hold().cast().timeout(Duration::from_secs(5)).await.unwrap();
    assert_eq!(began.elapsed().as_secs(), 5);
    assert_eq!(seen.try_recv().unwrap(), "holds on one");
    manager.release.one();
    tokio::task::yield_now().await;
    assert_eq!(manager.running.load(std::sync::atomic::Ordering::SeqCst), 0);
}

#[tokio::test(start_paused = true)]
async fn a_local_call_ends_exactly_at_its_timeout_and_its_method_with_it() {
    let (manager, _seen) = Manager::new("one");
    let release = Arc::downgrade(&manager.release);
    let scheduler = SchedulerClient::local(manager);
    for (seconds, call) in [
        (60, scheduler.hold()),
        (30, scheduler.hold().timeout(Duration::from_secs(30))),
        (0, scheduler.hold().timeout(Duration::ZERO)),
    ] {
        let began = tokio::time::Instant::now();
        let error = call.await.unwrap_err();
        assert_eq!(began.elapsed().as_secs(), seconds);
        let error = error.rpc().unwrap();
        assert_eq!(error.kind(), ErrorKind::Timeout);
        let text = error.to_string();
        for part in ["`hold`", "`scheduler`", &format!("{seconds}")] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
    drop(scheduler);
    assert!(release.upgrade().is_none(), "no method goes on");
}

/// A handler that calls another service passes on what is left of its caller's time.
#[tokio::test(start_paused = true)]
async fn a_deadline_is_inherited_by_calls_that_a_local_method_makes() {
    #[rpc_api(topic = "front", version = "1.0")]
    trait Front {
        async fn ask(&self, ctx: &Context) -> Result<Value, SchedulerError>;
    }

    struct Through(SchedulerClient);

    impl Front for Through {
        async fn ask(&self, ctx: &Context) -> Result<Value, SchedulerError> {
            tokio::time::sleep(Duration::from_secs(2)).await;
            Ok(self.0.seen().context(ctx).await.expect("an answer"))
        }
    }

    let (manager, _seen) = Manager::new("one");
    let front = FrontClient::local(Through(SchedulerClient::local(manager)));
    let call = front.ask().timeout(Duration::from_secs(10)).context(&Context::new().with("a", 1));
    let seen = call.await.unwrap();
    assert_eq!((&seen["remaining"], &seen["values"]), (&json!(8000), &json!({"a": 1})));
}

/// The clock and the threads are then those of the system.
#[test]
fn a_local_client_needs_no_runtime() {
    let (manager, _seen) = Manager::new("one");
    let scheduler = SchedulerClient::local(manager);
    smol::block_on(async {
        assert_eq!(scheduler.whoami().await.unwrap(), "one");
        scheduler.block(0).await.unwrap();
        let error = scheduler.hold().timeout(Duration::from_millis(20)).await.unwrap_err();
        assert_eq!(error.rpc().unwrap().kind(), ErrorKind::Timeout);
        scheduler.hold().cast().timeout(Duration::from_millis(20)).await.unwrap();
    });
}

#[tokio::test]
async fn a_local_server_has_several_apis_and_an_access_policy() {
    let (manager, _seen) = Manager::new("one");
    let manager = Arc::new(manager);
    let server = || {
        LocalServer::new()
            .endpoint(SchedulerEndpoint::from_arc(Arc::clone(&manager)))
            .endpoint(TodayEndpoint::new(It))
            .access_policy(AccessPolicy::explicit(["whoami", "large"]))
    };
    let scheduler: SchedulerClient = server().client();
    assert_eq!(scheduler.whoami().await.unwrap(), manager.whoami(&Context::new()).await.unwrap());
    let error = scheduler.echo(json!(1)).await.unwrap_err();
    assert_eq!(error.rpc().unwrap().kind(), ErrorKind::NoSuchMethod);
    assert!(matches!(server().client::<TodayClient>().large().await, Err(CallError::Remote(_))));
}
