//! `watch`: what goes over a topic.

use std::time::Duration;

use messaging::driver::{Address, Notes, Publish};
use messaging::{Config, ErrorKind, runtime};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::fleet::Fleet;
use crate::process::{Program, WITHIN, cli, run};
use crate::program::{Home, Ran};
use crate::python::{rabbit_url, unique_topic};
use crate::site::{Node, VirtualHost, client, connect, rabbitmqctl, serve, serve_python};

/// A watch, which has begun.
async fn watch(url: &str, topic: &str, more: &[&str]) -> (Program, Value) {
    let words = ["watch", topic, "--json", "--url", url];
    let mut watch = Program::start(cli(&[&words, more].concat()));
    let mut begun = watch.json().await;
    if begun["kind"] == "missing" {
        begun = watch.json().await;
    }
    assert_eq!(begun["kind"], "watching", "{begun}");
    (watch, begun)
}

/// Sends what no client would.
async fn send(url: &str, topic: &str, body: &[u8]) {
    let runtime = runtime::current().unwrap();
    let driver = messaging::driver::connect(&Config::new().url(url), runtime).await.unwrap();
    let (exchange, topic) = ("openstack".to_owned(), topic.to_owned());
    let message = Publish {
        address: &Address::Topic { exchange, topic, server: None },
        body,
        notes: Notes::NONE,
        expires: None,
        mandatory: false,
        within: WITHIN,
        retries: None,
    };
    driver.publish(message).await.unwrap();
    driver.close(WITHIN).await;
}

#[tokio::test]
async fn the_tracing_shows_calls_casts_and_replies_of_both_languages() {
    let (host, topic) = (VirtualHost::new(true), unique_topic("watch"));
    let url = host.url();
    let transport = connect(&url).await;
    let _servers = (
        serve(&transport, &topic, "rust-1").await,
        serve(&transport, &topic, "rust-2").await,
        serve_python(&url, &topic, "python-1").await,
    );
    // One that shows values, and asks for the methods before it begins.
    let values = ["--show-args", "--count", "2", "--method", "echo"];
    let (mut shown, _) = watch(&url, &topic, &values).await;
    let (mut watch, begun) = watch(&url, &topic, &["--replies"]).await;
    assert_eq!((&begun["through"], &begun["replies"]), (&json!("trace"), &json!(true)));

    let client = client(&transport, &topic);
    let secret = json!({"value": {"password": "hunter2", "host": "a\u{1b}[2J"}});
    for server in ["rust-1", "python-1"] {
        let client = client.prepare().server(server).build().unwrap();
        client.call::<Value>("echo", &secret).await.unwrap();
        let call = watch.json().await;
        assert_eq!((&call["kind"], &call["method"]), (&json!("call"), &json!("echo")), "{call}");
        assert_eq!((&call["server"], &call["routed"]), (&json!(server), &json!(true)), "{call}");
        assert_eq!(call["args"], json!({"value": "dict(2)"}));
        let reply = watch.json().await;
        assert_eq!((&reply["kind"], &reply["id"]), (&json!("reply"), &call["id"]), "{reply}");
        assert_eq!((&reply["ok"], &reply["result"]), (&json!(true), &json!("dict(2)")));
        assert!(reply["duration_ms"].as_f64().unwrap() > 0.0, "{reply}");
    }
    let values = shown.json().await;
    assert_eq!(values["args"]["value"], json!({"password": "***", "host": "a\u{1b}[2J"}));
    assert_eq!(shown.json().await["result"]["password"], "***");
    assert_eq!(shown.ended().await.code, Some(0));

    let python = client.prepare().server("python-1").build().unwrap();
    python.call::<Value>("subtract", json!({})).await.unwrap_err();
    assert_eq!(watch.json().await["method"], "subtract");
    let failed = watch.json().await;
    assert_eq!((&failed["ok"], &failed["error"]["class"]), (&json!(false), &json!("NoSuchMethod")));
    assert_eq!(failed["error"]["message"], Value::Null);

    client.cast("note", json!({"text": "hello"})).fanout().await.unwrap();
    let cast = watch.json().await;
    assert_eq!((&cast["kind"], &cast["fanout"]), (&json!("cast"), &json!(true)), "{cast}");

    send(&url, &topic, b"\xff\x00 no JSON").await;
    let unreadable = watch.json().await;
    assert_eq!((&unreadable["kind"], &unreadable["bytes"]), (&json!("unreadable"), &json!(10)));

    watch.interrupt();
    let ended = watch.ended().await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let summary = ended.json();
    assert_eq!((&summary["messages"], &summary["unreadable"]), (&json!(8), &json!(1)));
    let echo = &summary["methods"]["echo"];
    assert_eq!((&echo["calls"], &echo["replies"]), (&json!(2), &json!(2)), "{summary}");
    assert_eq!(summary["methods"]["subtract"]["failures"], 1);
}

