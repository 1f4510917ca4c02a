//! Servers: several APIs behind one topic, executors, and who gets what.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use messaging::driver::OpenInbox;
use messaging::{
    AccessPolicy, Answer, ApiDescriptor, BaseApi, Context, Endpoint, ErrorKind, Execute, Executor,
    Handled, Invocation, Job, MethodDescriptor, Proxy as _, RpcClient, RpcServer, Target, Unpack,
    Version, rpc_api, version,
};
use serde_json::{Value, json};

use crate::api::{Manager, SchedulerEndpoint, client, serve};
use crate::bus::{Bus, WITHIN, on_both, send, soon};

/// Answers with what it was asked.
struct Anything;

impl Endpoint for Anything {
    fn api(&self) -> ApiDescriptor {
        let known =
            MethodDescriptor::__new("known", Version::new(1, 0), false, true, None, "", &[]);
        let methods = Box::leak(Box::new([known, MethodDescriptor::ANY]));
        ApiDescriptor::new("Anything", Version::new(1, 0), methods)
    }

    fn handle(&self, invocation: Invocation) -> Handled {
        Box::pin(async move {
            let method = invocation.method().to_owned();
            let args: Value = Unpack::new(invocation).take_rest()?;
            Answer::new(&json!({"method": method, "args": args}))
        })
    }
}

