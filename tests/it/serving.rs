//! Servers: several APIs behind one topic, executors, and who gets what.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use messaging::{
    BaseApi, ErrorKind, Execute, Executor, Job, RpcClient, RpcServer, Target, version,
};
use serde_json::{Value, json};

use crate::api::{Manager, SchedulerEndpoint, client, serve};
use crate::bus::{Bus, on_both};

on_both! {
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
