//! Connecting, and everything that keeps one from it.

use std::time::{Duration, Instant};

use messaging::{Config, ErrorKind, Proxy as _, RpcServer, Target, Transport};

use crate::api::{Manager, SchedulerClient, SchedulerEndpoint, client, serve};
use crate::bus::{Bus, rabbit_url, soon, unique};
use crate::log::Log;

/// The port of the test's RabbitMQ.
fn rabbit_port() -> String {
    let url = rabbit_url();
    let address = url.rsplit('@').next().unwrap().trim_end_matches('/');
    address.rsplit(':').next().unwrap().to_owned()
}

async fn refused(url: &str) -> messaging::Error {
    let began = Instant::now();
    let error = soon(Transport::connect(url)).await.expect_err(url);
    assert!(began.elapsed() < Duration::from_secs(12), "{url}: {:?}", began.elapsed());
    for text in [error.to_string(), format!("{error:?}")] {
        assert!(!text.contains("hunter2"), "{text}");
    }
    error
}

/// 0.0.0.0 is this machine as well, which only the system knows.
#[tokio::test]
async fn plain_text_to_another_machine_is_warned_of_once() {
    let log = Log::default();
    let _logging = tracing::subscriber::set_default(log.clone());
    let within = Duration::from_secs(5);
    for (host, warnings) in [("127.0.0.1", 0), ("0.0.0.0", 1)] {
        let url = rabbit_url().replace("127.0.0.1", host);
        let transport = soon(Transport::connect(&url)).await.unwrap();
        // A server has a connection of its own.
        let target = Target::topic(unique()).server("one");
        let endpoint = SchedulerEndpoint::new(Manager::new("one").0);
        let server = RpcServer::builder(&transport, target).endpoint(endpoint).start().await;
        assert!(server.unwrap().shutdown(within).await.cut_off.is_empty());
        transport.close(within).await;
        let lines = log.lines();
        let warned = lines.iter().filter(|line| line.contains("not encrypted")).count();
        assert_eq!(warned, warnings, "{lines:?}");
    }
}

#[tokio::test]
async fn a_wrong_url_is_an_error_that_says_what_is_wrong() {
    for (url, expected) in [
        ("", "scheme"),
        ("localhost:5672", "scheme"),
        ("amqp://guest:hunter2@localhost/", "`amqp`"),
        ("rabbit://guest:hunter2@localhost:port/", "port"),
        ("rabbit://guest:hunter2@localhost:70000/", "port"),
        ("rabbit://guest:hunter2@[::1/", "bracket"),
        ("memory://name/?amqp_durable_queues=1", "takes the options of the group messaging alone"),
        ("rabbit://guest:hunter2@localhost/?no_such_option=hunter2", "`no_such_option`"),
        ("rabbit://guest:hunter2@localhost/?rabbit_quorum_queue=hunter2", "`rabbit_quorum_queue`"),
        ("rabbit://guest:hunter2@localhost/?ssl=hunter2", "`ssl`"),
        ("rabbit://guest:hunter2@localhost/?ssl_key_file=hunter2", "`ssl_cert_file`"),
        (
            "rabbit://guest:hunter2@localhost/?rabbit_stream_fanout=1",
            "`rabbit_transient_quorum_queue`",
        ),
    ] {
        let error = refused(url).await;
        assert_eq!(error.kind(), ErrorKind::Config, "{url}: {error}");
        assert!(error.to_string().contains(expected), "{url}: {error}");
    }
}

#[tokio::test]
async fn a_broker_that_is_not_there_is_named() {
    let error = refused("rabbit://guest:hunter2@127.0.0.1:1/").await;
    assert_eq!(error.kind(), ErrorKind::Connection);
    assert!(error.to_string().contains("127.0.0.1:1"), "{error}");
}

#[tokio::test]
async fn a_listener_that_never_answers_is_given_up() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let error = refused(&format!("rabbit://guest:hunter2@127.0.0.1:{port}/")).await;
    assert_eq!(error.kind(), ErrorKind::Connection);
    assert!(error.to_string().contains(&format!("127.0.0.1:{port}")), "{error}");
}

#[tokio::test]
async fn wrong_credentials_are_refused_by_name() {
    let error = refused(&format!("rabbit://nova:hunter2@127.0.0.1:{}/", rabbit_port())).await;
    assert_eq!(error.kind(), ErrorKind::AccessRefused, "{error}");
    assert!(error.to_string().contains("`nova`"), "{error}");
}

#[tokio::test]
async fn a_missing_virtual_host_is_named() {
    let url = format!("rabbit://guest:guest@127.0.0.1:{}/no-such-vhost", rabbit_port());
    let error = refused(&url).await;
    assert_eq!(error.kind(), ErrorKind::VirtualHost, "{error}");
    assert!(error.to_string().contains("no-such-vhost"), "{error}");
}

#[tokio::test]
async fn the_next_host_is_tried() {
    let url = format!(
        "rabbit://guest:guest@127.0.0.1:1,guest:guest@127.0.0.1:{}/?heartbeat_timeout_threshold=10",
        rabbit_port()
    );
    let transport = soon(Transport::connect(&url)).await.unwrap();
    let bus = Bus::rabbit().await.with(transport);
    let _server = serve(&bus, "one").await;
    assert_eq!(soon(client(&bus).whoami().into_future()).await.unwrap(), "one");
}

#[tokio::test]
async fn a_memory_bus_without_a_name_is_its_own_and_a_named_one_is_shared() {
    let bus = Bus::memory().await;
    let _server = serve(&bus, "one").await;
    let transport = bus.another().await;
    let another = bus.with(transport);
    assert_eq!(client(&another).whoami().await.unwrap(), "one");
    let stranger = Transport::connect("memory://").await.unwrap();
    let client = SchedulerClient::new(&stranger).prepare().topic(&another.topic).build().unwrap();
    assert!(client.whoami().await.unwrap_err().rpc().unwrap().is_unroutable());
}

#[tokio::test]
async fn the_control_exchange_is_configured() {
    let bus = Bus::memory().await;
    let nova = Transport::from_config(&bus.config().control_exchange("nova")).await.unwrap();
    let _server = serve(&bus, "one").await;
    let in_nova = SchedulerClient::new(&nova).prepare().topic(&bus.topic).build().unwrap();
    assert!(in_nova.whoami().await.unwrap_err().rpc().unwrap().is_unroutable());
    let back = in_nova.prepare().exchange("openstack").build().unwrap();
    assert_eq!(back.whoami().await.unwrap(), "one");
}

#[tokio::test]
async fn credentials_never_show() {
    let port = rabbit_port();
    let url = format!("rabbit://guest:guest@127.0.0.1:{port}/?heartbeat_timeout_threshold=33");
    let transport = soon(Transport::connect(&url)).await.unwrap();
    let config = Config::new().url("rabbit://nova:hunter2@host/");
    for text in [format!("{transport:?}"), format!("{config:?}")] {
        assert!(!text.contains("guest:guest") && !text.contains("hunter2"), "{text}");
    }
}
