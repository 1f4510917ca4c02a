//! The runtime that is given is the runtime that is used.

use std::time::Duration;

use messaging::{Config, Proxy as _, RpcServer, Target, Transport, runtime};

use crate::api::{Filter, Manager, SchedulerClient, SchedulerEndpoint, Spec};
use crate::bus::{rabbit_url, unique};

/// A call, a cast and a shutdown on smol, while no tokio runtime is alive.
fn on_smol(url: &str) {
    assert!(tokio::runtime::Handle::try_current().is_err());
    smol::block_on(async {
        let transport =
            Transport::with_runtime(&Config::new().url(url), runtime::smol()).await.unwrap();
        let topic = format!("topic-{}", unique());
        let (manager, mut seen) = Manager::new("one");
        let server = RpcServer::builder(&transport, Target::topic(&topic).server("one"))
            .endpoint(SchedulerEndpoint::new(manager))
            .start()
            .await
            .unwrap();
        let client = SchedulerClient::new(&transport).prepare().topic(&topic).build().unwrap();
        let hosts = client.select_hosts(Spec { ram: 1 }, Filter::default()).await.unwrap();
        assert_eq!(hosts, ["one"]);
        client.update("h1".into()).fanout().await.unwrap();
        assert_eq!(seen.recv().await.unwrap(), "h1 on one");
        client.block(1).await.unwrap();
        let error = client.newest().await.unwrap_err();
        assert!(error.rpc().unwrap().is_timeout(), "{error}");
        let _ = server.shutdown(Duration::from_secs(1)).await;
        transport.close(Duration::from_secs(5)).await;
    });
}

#[test]
fn smol_alone_is_enough_in_memory() {
    on_smol("memory://");
}

#[test]
fn smol_alone_is_enough_over_rabbit() {
    on_smol(&rabbit_url());
}

#[test]
fn without_a_runtime_the_error_says_how_to_give_one() {
    let error = smol::block_on(Transport::connect("memory://")).unwrap_err();
    assert!(error.to_string().contains("Transport::with_runtime"), "{error}");
}

#[test]
fn a_current_thread_runtime_is_enough() {
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tokio.block_on(async {
        let bus = crate::bus::Bus::rabbit().await;
        let _server = crate::api::serve(&bus, "one").await;
        assert_eq!(crate::api::client(&bus).whoami().await.unwrap(), "one");
    });
}