#[tokio::test]
async fn a_topic_that_there_is_not_is_told_and_waited_for() {
    let topic = unique_topic("nobody");
    let nobody = format!("nobody serves topic `{topic}`");
    // There is a summary where it has begun within its time.
    let wanted = |ran: &Ran| ran.has(0, &[&nobody, "0 messages"]);
    let words = ["--url", &rabbit_url(), "watch", &topic];
    Home::without_broker().run_for("100ms", &words, wanted).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_method_that_there_is_not_is_told_with_those_that_there_are() {
    let (fleet, home) = (Fleet::start_rust().await, Home::new());
    let words = ["--timeout", "1ms", "watch", &fleet.topic, "--method", "ecko", "--method", "echo"];
    // It asks for the methods for two seconds, and says nothing where that is not enough.
    let told = ["has no method `ecko`", "did you mean `echo`?", "whoami"];
    let ran = home.run_until(&words, |ran| ran.has(0, &told)).await;
    assert!(!ran.err.contains("no method `echo`"), "{ran}");
}

#[tokio::test]
async fn copies_change_nothing_for_whoever_sends() {
    let (url, topic) = (rabbit_url(), unique_topic("copies"));
    let transport = connect(&url).await;
    let client = client(&transport, &topic);
    let (mut watch, begun) = watch(&url, &topic, &["--server", "rust-1"]).await;
    assert_eq!((&begun["through"], &begun["replies"]), (&json!("copies"), &json!(false)));
    assert!(begun["why"].as_str().unwrap().contains("rabbitmqctl trace_on"), "{begun}");
    // Our binding does not take what nobody else does.
    for client in [client.clone(), client.prepare().server("rust-1").build().unwrap()] {
        let error = client.call::<Value>("echo", json!({"value": 1})).await.unwrap_err();
        assert_eq!(error.kind(), Some(ErrorKind::Unroutable));
    }

    let server = serve(&transport, &topic, "rust-1").await;
    // It is bound some time after the queues are there.
    let first = async {
        loop {
            client.call::<Value>("echo", json!({"value": 1})).await.unwrap();
            if let Ok(seen) = timeout(Duration::from_millis(200), watch.json()).await {
                return seen;
            }
        }
    };
    let call = timeout(WITHIN, first).await.unwrap();
    assert_eq!((&call["kind"], &call["method"]), (&json!("call"), &json!("echo")), "{call}");
    client.cast("note", json!({"text": "hello"})).fanout().await.unwrap();
    let named = client.prepare().server("rust-1").build().unwrap();
    let directed = async {
        loop {
            named.cast("note", json!({"text": "hello"})).await.unwrap();
            while let Ok(seen) = timeout(Duration::from_millis(200), watch.json()).await {
                if seen["server"] == "rust-1" {
                    return seen;
                }
            }
        }
    };
    let cast = timeout(WITHIN, directed).await.unwrap();
    assert_eq!(cast["args"], json!({"text": "str(5)"}));
    watch.interrupt();
    let ended = watch.ended().await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    // Whether a call was answered is not known. Before the summary there may be more of what was sent
    // above until a copy of it came.
    let summary = ended.last_json();
    assert_eq!((&summary["kind"], &summary["unanswered"]), (&json!("summary"), &Value::Null));
    server.stop();
    server.wait().await;
}

#[tokio::test]
async fn a_broker_that_goes_away_is_told_and_the_watch_goes_on() {
    let (host, topic) = (VirtualHost::new(true), unique_topic("lost"));
    let (mut watch, _) = watch(&host.url(), &topic, &[]).await;
    send(&host.url(), &topic, br#"{"method": "before"}"#).await;
    let before = watch.json().await;
    assert_eq!((&before["method"], &before["routed"]), (&json!("before"), &json!(false)));

    rabbitmqctl(&["close_all_connections", "--vhost", &host.name, "a test"]);
    let lost = watch.json().await;
    assert!(
        lost["kind"] == "lost" && lost["message"].as_str().unwrap().contains("a test"),
        "{lost}"
    );
    let again = watch.json().await;
    assert_eq!((&again["kind"], &again["through"]), (&json!("watching"), &json!("trace")));
    send(&host.url(), &topic, br#"{"method": "after"}"#).await;
    assert_eq!(watch.json().await["method"], "after");

    // Tracing that is turned off leaves nothing to be seen, and no word.
    rabbitmqctl(&["trace_off", "-p", &host.name]);
    let off = watch.json().await;
    assert!(
        off["kind"] == "lost" && off["message"].as_str().unwrap().contains("trace_on"),
        "{off}"
    );
    let copies = watch.json().await;
    assert_eq!((&copies["kind"], &copies["through"]), (&json!("watching"), &json!("copies")));
    watch.interrupt();
    assert_eq!(watch.ended().await.json()["lost"], 2);
}

#[tokio::test]
async fn a_broker_that_is_gone_for_good_leaves_what_was_seen() {
    let (node, topic) = (Node::up("test-cli-watch", &[]), unique_topic("gone"));
    node.ask(&["ctl", "trace_on"]);
    let url = node.ask(&["url"]);
    let (mut watch, _) = watch(&url, &topic, &[]).await;
    send(&url, &topic, br#"{"method": "before"}"#).await;
    assert_eq!(watch.json().await["method"], "before");
    node.ask(&["kill", "1"]);
    let lost = watch.json().await;
    assert_eq!(lost["kind"], "lost", "{lost}");
    assert!(lost["message"].as_str().unwrap().ends_with("trying again"), "{lost}");
    watch.interrupt();
    let ended = watch.ended().await;
    assert_eq!(ended.code, Some(3), "{ended:?}");
    let summary = ended.json();
    assert_eq!((&summary["messages"], &summary["lost"]), (&json!(1), &json!(1)), "{summary}");
    assert_eq!(summary["methods"]["before"]["casts"], 1, "{summary}");
    assert!(ended.complaints.contains(r#""kind":"Connection""#), "{ended:?}");
}

#[tokio::test]
async fn people_see_a_line_of_what_is_huge_or_binary_and_a_summary_at_ctrl_c() {
    let (host, topic) = (VirtualHost::new(true), unique_topic("people"));
    let url = host.url();
    let bounds = ["-o", "max_message_size=1000000", "--timeout", "10m"];
    let words = ["watch", topic.as_str(), "--url", &url, "--show-args"];
    let mut watch = Program::start(cli(&[&words[..], &bounds].concat()));
    // Not who serves the topic: nobody does.
    watch.complains("the broker's tracing; ctrl-C ends it").await;
    let huge =
        |letters| json!({"method": "big", "args": {"text": "x".repeat(letters)}}).to_string();
    send(&url, &topic, huge(900_000).as_bytes()).await;
    let line = watch.line().await;
    assert!(line.contains("cast  big(text=\"xxx") && line.chars().count() < 400, "{line}");
    assert!(line.ends_with("900035 B  no queue takes it"), "{line}");
    send(&url, &topic, huge(2_000_000).as_bytes()).await;
    let line = watch.line().await;
    assert!(line.contains("? unreadable") && line.contains("max_message_size"), "{line}");
    send(&url, &topic, b"\xff\x00\x1b[2J no JSON").await;
    let line = watch.line().await;
    assert!(line.contains("? unreadable") && !line.contains(char::is_control), "{line}");
    watch.interrupt();
    let ended = watch.ended().await;
    // An end was set, and this is another.
    assert_eq!(ended.code, Some(130), "{ended:?}");
    assert!(ended.output.contains("3 messages in"), "{ended:?}");
    assert!(ended.output.contains("not readable: 2; taken by no queue: 3"), "{ended:?}");
}

#[tokio::test]
async fn replies_that_cannot_be_seen_are_no_silence() {
    let url = rabbit_url();
    let ended = run(&["watch", "nothing", "--url", &url, "--replies"]).await;
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.complaints.contains("rabbitmqctl trace_on"), "{ended:?}");

    // It tells of that when it has begun, for which there has to be time.
    let wanted = |ran: &Ran| ran.has(0, &["replies are not seen", "0 messages in"]);
    let words = ["watch", "nothing", "--url", &url];
    Home::without_broker().run_for("100ms", &words, wanted).await;

    let nowhere = ["watch", "nothing", "--url", "rabbit://guest:hunter2@127.0.0.1:1/"];
    let ended = run(&nowhere).await;
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(!ended.complaints.contains("hunter2"), "{ended:?}");
}
