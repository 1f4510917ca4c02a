//! Rows 26 to 30: what no well-behaved peer sends.

use std::sync::Arc;
use std::time::{Duration, Instant};

use messaging::driver::{self, Address, Driver, Inbox, Notes, OpenInbox, Publish};
use messaging::{ErrorKind, RpcClient, Target, runtime, version};
use serde_json::{Value, json};

use crate::finding::{Finding, short};
use crate::here::{Here, Served, told};
use crate::load::Queues;
use crate::program::{Role, Side};
use crate::work::WorkClient;
use crate::world::World;

const WITHIN: Duration = Duration::from_secs(20);

/// A server, and whoever sends it what is wrong.
struct Bench {
    here: Here,
    served: Served,
    client: WorkClient,
    by_name: RpcClient,
    driver: Arc<dyn Driver>,
    inbox: Inbox,
}

impl Bench {
    async fn start(world: &World, side: Side) -> Result<Self, String> {
        let broker = world.single().await;
        let mut here = Here::new(world, side, &broker.url(), Queues::Durable);
        here.plan.work = Duration::ZERO;
        let served = here.serve("one").await.map_err(told)?;
        let (client, transport) = here.client(WITHIN).await.map_err(told)?;
        let by_name =
            RpcClient::new(&transport, Target::topic(&here.topic).version(version!("1.0")));
        client.ask("0:first".into()).await.map_err(told)?;
        let config = here.task(Role::Send, "raw").config();
        let driver = driver::connect(&config, runtime::tokio().map_err(told)?);
        let driver = driver.await.map_err(told)?;
        let inbox = driver.open_inbox(OpenInbox::within(WITHIN)).await.map_err(told)?;
        Ok(Self { here, served, client, by_name, driver, inbox })
    }

    async fn send(&self, body: &[u8]) -> Result<(), messaging::Error> {
        let (exchange, topic) = (self.here.exchange(), self.here.topic.clone());
        let address = Address::Topic { exchange, topic, server: None };
        let publish = Publish {
            address: &address,
            body,
            notes: Notes::NONE,
            expires: None,
            mandatory: true,
            within: WITHIN,
            retries: None,
        };
        self.driver.publish(publish).await
    }

    /// What the server answers to a body that says whom to answer: a failure's text.
    async fn answer(&mut self) -> Result<String, String> {
        let next = tokio::time::timeout(Duration::from_secs(5), self.inbox.consumer.next());
        let delivery = next.await.map_err(|_| "no answer")?.ok_or("no inbox")?.map_err(told)?;
        let text = String::from_utf8_lossy(&delivery.body).into_owned();
        delivery.settle.ack().await.map_err(told)?;
        let envelope: Value = serde_json::from_str(&text).map_err(told)?;
        let reply = envelope["oslo.message"].as_str().unwrap_or_default();
        let reply: Value = serde_json::from_str(reply).map_err(told)?;
        let failure = reply["failure"].as_str().unwrap_or_default();
        let failure: Value = serde_json::from_str(failure).map_err(told)?;
        let class = failure["class"].as_str().unwrap_or_default();
        Ok(format!("{class}: {}", failure["message"].as_str().unwrap_or_default()))
    }

    /// Sends a body ten times, and a call behind: how long each took.
    async fn cost(&self, body: &[u8]) -> Result<Duration, String> {
        let begun = Instant::now();
        for _ in 0..10 {
            self.send(body).await.map_err(told)?;
        }
        self.client.ask("0:next".into()).await.map_err(told)?;
        Ok(begun.elapsed() / 10)
    }

    async fn close(self) {
        let _ = self.inbox.consumer.close(WITHIN).await;
        self.driver.close(WITHIN).await;
        let _ = self.served.server.shutdown(Duration::from_secs(5)).await;
        self.served.transport.close(Duration::from_secs(5)).await;
    }

