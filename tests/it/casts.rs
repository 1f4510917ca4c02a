//! Casts and fanouts.

use messaging::{Proxy as _, RpcClient, version};
use serde_json::json;

use crate::api::{client, serve};
use crate::bus::on_both;

on_both! {
    async fn a_cast_reaches_one_server(bus: Bus) {
        let (_server, mut seen, _) = serve(&bus, "one").await;
        client(&bus).update("h1".into()).await.unwrap();
        assert_eq!(seen.recv().await.unwrap(), "h1 on one");
    }

    async fn a_fanout_reaches_each_server_once(bus: Bus) {
        let (_one, mut first, _) = serve(&bus, "one").await;
        let (_two, mut second, _) = serve(&bus, "two").await;
        client(&bus).update("all".into()).fanout().await.unwrap();
        assert_eq!(first.recv().await.unwrap(), "all on one");
        assert_eq!(second.recv().await.unwrap(), "all on two");
        // What comes next is the next message, not a second copy.
        for server in ["one", "two"] {
            let directed = client(&bus).prepare().server(server).build().unwrap();
            directed.update("next".into()).await.unwrap();
        }
        assert_eq!(first.recv().await.unwrap(), "next on one");
        assert_eq!(second.recv().await.unwrap(), "next on two");
    }

    async fn a_fanout_needs_nobody_and_a_cast_does(bus: Bus) {
        client(&bus).update("all".into()).fanout().await.unwrap();
        let error = client(&bus).update("one".into()).await.unwrap_err();
        assert!(error.is_unroutable(), "{error}");
        assert!(error.to_string().contains("`update`"), "{error}");
    }

    async fn what_is_not_mandatory_may_reach_nobody(bus: Bus) {
        client(&bus).update("one".into()).mandatory(false).await.unwrap();
        let careless = client(&bus).prepare().mandatory(false).build().unwrap();
        careless.update("one".into()).await.unwrap();
        careless.update("one".into()).mandatory(true).await.unwrap_err();
        let call = careless.whoami().timeout(std::time::Duration::from_secs(3)).await;
        let error = call.unwrap_err();
        assert_eq!(error.rpc().map(messaging::Error::kind), Some(messaging::ErrorKind::Timeout));
        assert!(error.to_string().contains("not mandatory"), "{error}");
    }

    async fn a_fanout_reaches_servers_that_come_back(bus: Bus) {
        for round in ["first", "second"] {
            let (server, mut seen, _) = serve(&bus, "one").await;
            client(&bus).update(round.into()).fanout().await.unwrap();
            assert_eq!(seen.recv().await.unwrap(), format!("{round} on one"));
            server.stop();
            server.wait().await;
            // The fanout exchange has gone with its last queue; nobody is there, and that is fine.
            client(&bus).update("nobody".into()).fanout().await.unwrap();
        }
    }

    async fn a_call_can_be_cast(bus: Bus) {
        let (_server, mut seen, manager) = serve(&bus, "one").await;
        client(&bus).hold().cast().await.unwrap();
        assert_eq!(seen.recv().await.unwrap(), "holds on one");
        manager.release.one();
    }

    async fn casts_by_name(bus: Bus) {
        let (_server, mut seen, _) = serve(&bus, "one").await;
        let client = RpcClient::new(&bus.transport, bus.target().version(version!("2.3")));
        client.cast("update", json!({"host": "h1"})).await.unwrap();
        client.cast("update", json!({"host": "h2"})).fanout().await.unwrap();
        let mut both = [seen.recv().await.unwrap(), seen.recv().await.unwrap()];
        both.sort();
        assert_eq!(both, ["h1 on one", "h2 on one"]);
    }

    async fn a_cast_that_fails_hurts_nobody(bus: Bus) {
        let _server = serve(&bus, "one").await;
        client(&bus).panic().cast().await.unwrap();
        let by_name = RpcClient::new(&bus.transport, bus.target());
        by_name.cast("no_such", json!({})).await.unwrap();
        assert_eq!(client(&bus).whoami().await.unwrap(), "one");
    }
}