on_both! {
    /// A header that a Python caller does not look at.
    async fn an_answer_names_its_server(bus: Bus) {
        let _server = serve(&bus, "one").await;
        let driver = bus.driver().await;
        let mut inbox = driver.open_inbox(OpenInbox::within(WITHIN)).await.unwrap();
        for method in ["whoami", "no_such"] {
            let call = json!({
                "method": method, "version": "2.0", "_msg_id": "1", "_reply_q": inbox.queue,
            });
            send(&*driver, &bus.to_topic(), call.to_string().as_bytes()).await;
            let delivery = inbox.consumer.next().await.unwrap().unwrap();
            assert_eq!(delivery.notes.get("messaging-server"), Some("one"));
            delivery.settle.ack().await.unwrap();
        }
        inbox.consumer.close(WITHIN).await.unwrap();
    }

    /// The one that refuses may be one of many.
    async fn a_refusal_says_which_server_it_is_of(bus: Bus) {
        let _server = serve(&bus, "one").await;
        let client = RpcClient::new(&bus.transport, bus.target().version(version!("2.0")));
        let error = client.call::<Value>("no_such", json!({})).await.unwrap_err();
        assert!(error.to_string().contains(": server `one` answered "), "{error}");
    }

    async fn several_apis_stand_behind_one_topic(bus: Bus) {
        let (manager, _seen) = Manager::new("one");
        let server = bus
            .builder("one")
            .endpoint(SchedulerEndpoint::new(manager))
            .endpoint(BaseApi::new("scheduler").backdoor_port(4444))
            .start()
            .await
            .unwrap();
        assert_eq!(client(&bus).whoami().await.unwrap(), "one");
        let base = RpcClient::new(
            &bus.transport,
            bus.target().namespace("baseapi").version(version!("1.1")),
        );
        let pong: Value = base.call("ping", json!({"arg": {"n": 1}})).await.unwrap();
        assert_eq!(pong, json!({"service": "scheduler", "arg": {"n": 1}}));
        let port: Option<u16> = base.call("get_backdoor_port", json!({})).await.unwrap();
        assert_eq!(port, Some(4444));
        let newer = base.prepare().version(version!("1.2")).build().unwrap();
        let error = newer.call::<Value>("ping", json!({"arg": 1})).await.unwrap_err();
        assert_eq!(error.rpc().unwrap().kind(), ErrorKind::UnsupportedVersion);
        drop(server);
    }

    /// Whatever its callers ask for, what is counted of it does not grow.
    async fn an_endpoint_may_serve_every_method(bus: Bus) {
        let server = bus.builder("one").endpoint(Anything).start().await.unwrap();
        let client = RpcClient::new(&bus.transport, bus.target());
        for (method, args) in [("a", json!({})), ("b", json!({"x": [1, null], "y": "z"}))] {
            let answer: Value = client.call(method, &args).await.unwrap();
            assert_eq!(answer, json!({"method": method, "args": args}));
        }
        let known: Value = client.call("known", json!({})).await.unwrap();
        assert_eq!(known["method"], "known");
        let hidden = client.call::<Value>("_hidden", json!({})).await.unwrap_err();
        assert_eq!(hidden.rpc().unwrap().kind(), ErrorKind::NoSuchMethod);
        let statistics = server.statistics();
        let counted: Vec<_> = statistics.apis[0].methods.iter().map(|it| (&*it.method, it.calls)).collect();
        assert_eq!(counted, [("known", 1), ("*", 2)]);
    }

    async fn a_policy_says_what_may_be_called(bus: Bus) {
        for (policy, update, whoami) in [
            (AccessPolicy::default(), true, true),
            (AccessPolicy::explicit(["update"]), true, false),
            (AccessPolicy::custom(|_, method| method.name == "whoami"), false, true),
        ] {
            let (manager, mut seen) = Manager::new("one");
            let endpoint = SchedulerEndpoint::new(manager);
            let builder = bus.builder("one").endpoint(endpoint).access_policy(policy);
            // One after the other: what was cast has run when what was called is answered.
            let server = builder.executor(Executor::serial()).start().await.unwrap();
            client(&bus).update("h1".into()).await.unwrap();
            let answered = client(&bus).whoami().await;
            assert_eq!(answered.is_ok(), whoami, "{answered:?}");
            if let Err(error) = answered {
                assert_eq!(error.rpc().unwrap().kind(), ErrorKind::NoSuchMethod);
            }
            assert_eq!(seen.try_recv().is_ok(), update);
            server.stop();
            server.wait().await;
        }
    }

    /// Its message must not go round for ever.
    async fn a_policy_that_panics_is_told_of(bus: Bus) {
        let (manager, _seen) = Manager::new("one");
        let careless = AccessPolicy::custom(|_, method| {
            assert_ne!(method.name, "whoami", "on purpose");
            true
        });
        let builder = bus.builder("one").endpoint(SchedulerEndpoint::new(manager));
        let _server = builder.access_policy(careless).start().await.unwrap();
        let error = client(&bus).whoami().await.unwrap_err();
        assert_eq!(error.rpc().unwrap().failure().unwrap().class, "HandlerPanicked", "{error}");
        assert_eq!(client(&bus).echo(json!(1)).await.unwrap(), json!(1));
    }

    async fn an_api_is_served_in_the_namespaces_that_it_had(bus: Bus) {
        let base = BaseApi::new("scheduler");
        let builder = bus.builder("one").endpoint_also_in(base, [None, Some("old")]);
        let _server = builder.start().await.unwrap();
        let client = RpcClient::new(&bus.transport, bus.target().version(version!("1.0")));
        for (namespace, served) in
            [(Some("baseapi"), true), (Some("old"), true), (None, true), (Some("other"), false)]
        {
            let namespace = namespace.map(str::to_owned);
            let client = client.prepare().namespace(namespace.clone()).build().unwrap();
            let pong = client.call::<Value>("ping", json!({"arg": 1})).await;
            assert_eq!(pong.is_ok(), served, "{namespace:?}: {pong:?}");
        }
    }

    async fn no_more_run_at_once_than_the_executor_allows(bus: Bus) {
        for (executor, expected) in [
            (Executor::serial(), 1),
            (Executor::tasks(3), 3),
            (Executor::threads(2), 2),
            (Executor::tasks(0), 1),
        ] {
            let (manager, mut seen) = Manager::new("one");
            let server = bus
                .builder("one")
                .endpoint(SchedulerEndpoint::new(manager.clone()))
                .executor(executor)
                .start()
                .await
                .unwrap();
            let calls: Vec<_> =
                (0..6).map(|_| tokio::spawn(client(&bus).hold().into_future())).collect();
            for _ in 0..expected {
                seen.recv().await.unwrap();
            }
            for _ in expected..6 {
                manager.release.one();
                seen.recv().await.unwrap();
            }
            for _ in 0..expected {
                manager.release.one();
            }
            for call in calls {
                assert_eq!(call.await.unwrap().unwrap(), "one");
            }
            assert_eq!(manager.most.load(Ordering::SeqCst), expected);
            server.stop();
            server.wait().await;
        }
    }

    async fn what_a_busy_server_has_not_begun_goes_to_another(bus: Bus) {
        let (busy, mut seen) = Manager::new("busy");
        let busy_server = bus
            .builder("busy")
            .endpoint(SchedulerEndpoint::new(busy.clone()))
            .executor(Executor::serial())
            .start()
            .await
            .unwrap();
        let held = tokio::spawn(client(&bus).hold().into_future());
        seen.recv().await.unwrap();
        // Nobody is free: this one waits, with the broker or with the busy server.
        let waiting = tokio::spawn(client(&bus).whoami().into_future());
        busy_server.stop();
        let _idle = serve(&bus, "idle").await;
        assert_eq!(waiting.await.unwrap().unwrap(), "idle");
        busy.release.one();
        assert_eq!(held.await.unwrap().unwrap(), "busy");
    }

    async fn messages_run_in_order_on_a_serial_server(bus: Bus) {
        let (manager, mut seen) = Manager::new("one");
        let server = bus
            .builder("one")
            .endpoint(SchedulerEndpoint::new(manager))
            .executor(Executor::serial())
            .start()
            .await
            .unwrap();
        for n in 0..50 {
            client(&bus).update(n.to_string()).await.unwrap();
        }
        for n in 0..50 {
            assert_eq!(seen.recv().await.unwrap(), format!("{n} on one"));
        }
        drop(server);
    }

    async fn an_executor_of_ones_own_runs_the_jobs(bus: Bus) {
        #[derive(Clone, Debug, Default)]
        struct Counting(Arc<AtomicUsize>);

        impl Execute for Counting {
            fn permits(&self) -> usize {
                2
            }

            fn execute(&self, job: Job, runtime: &Arc<dyn messaging::runtime::Runtime>) {
                self.0.fetch_add(1, Ordering::SeqCst);
                runtime.spawn(job);
            }
        }

        let counting = Counting::default();
        let (manager, _seen) = Manager::new("one");
        let server = bus
            .builder("one")
            .endpoint(SchedulerEndpoint::new(manager))
            .executor(Executor::custom(counting.clone()))
            .start()
            .await
            .unwrap();
        for _ in 0..3 {
            client(&bus).whoami().await.unwrap();
        }
        assert_eq!(counting.0.load(Ordering::SeqCst), 3);
        drop(server);
    }
}

