//! Rows 11, 31, 32, 37, 39 and 41: what keeps a transport from being connected.

use std::time::{Duration, Instant};

use messaging::{Config, Error, ErrorKind, Transport};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::broker::{Broker, url_to};
use crate::finding::{Finding, short};
use crate::here::{Here, told};
use crate::ledger::now;
use crate::load::{Load, Plan, Queues};
use crate::program::{Side, status};
use crate::proxy::Proxy;
use crate::scripted::{self, Script};
use crate::tls;
use crate::world::World;

/// How long a host may take, by the transport's documentation.
const CONNECT: Duration = Duration::from_secs(5);

/// Connects, and closes what it got.
async fn connect(config: Config) -> (Result<(), Error>, Duration) {
    let begun = Instant::now();
    let connected = Transport::from_config(&config).await;
    let took = begun.elapsed();
    match connected {
        Ok(transport) => {
            transport.close(Duration::from_secs(5)).await;
            (Ok(()), took)
        }
        Err(error) => (Err(error), took),
    }
}

fn threads() -> (u64, usize) {
    let descriptors = std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
    (status(std::process::id(), "Threads:"), descriptors)
}

/// Adds a failure that names what it should, in time.
fn refused(
    finding: &mut Finding,
    name: &str,
    (result, took): (Result<(), Error>, Duration),
    kind: ErrorKind,
    limit: Duration,
) -> String {
    match result {
        Ok(()) => {
            finding.check(format!("{name}: connected"), false);
            String::new()
        }
        Err(error) => {
            let found = error.kind();
            let text = format!("{name}: {found:?} after {} (≤ {})", short(took), short(limit));
            finding.check(text, found == kind && took <= limit);
            finding.note(format!("{name} → {error}"));
            told(error)
        }
    }
}

/// Row 11.
pub(crate) async fn unanswered(world: &World, _: Side) -> Result<Finding, String> {
    let broker = world.single().await;
    // It accepts, and says nothing: neither AMQP nor TLS.
    let silent = TcpListener::bind("127.0.0.1:0").await.map_err(told)?;
    let silent_address = silent.local_addr().map_err(told)?;
    let accepting = tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((socket, _)) = silent.accept().await {
            held.push(socket);
        }
    });
    // Its queue of connections is full, so that the kernel drops what comes.
    let socket = TcpSocket::new_v4().map_err(told)?;
    socket.bind("127.0.0.1:0".parse().map_err(told)?).map_err(told)?;
    let full = socket.listen(0).map_err(told)?;
    let full_address = full.local_addr().map_err(told)?;
    let fill = tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok(socket) = TcpStream::connect(full_address).await {
            held.push(socket);
        }
    });
    tokio::time::sleep(Duration::from_millis(500)).await;

    let limit = CONNECT + Duration::from_millis(500);
    let mut finding = Finding::default();
    // What is made once is there.
    let _ = connect(Config::new().url(&broker.url())).await;
    let before = threads();
    for (name, address, tls) in [
        ("no handshake", silent_address, ""),
        ("no TLS handshake", silent_address, "?ssl=1"),
        ("SYN lost", full_address, ""),
    ] {
        let url = format!("rabbit://guest:guest@{address}/{tls}");
        let outcome = connect(Config::new().url(&url)).await;
        let text = refused(&mut finding, name, outcome, ErrorKind::Connection, limit);
        finding.check("names the host", text.contains(&address.to_string()));
        if tls.is_empty() {
            // The host after it is tried.
            let url = url_to(&[address.to_string(), broker.nodes[0].clone()]);
            let (connected, took) = connect(Config::new().url(&url)).await;
            let text = format!("{name}, then a good host: {}", short(took));
            finding.check(text, connected.is_ok() && took <= limit);
        }
    }
    accepting.abort();
    fill.abort();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let after = threads();
    let text = format!("threads and descriptors {before:?}, afterwards {after:?}");
    finding.check(text, after.0 <= before.0 && after.1 <= before.1);
    Ok(finding)
}

fn as_user(broker: &Broker, login: &str, vhost: &str) -> String {
    format!("rabbit://{login}@{}/{vhost}", broker.nodes[0])
}

