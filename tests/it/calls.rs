//! Calls: results, errors of every kind, and many at once.

use std::time::{Duration, Instant};

use messaging::{CallError, ErrorKind, Failure, Proxy as _, RpcClient, Version, version};
use serde_json::{Value, json};

use crate::api::{Filter, SchedulerClient, SchedulerError, Spec, client, serve};
use crate::bus::on_both;

on_both! {
    async fn a_call_returns_the_result(bus: Bus) {
        let _server = serve(&bus, "one").await;
        let hosts = client(&bus).select_hosts(Spec { ram: 1 }, Filter::default()).await;
        assert_eq!(hosts.unwrap(), ["one"]);
    }

    async fn the_methods_own_error_comes_back_as_its_type(bus: Bus) {
        let _server = serve(&bus, "one").await;
        for (ram, expected) in
            [(0, SchedulerError::Maintenance), (9000, SchedulerError::NoValidHost { ram: 9000 })]
        {
            match client(&bus).select_hosts(Spec { ram }, Filter::default()).await {
                Err(CallError::Remote(error)) => assert_eq!(error, expected),
                other => panic!("{other:?}"),
            }
        }
    }

    async fn values_of_every_shape_survive_the_road(bus: Bus) {
        let _server = serve(&bus, "one").await;
        for value in [
            Value::Null, json!(false), json!(0), json!(-1.5), json!(u64::MAX), json!([]), json!({}),
            json!("\u{0}\n\"\\ é 😀 \u{2028}"), json!({"a": [{"b": null}], "": ""}),
            json!("x".repeat(1 << 20)),
        ] {
            assert_eq!(client(&bus).echo(value.clone()).await.unwrap(), value);
        }
    }

    async fn a_call_to_nobody_is_told_at_once(bus: Bus) {
        let began = Instant::now();
        let error = client(&bus).whoami().await.unwrap_err();
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
        let error = error.rpc().expect("an error of the road");
        assert_eq!(error.kind(), ErrorKind::Unroutable);
        let text = error.to_string();
        assert!(text.contains("`whoami`") && text.contains(&bus.topic), "{text}");
    }

    async fn a_call_to_one_server_reaches_that_server(bus: Bus) {
        let _one = serve(&bus, "one").await;
        let _two = serve(&bus, "two").await;
        for server in ["two", "one", "two"] {
            let directed = client(&bus).prepare().server(server).build().unwrap();
            assert_eq!(directed.whoami().await.unwrap(), server);
        }
        let nobody = client(&bus).prepare().server("three").build().unwrap();
        assert!(nobody.whoami().await.unwrap_err().rpc().unwrap().is_unroutable());
    }

    async fn servers_of_a_topic_share_its_calls(bus: Bus) {
        let _one = serve(&bus, "one").await;
        let _two = serve(&bus, "two").await;
        let mut answered = std::collections::BTreeSet::new();
        for _ in 0..20 {
            answered.insert(client(&bus).whoami().await.unwrap());
        }
        assert_eq!(answered.len(), 2, "{answered:?}");
    }

    async fn many_calls_at_once_each_get_their_own_answer(bus: Bus) {
        let _server = serve(&bus, "one").await;
        let calls: Vec<_> = (0..500)
            .map(|n| {
                let call = client(&bus).echo(json!(n));
                (n, tokio::spawn(async move { call.await }))
            })
            .collect();
        for (n, call) in calls {
            assert_eq!(call.await.unwrap().unwrap(), json!(n));
        }
    }

    async fn a_panic_is_an_error_reply_and_nothing_else(bus: Bus) {
        let _server = serve(&bus, "one").await;
        let error = client(&bus).panic().await.unwrap_err();
        let failure = error.rpc().and_then(|error| error.failure()).expect("a failure");
        assert_eq!(failure.class, "HandlerPanicked");
        assert!(!failure.message.contains("on purpose"), "{failure}");
        assert_eq!(client(&bus).whoami().await.unwrap(), "one");
    }

    async fn a_method_that_blocks_does_not_block_others(bus: Bus) {
        let _server = serve(&bus, "one").await;
        let blocked: Vec<_> =
            (0..8).map(|_| tokio::spawn(client(&bus).block(300).into_future())).collect();
        // Two worker threads could run no more than two blocking methods.
        assert_eq!(client(&bus).whoami().await.unwrap(), "one");
        for call in blocked {
            call.await.unwrap().unwrap();
        }
    }

    async fn methods_are_called_by_name_with_json(bus: Bus) {
        let _server = serve(&bus, "one").await;
        let client = RpcClient::new(&bus.transport, bus.target().version(version!("2.6")));
        let hosts: Vec<String> = client
            .call("select_hosts", json!({"spec": {"ram": 1}, "filter": {"zone": "north"}}))
            .await
            .unwrap();
        assert_eq!(hosts, ["north"]);
        match client.call::<Value>("select_hosts", json!({"spec": {"ram": 9000}})).await {
            Err(CallError::Remote(failure)) => {
                assert_eq!(failure.class, "NoValidHost");
                assert_eq!(failure.kwargs["ram"], 9000);
            }
            other => panic!("{other:?}"),
        }
    }

    async fn what_the_server_cannot_do_is_told_by_kind(bus: Bus) {
        let _server = serve(&bus, "one").await;
        let client = RpcClient::new(&bus.transport, bus.target().version(version!("2.0")));
        let kind = |error: CallError<Failure>| match error {
            CallError::Rpc(error) => error.kind(),
            CallError::Remote(failure) => panic!("{failure}"),
        };
        let error = client.call::<Value>("no_such", json!({})).await.unwrap_err();
        assert_eq!(kind(error), ErrorKind::NoSuchMethod);
        for prepare in [
            client.prepare().version(version!("2.7")),
            client.prepare().version(version!("3.0")),
            client.prepare().version(None),
            client.prepare().namespace("nobody"),
        ] {
            let error = prepare.build().unwrap().call::<Value>("whoami", json!({})).await;
            assert_eq!(kind(error.unwrap_err()), ErrorKind::UnsupportedVersion);
        }
    }

    async fn arguments_that_do_not_fit_are_named(bus: Bus) {
        let _server = serve(&bus, "one").await;
        let client = RpcClient::new(&bus.transport, bus.target().version(version!("2.0")));
        for (args, expected) in [
            (json!({}), "missing argument `value`"),
            (json!({"value": 1, "extra": 2}), "unexpected argument `extra`"),
        ] {
            let error = client.call::<Value>("echo", args).await.unwrap_err();
            assert!(error.is_bad_request(), "{error}");
            let failure = error.failure().unwrap();
            assert!(failure.is("builtins", "TypeError"), "{failure}");
            assert!(failure.message.contains("`echo`"), "{failure}");
            assert!(failure.message.contains(expected), "{failure}");
        }
        let error = client.call::<Value>("echo", json!([1])).await.unwrap_err();
        assert_eq!(error.rpc().unwrap().kind(), ErrorKind::Encode);
    }

    async fn a_result_of_another_type_is_named(bus: Bus) {
        let _server = serve(&bus, "one").await;
        let client = RpcClient::new(&bus.transport, bus.target().version(version!("2.0")));
        let error = client.call::<u32>("whoami", json!({})).await.unwrap_err();
        let error = error.rpc().expect("an error of the road");
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.to_string().contains("`whoami`"), "{error}");
        assert!(error.to_string().contains("u32"), "{error}");
    }
}

/// The descriptor is data.
#[test]
fn the_api_is_described() {
    let api = SchedulerClient::API;
    assert_eq!((api.name, api.topic, api.version), ("Scheduler", "scheduler", Version::new(2, 6)));
    assert_eq!(api.docs, "The scheduler.");
    assert_eq!(api.method("update"), Some(&SchedulerClient::UPDATE.erased()));
    assert_eq!(api.methods.iter().filter(|m| m.cast).count(), 2);
    assert_eq!(api.method("hold_again").map(|m| m.idempotent), Some(true));
    assert_eq!(SchedulerClient::NEWEST.timeout, Some(Duration::from_millis(150)));
    let params = SchedulerClient::SELECT_HOSTS.params;
    assert_eq!(params.iter().map(|p| p.name).collect::<Vec<_>>(), ["spec", "filter"]);
    assert_eq!((params[1].since, params[1].optional), (Version::new(2, 6), true));
}