#[tokio::test]
async fn the_peers_ping_is_answered_where_it_is_configured() {
    for (enabled, expected) in [(true, Ok("pong".to_owned())), (false, Err(()))] {
        let bus = Bus::memory().await;
        let config = bus.config().rpc_ping_enabled(enabled);
        let bus = bus.with(messaging::Transport::from_config(&config).await.unwrap());
        let _server = bus.serve("one", BaseApi::new("any")).await;
        let client = RpcClient::new(&bus.transport, bus.target().server("one"));
        let answer = client.call::<String>("oslo_rpc_server_ping", json!({"any": 1})).await;
        assert_eq!(answer.map_err(drop), expected);
    }
}

/// As in the peer, where the service's own method wins.
#[tokio::test]
async fn a_ping_of_the_services_own_wins_over_the_peers() {
    #[rpc_api(topic = "pinged", version = "1.0")]
    trait Pinged {
        #[rpc(name = "oslo_rpc_server_ping")]
        async fn ping(&self, ctx: &Context) -> Result<String, Infallible>;
    }

    struct Own;

    impl Pinged for Own {
        async fn ping(&self, _: &Context) -> Result<String, Infallible> {
            Ok("own".to_owned())
        }
    }

    let bus = Bus::memory().await;
    let config = bus.config().rpc_ping_enabled(true);
    let bus = bus.with(messaging::Transport::from_config(&config).await.unwrap());
    let _server = bus.serve("one", PingedEndpoint::new(Own)).await;
    let client = PingedClient::new(&bus.transport).prepare().topic(&bus.topic).build().unwrap();
    assert_eq!(client.ping().await.unwrap(), "own");
}

#[tokio::test]
async fn a_server_needs_a_topic_a_name_and_an_endpoint() {
    let bus = Bus::memory().await;
    let (manager, _seen) = Manager::new("one");
    let endpoint = || SchedulerEndpoint::new(manager.clone());
    for (builder, expected) in [
        (
            RpcServer::builder(&bus.transport, Target::topic("").server("a")).endpoint(endpoint()),
            "topic",
        ),
        (RpcServer::builder(&bus.transport, Target::topic("t")).endpoint(endpoint()), "server"),
        (
            RpcServer::builder(&bus.transport, Target::topic("t").server("")).endpoint(endpoint()),
            "server",
        ),
        (RpcServer::builder(&bus.transport, Target::topic("t").server("a")), "endpoint"),
    ] {
        let error = builder.start().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Target);
        assert!(error.to_string().contains(expected), "{error}");
    }
}

/// The option is for brokers that are to hold work back, whatever the executor allows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_more_is_prefetched_than_configured() {
    let bus = Bus::rabbit().await;
    let config = bus.config().option("rabbit_qos_prefetch_count", "1");
    let bus = bus.with(messaging::Transport::from_config(&config).await.unwrap());
    let (_server, mut seen, manager) = serve(&bus, "one").await;
    let calls = [(); 2].map(|()| tokio::spawn(client(&bus).hold_again().into_future()));
    soon(seen.recv()).await.unwrap();
    // On a queue of its own, so that it is not held back.
    let directed = client(&bus).prepare().server("one").build().unwrap();
    directed.whoami().await.unwrap();
    assert!(seen.try_recv().is_err(), "the second came before the first was acknowledged");
    (0..2).for_each(|_| manager.release.one());
    for call in calls {
        soon(call).await.unwrap().unwrap();
    }
}