/// Row 31.
pub(crate) async fn not_let_in(world: &World, side: Side) -> Result<Finding, String> {
    let broker = world.single().await;
    let second = Duration::from_secs(1);
    let mut finding = Finding::default();
    broker.ctl(1, &["add_user", "weak", "letmein"]).await;
    let secret = "n0t-the-passw0rd";
    let url = as_user(broker, &format!("guest:{secret}"), "");
    let outcome = connect(Config::new().url(&url)).await;
    let text = refused(&mut finding, "wrong password", outcome, ErrorKind::AccessRefused, second);
    finding.check("the password is not in the error", !text.contains(secret));
    let outcome = connect(Config::new().url(&as_user(broker, "weak:letmein", ""))).await;
    refused(&mut finding, "no right to the vhost", outcome, ErrorKind::VirtualHost, second);
    let outcome = connect(Config::new().url(&as_user(broker, "guest:guest", "missing"))).await;
    refused(&mut finding, "vhost missing", outcome, ErrorKind::VirtualHost, second);
    broker.ctl(1, &["set_permissions", "weak", "^$", ".*", ".*"]).await;
    let here = Here::new(world, side, &as_user(broker, "weak:letmein", ""), Queues::Durable);
    let begun = Instant::now();
    let served = here.serve("one").await;
    let took = begun.elapsed();
    let outcome = served.map(drop);
    let outcome = (outcome, took);
    refused(&mut finding, "no right to declare", outcome, ErrorKind::AccessRefused, second);

    // Let in, and then not any more: with the pauses that are there by default.
    let proxy = Proxy::start(&broker.nodes[0]).await;
    broker.ctl(1, &["set_permissions", "weak", ".*", ".*", ".*"]).await;
    let url = format!("rabbit://weak:letmein@{}/", proxy.address);
    let transport = Transport::from_config(&Config::new().url(&url)).await.map_err(told)?;
    broker.ctl(1, &["change_password", "weak", "another"]).await;
    broker.ctl(1, &["close_all_connections", "rotated"]).await;
    let closed = now();
    tokio::time::sleep(Duration::from_secs(25)).await;
    let logins = proxy.dials(closed).len();
    finding.check(
        format!("{logins} logins in 25 s with a password that was taken away (≤ 2)"),
        logins <= 2,
    );
    transport.close(Duration::from_secs(5)).await;
    broker.ctl(1, &["delete_user", "weak"]).await;
    Ok(finding)
}

/// Row 32.
pub(crate) async fn certificates(world: &World, _: Side) -> Result<Finding, String> {
    let broker = world.single().await;
    let second = Duration::from_secs(1);
    let mut finding = Finding::default();
    let with = |port: u16, ca: &str| {
        let url = format!("rabbit://guest:guest@localhost:{port}/?ssl=1");
        Config::new().url(&url).option("ssl_ca_file", tls::file(ca).display().to_string())
    };
    for (name, certificate, asks, ca, says) in [
        ("expired", "expired", false, "ca.pem", "expired"),
        ("not yet valid", "notyet", false, "ca.pem", "not valid yet"),
        ("for another host", "elsewhere", false, "ca.pem", "not for `localhost`"),
        ("unknown CA", "server", false, "other-ca.pem", "not issued by any CA"),
        ("no client certificate", "server", true, "ca.pem", "CertificateRequired"),
    ] {
        let side = tls::Side::start(&broker.nodes[0], certificate, asks).await;
        let outcome = connect(with(side.port, ca)).await;
        let text = refused(&mut finding, name, outcome, ErrorKind::Connection, second);
        finding.check(format!("says so: `{says}`"), text.contains(says));
    }
    let plain = broker.nodes[0].rsplit(':').next().and_then(|port| port.parse().ok());
    let outcome = connect(with(plain.ok_or("no port")?, "ca.pem")).await;
    let text = refused(&mut finding, "TLS to a plain port", outcome, ErrorKind::Connection, second);
    finding.check("says so: `TLS`", text.contains("TLS"));
    let side = tls::Side::start(&broker.nodes[0], "server", false).await;
    let url = format!("rabbit://guest:guest@localhost:{}/", side.port);
    let outcome = connect(Config::new().url(&url)).await;
    refused(&mut finding, "plain to a TLS port", outcome, ErrorKind::Connection, CONNECT);

    // Renewed while a client looks for its broker.
    let side = tls::Side::start(&broker.nodes[0], "server", false).await;
    let config = with(side.port, "ca.pem").option("rabbit_interval_max", "1");
    let transport = Transport::from_config(&config).await.map_err(told)?;
    side.renew("expired");
    broker.ctl(1, &["close_all_connections", "renewal"]).await;
    let client = messaging::RpcClient::new(&transport, messaging::Target::topic("nobody"));
    let refused = client.call::<()>("it", serde_json::json!({})).timeout(second * 2).await;
    side.renew("server");
    let renewed = Instant::now();
    let answer = client.call::<()>("it", serde_json::json!({})).timeout(second * 10).await;
    let took = renewed.elapsed();
    let kinds = [refused, answer].map(|result| result.err().and_then(|error| error.kind()));
    // Nobody serves the topic, which only a broker can say.
    let text = format!("renewed: {:?}, then {:?} after {}", kinds[0], kinds[1], short(took));
    let met = kinds[1] == Some(ErrorKind::Unroutable) && took <= second * 2;
    finding.check(format!("{text} (≤ 1 back-off)"), met);
    transport.close(Duration::from_secs(5)).await;
    Ok(finding)
}