    /// Bodies that nobody can be told of, and such as say whom to tell.
    async fn check(
        &mut self,
        finding: &mut Finding,
        silent: &[(&str, Vec<u8>)],
        told_of: &[(&str, String)],
        limit: Duration,
    ) -> Result<(), String> {
        let good =
            json!({"method": "note", "version": "1.0", "args": {"id": "0:good"}}).to_string();
        let usual = self.cost(good.as_bytes()).await?;
        let mut slowest = (Duration::ZERO, "none");
        for (name, body) in silent {
            let cost = self.cost(body).await.map_err(|error| format!("{name}: {error}"))?;
            slowest = slowest.max((cost.saturating_sub(usual), name));
        }
        if !silent.is_empty() {
            let text = format!("{} bodies without a caller: the next served", silent.len());
            finding.check(text, true);
            let text = format!("more than a good one the slowest took ({})", slowest.1);
            finding.within(text, slowest.0, limit);
        }
        let queue = self.inbox.queue.clone();
        let mut answered = 0;
        for (name, body) in told_of {
            let caller = format!(r#""_msg_id": "id-1", "_reply_q": "{queue}""#);
            let body = body.replace("CALLER", &caller);
            self.send(body.as_bytes()).await.map_err(told)?;
            match self.answer().await {
                Ok(answer) => {
                    answered += 1;
                    finding.note(format!("{name} → {answer}"));
                }
                Err(why) => finding.check(format!("{name}: {why}"), false),
            }
        }
        if !told_of.is_empty() {
            let text = format!("{answered} of {} callers were told why", told_of.len());
            finding.check(text, answered == told_of.len());
        }
        Ok(())
    }
}

/// Row 26.
pub(crate) async fn malformed(world: &World, side: Side) -> Result<Finding, String> {
    let mut bench = Bench::start(world, side).await?;
    let mut finding = Finding::default();
    let note =
        |id: &str| format!(r#"{{"method": "note", "version": "1.0", "args": {{"id": {id}}}}}"#);
    let good = note("\"x\"");
    let silent = [
        ("empty", b"".to_vec()),
        ("not JSON", b"not json".to_vec()),
        ("not UTF-8", b"\xff\xfe\x00".to_vec()),
        ("truncated", good.as_bytes()[..good.len() / 2].to_vec()),
        ("byte order mark", [b"\xef\xbb\xbf".as_slice(), good.as_bytes()].concat()),
        ("trailing bytes", format!("{good}}}").into_bytes()),
        ("NaN", note("NaN").into_bytes()),
        ("Infinity", note("-Infinity").into_bytes()),
        ("lone surrogate", note("\"\\ud800\"").into_bytes()),
        ("1e400", note("1e400").into_bytes()),
        ("raw control byte", note("\"a\x01b\"").into_bytes()),
        (
            "not UTF-8 within",
            [br#"{"method": "note", "args": {"id": ""#.as_slice(), b"\xff\"}}"].concat(),
        ),
    ];
    let ask = |id: &str| {
        format!(r#"{{"method": "ask", "version": "1.0", CALLER, "args": {{"id": {id}}}}}"#)
    };
    let told_of = [
        ("truncated", r#"{"method": "ask", CALLER, "version": "1.0", "args": {"id": "#.to_owned()),
        ("trailing bytes", format!("{}}}", ask("\"x\""))),
        ("NaN", ask("NaN")),
        ("Infinity", ask("Infinity")),
        ("1e400", ask("1e400")),
        ("raw control byte", ask("\"a\x01b\"")),
    ];
    bench.check(&mut finding, &silent, &told_of, Duration::from_millis(1)).await?;
    bench.close().await;
    Ok(finding)
}

/// Row 27.
pub(crate) async fn bombs(world: &World, side: Side) -> Result<Finding, String> {
    let mut bench = Bench::start(world, side).await?;
    let mut finding = Finding::default();
    let deep = "[".repeat(1_000_000);
    let wide = format!("[{}1]", "1,".repeat(500_000));
    let enveloped = |message: &str| {
        json!({"oslo.version": "2.0", "oslo.message": message}).to_string().into_bytes()
    };
    let with = |value: &str| {
        format!(r#"{{"method": "note", "version": "1.0", "args": {{"id": {value}}}}}"#)
    };
    let silent = [
        ("deep", deep.clone().into_bytes()),
        ("deep within", with(&deep).into_bytes()),
        ("deep in the envelope", enveloped(&with(&deep))),
        ("wide", with(&wide).into_bytes()),
        ("wide in the envelope", enveloped(&with(&wide))),
        ("doubly encoded", enveloped(&String::from_utf8_lossy(&enveloped(&deep)))),
    ];
    let told_of = [(
        "129 levels",
        format!(
            r#"{{"method": "ask", "version": "1.0", CALLER, "args": {{"id": {}{}}}}}"#,
            "[".repeat(129),
            "]".repeat(129)
        ),
    )];
    // A megabyte is to be carried as well.
    bench.check(&mut finding, &silent, &told_of, Duration::from_millis(100)).await?;
    bench.close().await;
    Ok(finding)
}

/// Row 28.
pub(crate) async fn huge(world: &World, side: Side) -> Result<Finding, String> {
    let bench = Bench::start(world, side).await?;
    let mut finding = Finding::default();
    // To a server in a process of its own, whose memory can be told from ours.
    let _ = bench.served.server.shutdown(Duration::from_secs(5)).await;
    let server = bench.here.program("two").await?;
    bench.client.ask("0:second".into()).await.map_err(told)?;
    let before = server.memory();
    let megabytes = 15;
    let big = "x".repeat(megabytes * 1024 * 1024);
    let begun = Instant::now();
    let error = bench.by_name.call::<Value>("nothing", json!({"it": big})).timeout(WITHIN).await;
    let error = error.err().ok_or("it has no such method")?;
    let growth = server.peak().saturating_sub(before);
    finding.check(
        format!(
            "a call of {megabytes} MB: {:?}, server grew by {growth} MB at most (≤ 3 ×)",
            error.kind()
        ),
        growth <= 3 * megabytes as u64,
    );
    finding.note(format!("it took {}", short(begun.elapsed())));
    let many: serde_json::Map<String, Value> =
        (0..100_000).map(|number| (format!("a{number}"), json!(number))).collect();
    let error = bench.by_name.call::<Value>("ask", Value::Object(many)).timeout(WITHIN).await;
    let error = error.err().ok_or("it has no such arguments")?;
    finding.check(format!("a call of 100 000 arguments: {:?}", error.kind()), true);
    finding.note(told(&error).chars().take(200).collect::<String>());
    // Others on the same transport are not to notice.
    let body = vec![b'x'; 135 * 1024 * 1024];
    let (big, small) = tokio::join!(bench.send(&body), bench.client.ask("0:beside".into()));
    drop(body);
    let kind = big.as_ref().err().map(messaging::Error::kind);
    finding.check(format!("a body of 135 MB: {kind:?}"), kind == Some(ErrorKind::Refused));
    if let Err(error) = big {
        finding.note(told(error));
    }
    finding.check("a call beside it was answered", small.is_ok());
    finding.check("and one after it", bench.client.ask("0:after".into()).await.is_ok());
    bench.close().await;
    Ok(finding)
}

/// Row 29.
pub(crate) async fn wrong_arguments(world: &World, side: Side) -> Result<Finding, String> {
    let bench = Bench::start(world, side).await?;
    let mut finding = Finding::default();
    for (name, arguments) in [
        ("a number for a string", json!({"id": 5})),
        ("null", json!({"id": null})),
        ("missing", json!({})),
        ("one more", json!({"id": "0:x", "more": 1})),
        ("beyond 2^64", serde_json::from_str(r#"{"id": 36893488147419103232}"#).map_err(told)?),
    ] {
        let result = bench.by_name.call::<Value>("ask", arguments).timeout(WITHIN).await;
        let error = result.err().ok_or_else(|| format!("{name} was answered"))?;
        let text = told(&error);
        let kind = error.kind();
        let named = text.contains("ask") && (text.contains("`id`") || text.contains("`more`"));
        finding.check(format!("{name}: {kind:?}"), kind == Some(ErrorKind::BadRequest) && named);
        finding.note(format!("{name} → {text}"));
    }
    bench.close().await;
    Ok(finding)
}

/// Row 30.
pub(crate) async fn unknown(world: &World, side: Side) -> Result<Finding, String> {
    let mut bench = Bench::start(world, side).await?;
    let mut finding = Finding::default();
    let topic = bench.here.topic.clone();
    let (_, transport) = bench.here.client(WITHIN).await.map_err(told)?;
    let at = |target: Target| RpcClient::new(&transport, target.clone());
    let plain = Target::topic(&topic).version(version!("1.0"));
    at(plain.clone()).call::<Value>("ask", json!({"id": "0:warm"})).await.map_err(told)?;
    for (name, client, method, expected) in [
        ("unknown method", at(plain.clone()), "nothing", ErrorKind::NoSuchMethod),
        (
            "unknown namespace",
            at(plain.clone().namespace("none")),
            "ask",
            ErrorKind::UnsupportedVersion,
        ),
        (
            "newer version",
            at(Target::topic(&topic).version(version!("1.9"))),
            "ask",
            ErrorKind::UnsupportedVersion,
        ),
        (
            "other major",
            at(Target::topic(&topic).version(version!("2.0"))),
            "ask",
            ErrorKind::UnsupportedVersion,
        ),
    ] {
        let mut fastest = Duration::MAX;
        let mut last = None;
        for _ in 0..5 {
            let begun = Instant::now();
            let result = client.call::<Value>(method, json!({"id": "0:x"})).timeout(WITHIN).await;
            fastest = fastest.min(begun.elapsed());
            last = Some(result.err().ok_or_else(|| format!("{name} was answered"))?);
        }
        let error = last.ok_or("it was called")?;
        let kind = error.kind();
        finding.check(format!("{name}: {kind:?}"), kind == Some(expected));
        finding.within("told after", fastest, Duration::from_millis(5));
        finding.note(format!("{name} → {}", told(error)));
    }
    let told_of = [
        ("no method", r#"{"args": {}, CALLER}"#.to_owned()),
        ("a method that is no string", r#"{"method": 7, CALLER}"#.to_owned()),
    ];
    bench.check(&mut finding, &[], &told_of, Duration::from_secs(1)).await?;
    transport.close(Duration::from_secs(5)).await;
    bench.close().await;
    Ok(finding)
}
