//! Derived clients: not given inherits, cleared clears, given sets.

use std::time::{Duration, Instant};

use messaging::{Context, ErrorKind, Proxy as _, RpcClient, Target, version};
use serde_json::{Value, json};

use crate::api::{SchedulerClient, client, serve};
use crate::bus::{SOON, on_both};

on_both! {
    async fn settings_are_inherited_cleared_and_set(bus: Bus) {
        let _one = serve(&bus, "one").await;
        let _two = serve(&bus, "two").await;
        let on_two = client(&bus)
            .prepare()
            .server("two")
            .version(version!("2.3"))
            .context(Context::new().with("user", "alice"))
            .build()
            .unwrap();

        // Not given: inherited.
        let again = on_two.prepare().timeout(Duration::from_secs(5)).build().unwrap();
        assert_eq!(again.whoami().await.unwrap(), "two");
        assert!(!again.can_send(SchedulerClient::NEWEST));
        assert_eq!(again.seen().await.unwrap()["values"], json!({"user": "alice"}));

        // Given: set.
        let on_one = on_two.prepare().server("one").build().unwrap();
        assert_eq!(on_one.whoami().await.unwrap(), "one");

        // Cleared: as if it had never been given.
        let cleared =
            on_two.prepare().server(None).version(None).context(None).build().unwrap();
        assert!(cleared.can_send(SchedulerClient::NEWEST));
        assert_eq!(cleared.seen().await.unwrap()["values"], json!({}));
        let mut answered = std::collections::BTreeSet::new();
        while answered.len() < 2 {
            answered.insert(cleared.whoami().await.unwrap());
        }

        // The one that they come from is as it was.
        for _ in 0..4 {
            assert_eq!(on_two.whoami().await.unwrap(), "two");
        }
    }

    async fn a_namespace_and_an_exchange_are_part_of_the_address(bus: Bus) {
        let exchange = format!("exchange-{}", bus.topic);
        let elsewhere = Target::topic(&bus.topic).server("one").exchange(&exchange);
        let server = messaging::RpcServer::builder(&bus.transport, elsewhere)
            .endpoint(messaging::BaseApi::new("elsewhere"))
            .start()
            .await
            .unwrap();
        let client = RpcClient::new(&bus.transport, bus.target().version(version!("1.0")));
        let there = client.prepare().exchange(&exchange).namespace("baseapi").build().unwrap();
        let pong: Value = there.call("ping", json!({"arg": 1})).await.unwrap();
        assert_eq!(pong, json!({"service": "elsewhere", "arg": 1}));

        let null_namespace = there.prepare().namespace(None).build().unwrap();
        let error = null_namespace.call::<Value>("ping", json!({"arg": 1})).await.unwrap_err();
        assert_eq!(error.rpc().unwrap().kind(), ErrorKind::UnsupportedVersion);

        let control_exchange = there.prepare().exchange(None).build().unwrap();
        let error = control_exchange.call::<Value>("ping", json!({"arg": 1})).await.unwrap_err();
        assert!(error.rpc().unwrap().is_unroutable(), "{error}");
        drop(server);
    }

    async fn the_clients_timeout_is_before_the_methods_and_after_the_calls(bus: Bus) {
        let _server = serve(&bus, "one").await;
        let took = async |call: messaging::Call<_>| {
            let began = Instant::now();
            let error = call.await.unwrap_err();
            // A busy broker has not always taken the request by then.
            assert!(error.rpc().unwrap().is_timeout(), "{error}");
            began.elapsed()
        };
        // The method says 150 ms.
        let by_method = took(client(&bus).newest()).await;
        assert!(by_method >= Duration::from_millis(140), "{by_method:?}");
        let slower = client(&bus).prepare().timeout(Duration::from_millis(600)).build().unwrap();
        let by_client = took(slower.newest()).await;
        assert!(by_client >= Duration::from_millis(590), "{by_client:?}");
        // Longer than this test may take.
        let patient = client(&bus).prepare().timeout(10 * SOON).build().unwrap();
        took(patient.newest().timeout(Duration::from_millis(20))).await;
        let cleared = patient.prepare().timeout(None).build().unwrap();
        took(cleared.newest()).await;
    }
}

#[tokio::test]
async fn an_empty_topic_is_refused() {
    let bus = crate::bus::Bus::memory().await;
    let error = client(&bus).prepare().topic("").build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Target);
    let error = RpcClient::new(&bus.transport, Target::topic(""))
        .call::<Value>("m", json!({}))
        .await
        .unwrap_err();
    assert_eq!(error.rpc().unwrap().kind(), ErrorKind::Target);
}