/// Row 37.
pub(crate) async fn dead_hosts(world: &World, _: Side) -> Result<Finding, String> {
    let broker = world.single().await;
    let mut finding = Finding::default();
    let hosts = ["localhost:1", "127.0.0.2:1", "no-such-host.invalid:5672"].map(str::to_owned);
    let limit = CONNECT * 3;
    let outcome = connect(Config::new().url(&url_to(&hosts))).await;
    let text = refused(&mut finding, "three dead hosts", outcome, ErrorKind::Connection, limit);
    finding.check("each is named", hosts.iter().all(|host| text.contains(host.as_str())));
    let mut slowest = Duration::ZERO;
    for _ in 0..5 {
        let all = [&hosts[..], &broker.nodes].concat();
        let (connected, took) = connect(Config::new().url(&url_to(&all))).await;
        connected.map_err(told)?;
        slowest = slowest.max(took);
    }
    finding.within("and a good one among them, found after", slowest, limit);
    Ok(finding)
}

/// Row 39.
pub(crate) async fn rotated(world: &World, side: Side) -> Result<Finding, String> {
    let broker = world.single().await;
    for user in ["old", "new"] {
        broker.ctl(1, &["add_user", user, "first"]).await;
        broker.ctl(1, &["set_permissions", user, ".*", ".*", ".*"]).await;
    }
    let host = &broker.nodes[0];
    // Both logins, for the time of the change.
    let url = format!("rabbit://old:first@{host},new:first@{host}/");
    let mut load = Load::start(Plan::new(side, &url, Queues::Durable), &world.ledgers()).await?;
    broker.ctl(1, &["change_password", "old", "second"]).await;
    broker.ctl(1, &["close_all_connections", "rotated"]).await;
    let closed = now();
    let recovery = load.recovers(closed, Duration::from_secs(60)).await?;
    load.go_on(Duration::from_secs(2)).await;
    let mut finding = Finding::of(load.finish().await?);
    finding.recovery = Some(recovery);
    let tally = finding.tally.as_ref().expect("it is of a load");
    let idempotent = tally.failed.iter().filter(|(kind, _)| kind.ends_with("idempotent"));
    let (idempotent, stall) = (idempotent.map(|(_, count)| count).sum::<usize>(), tally.stall);
    let unknown = tally.failures() - idempotent;
    let text = format!("{idempotent} idempotent ones failed (0)");
    finding.check(format!("{text}; of {unknown} others the outcome is not known"), idempotent == 0);
    finding.within("longest stall", stall, Duration::from_secs(2));
    finding
        .note("both logins stand in the URL; the old one's password was changed, and all closed");
    for user in ["old", "new"] {
        broker.ctl(1, &["delete_user", user]).await;
    }
    Ok(finding)
}

/// Row 41.
pub(crate) async fn kind_refused(world: &World, side: Side) -> Result<Finding, String> {
    let (port, accepted, _) = scripted::broker(Script::NoTransientQueues);
    let url = url_to(&[format!("127.0.0.1:{port}")]);
    let here = Here::new(world, side, &url, Queues::Transient);
    let begun = Instant::now();
    let served = tokio::time::timeout(Duration::from_secs(30), here.serve("one")).await;
    let took = begun.elapsed();
    let mut finding = Finding::default();
    let outcome = served.map_err(|_| "not in 30 s")?.map(drop);
    let second = Duration::from_secs(1);
    let text = refused(&mut finding, "start", (outcome, took), ErrorKind::Topology, second);
    for cure in ["amqp_durable_queues", "quorum", "transient_nonexcl_queues"] {
        finding.check(format!("names `{cure}`"), text.contains(cure));
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    let dials = accepted.load(std::sync::atomic::Ordering::SeqCst);
    finding.check(format!("{dials} connections in all (≤ 4)"), dials <= 4);
    finding.note("a broker that follows a script: RabbitMQ 3.10 permits such queues");
    Ok(finding)
}
