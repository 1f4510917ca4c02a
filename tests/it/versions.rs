//! Versions: what is newer than the peer is refused before anything is sent.

use messaging::{ErrorKind, Pinned, Proxy as _, RpcClient, Version, omitted, version};
use serde_json::{Value, json};

use crate::api::{Filter, SchedulerClient, SchedulerClientAt, Spec, client, serve};
use crate::bus::on_both;

on_both! {
    async fn a_method_newer_than_the_pin_is_refused_and_not_sent(bus: Bus) {
        let (_server, mut seen, _) = serve(&bus, "one").await;
        let old = client(&bus).prepare().version(Version::new(2, 2)).build().unwrap();
        let error = old.update("h1".into()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Version);
        assert!(error.is_version_refused());
        let text = error.to_string();
        for part in ["`update`", "2.3", "2.2", "`Scheduler`"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        client(&bus).update("h2".into()).await.unwrap();
        assert_eq!(seen.recv().await.unwrap(), "h2 on one");
    }

    async fn a_parameter_newer_than_the_pin_is_left_out_at_its_default(bus: Bus) {
        let _server = serve(&bus, "one").await;
        for limited in [
            client(&bus).prepare().version(Version::new(2, 0)),
            client(&bus).prepare().version_cap(version!("2.5")),
        ] {
            let old = limited.build().unwrap();
            let hosts = old.select_hosts(Spec { ram: 1 }, Filter::default()).await.unwrap();
            assert_eq!(hosts, ["one"]);
            let filter = Filter { zone: Some("north".into()) };
            let error = old.select_hosts(Spec { ram: 1 }, filter).await.unwrap_err();
            let error = error.rpc().unwrap();
            assert_eq!(error.kind(), ErrorKind::Version);
            let text = error.to_string();
            for part in ["`select_hosts`", "`filter`", "2.6"] {
                assert!(text.contains(part), "{part}: {text}");
            }
        }
    }

    async fn a_client_of_a_literal_version_sends_what_that_version_has(bus: Bus) {
        let (_server, mut seen, _) = serve(&bus, "one").await;
        let old = client(&bus).prepare().version(version!("2.5")).build().unwrap();
        assert_eq!(old.select_hosts(Spec { ram: 1 }, omitted()).await.unwrap(), ["one"]);
        let again: SchedulerClientAt<Pinned<2, 5>> = old.prepare().server("one").build().unwrap();
        again.update("h1".into()).await.unwrap();
        assert_eq!(seen.recv().await.unwrap(), "h1 on one");

        let new = old.prepare().version(version!("2.6")).build().unwrap();
        let filter = Filter { zone: Some("north".into()) };
        let hosts = new.select_hosts(Spec { ram: 1 }, filter.clone()).await.unwrap();
        assert_eq!(hosts, client(&bus).select_hosts(Spec { ram: 1 }, filter.clone()).await.unwrap());
        assert_eq!(new.select_hosts(Spec { ram: 1 }, omitted()).await.unwrap(), ["one"]);

        // Forgotten by the type, and held to all the same.
        let forgetful: SchedulerClient = old.any_version();
        let error = forgetful.select_hosts(Spec { ram: 1 }, filter).await.unwrap_err();
        assert!(error.rpc().unwrap().is_version_refused());
    }

    async fn a_client_is_made_of_a_literal_version(bus: Bus) {
        let _server = serve(&bus, "one").await;
        let old = SchedulerClientAt::<version!("2.3")>::new(&bus.transport);
        let old = old.prepare().topic(&bus.topic).build().unwrap();
        assert!(old.can_send(SchedulerClient::UPDATE) && !old.can_send(SchedulerClient::NEWEST));
        assert_eq!(old.whoami().await.unwrap(), "one");
    }

    /// What a request names is the lowest version that has all that is in it, so that a server
    /// which is older than the client serves what it knows.
    async fn a_newer_client_calls_an_older_server(bus: Bus) {
        let old = RpcClient::new(&bus.transport, bus.target());
        let _server = bus.serve("one", older::PingEndpoint::new(older::Old)).await;
        let new = newer::PingClient::new(&bus.transport)
            .prepare().topic(&bus.topic).build().unwrap();
        assert_eq!(new.ping().await.unwrap(), "old");
        let error = new.pong().await.unwrap_err();
        assert_eq!(error.rpc().unwrap().kind(), ErrorKind::UnsupportedVersion);
        // A request without a version is for 1.0, which this server does not have.
        let error = old.call::<Value>("ping", json!({})).await.unwrap_err();
        assert_eq!(error.rpc().unwrap().kind(), ErrorKind::UnsupportedVersion);
    }

    async fn a_client_by_name_is_capped(bus: Bus) {
        let _server = serve(&bus, "one").await;
        let client = RpcClient::new(&bus.transport, bus.target());
        let capped = |version| {
            client.prepare().version_cap(version!("2.3")).version(version).build()
        };
        capped(Some(Version::new(2, 3))).unwrap().call::<Value>("whoami", json!({})).await.unwrap();
        let unversioned = capped(None).unwrap();
        assert!(unversioned.can_send_version(version!("2.3")) && !unversioned.can_send_version(version!("2.4")));
        let error = unversioned.call::<Value>("whoami", json!({})).await.unwrap_err();
        assert_eq!(error.rpc().unwrap().kind(), ErrorKind::Version);
        assert!(capped(Some(Version::new(2, 4))).is_err());
    }
}

#[tokio::test]
async fn can_send_tells_what_would_be_refused() {
    let bus = crate::bus::Bus::memory().await;
    let any = client(&bus);
    assert!(any.can_send(SchedulerClient::NEWEST));
    for limited in [
        any.prepare().version(Version::new(2, 3)),
        any.prepare().version_cap(version!("2.3")),
        any.prepare().version_cap(version!("2.9")).version(Version::new(2, 3)),
    ] {
        let old = limited.build().unwrap();
        assert!(old.can_send(SchedulerClient::UPDATE));
        assert!(old.can_send_version(version!("2.3")) && !old.can_send_version(version!("2.4")));
        assert!(!old.can_send(SchedulerClient::NEWEST));
    }
}

#[tokio::test]
async fn versions_that_cannot_be_are_refused_when_the_client_is_built() {
    let bus = crate::bus::Bus::memory().await;
    let client = client(&bus);
    for (prepare, expected) in [
        (client.prepare().version(Version::new(3, 0)), "2.6"),
        (client.prepare().version(Version::new(2, 7)), "2.7"),
        (client.prepare().version(Version::new(1, 0)), "1.0"),
        (client.prepare().version_cap(version!("1.9")), "1.9"),
        (client.prepare().version(Version::new(2, 5)).version_cap(version!("2.4")), "2.4"),
    ] {
        let error = prepare.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Version);
        assert!(error.to_string().contains(expected), "{error}");
    }
}

mod older {
    use std::convert::Infallible;

    use messaging::{Context, rpc_api};

    #[rpc_api(topic = "ping", version = "2.1")]
    pub(crate) trait Ping {
        async fn ping(&self, ctx: &Context) -> Result<String, Infallible>;
    }

    pub(crate) struct Old;

    impl Ping for Old {
        async fn ping(&self, _: &Context) -> Result<String, Infallible> {
            Ok("old".into())
        }
    }
}

mod newer {
    use std::convert::Infallible;

    use messaging::{Context, rpc_api};

    #[rpc_api(topic = "ping", version = "2.2")]
    #[allow(dead_code)] // the client is what is tested
    pub(crate) trait Ping {
        async fn ping(&self, ctx: &Context) -> Result<String, Infallible>;
        #[rpc(since = "2.2")]
        async fn pong(&self, ctx: &Context) -> Result<String, Infallible>;
    }
}
