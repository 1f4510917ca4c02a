//! `bench`: how many calls, and how long each takes.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::process::Signal;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::fleet::Fleet;
use crate::process::{Program, WITHIN, cli};
use crate::program::Home;
use crate::python::unique_topic;
use crate::relay::Relay;
use crate::terminal::Terminal;
use crate::work::serve;

/// `bench --json`, which must end with this code.
async fn bench(arguments: &[&str], code: i32) -> Value {
    Home::new().run(&[&["--json", "bench"][..], arguments].concat()).await.ends(code).json()
}

fn counts(report: &Value) -> [u64; 4] {
    ["sent", "succeeded", "failed", "given_up"].map(|key| report[key].as_u64().unwrap())
}

fn file(topic: &str, name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{topic}-{name}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_loop_is_measured_and_drawn() {
    let topic = unique_topic("closed");
    let servers = [serve(&topic, "host-1").await, serve(&topic, "host-2").await];
    let (csv, svg) = (file(&topic, "csv"), file(&topic, "svg"));
    let arguments = [
        "--clients",
        "4",
        "--connections",
        "2",
        "--count",
        "200",
        "--csv",
        csv.to_str().unwrap(),
        "--svg",
        svg.to_str().unwrap(),
        &topic,
        "echo",
        r#"{"value": 1}"#,
    ];
    let report = bench(&arguments, 0).await;
    assert_eq!(counts(&report), [200, 200, 0, 0], "{report}");
    assert_eq!((&report["clients"], &report["connections"]), (&json!(4), &json!(2)));
    assert_eq!(report["correction"]["by"], "expected_interval");
    for figures in ["measured", "corrected"] {
        let of = |name: &str| report[figures][name].as_f64().unwrap();
        let figures = ["min", "p50", "p90", "p99", "p99.9", "max"].map(of);
        assert!(figures[0] > 0.0 && figures.is_sorted(), "{report}");
    }
    // One more, before it began.
    let ran: u64 = servers.iter().map(|(_, it)| it.echoes.load(Ordering::Relaxed)).sum();
    assert_eq!(ran, 201);

    let csv = std::fs::read_to_string(csv).unwrap();
    let mut lines = csv.lines();
    assert_eq!(lines.next(), Some("percentile,measured_seconds,corrected_seconds,count"));
    assert!(lines.next_back().unwrap().starts_with("100.000000,"), "{csv}");
    let svg = std::fs::read_to_string(svg).unwrap();
    assert_eq!(svg.matches("<polyline").count(), 2, "{svg}");
    assert!(svg.contains(&format!("call echo on topic {topic}")), "{svg}");
}

/// The last request of a time is followed by its pause as the others are.
#[tokio::test]
async fn an_open_loop_is_no_faster_than_was_asked_for() {
    for (bound, sent) in [(["--duration", "1s"], 3), (["--count", "2"], 2)] {
        let arguments = ["--url", "memory://", "--echo", "--rate", "3"];
        let report = bench(&[&arguments[..], &bound, &["topic", "any"]].concat(), 0).await;
        assert_eq!(counts(&report), [sent, sent, 0, 0], "{report}");
        assert!(report["per_second"].as_f64().unwrap() <= 3.0, "{report}");
    }
}

#[tokio::test]
async fn more_clients_than_there_can_be_are_refused() {
    let home = Home::without_broker();
    let words = ["--url", "memory://", "bench", "--echo", "--clients", "1000000", "topic", "any"];
    home.run(&words).await.ends(2).says(&["from 1 to 100000"]);
}

/// What is sent late is measured from when it was to be sent.
#[tokio::test]
async fn an_open_loop_hides_no_pause() {
    let topic = unique_topic("open");
    let mut echo = Program::start(cli(&["serve", &topic, "--echo", "--delay", "5ms", "--json"]));
    echo.json().await;
    let arguments =
        ["--rate", "1000", "--count", "100", "--max-in-flight", "1", "--size", "1k", &topic, "any"];
    let report = bench(&arguments, 0).await;
    assert_eq!(counts(&report), [100, 100, 0, 0], "{report}");
    assert_eq!(report["correction"]["by"], "intended_time");
    assert!(report["argument_bytes"].as_u64() > Some(1024), "{report}");
    let p50 = |figures: &str| report[figures]["p50"].as_f64().unwrap();
    // 100 calls of 5 ms one after the other, where they were to be sent within 100 ms.
    assert!(p50("corrected") > 0.1 && p50("corrected") > 2.0 * p50("measured"), "{report}");

    // Nor one that lasts to the end: what had no place by then is counted.
    let duration = ["--rate", "1000", "--duration", "200ms", "--max-in-flight", "1", &topic, "any"];
    let report = bench(&duration, 0).await;
    let not_sent = report["not_sent"].as_u64().unwrap();
    assert!(not_sent > 100 && not_sent + counts(&report)[0] == 200, "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fleet_in_both_languages_is_measured() {
    let (fleet, home) = (Fleet::start().await, Home::new());
    let topic = fleet.topic.as_str();
    let value = r#"{"näme": [1, null]}"#;
    let closed = ["--clients", "3", "--count", "90", topic, "echo", "--value", value];
    let report = bench(&closed, 0).await;
    assert_eq!(counts(&report), [90, 90, 0, 0], "{report}");
    let open = ["--rate", "200", "--count", "60", "--size", "1KiB", "--size-as", "value"];
    let report = bench(&[&open[..], &[topic, "echo"]].concat(), 0).await;
    assert_eq!(counts(&report), [60, 60, 0, 0], "{report}");
    let python = ["--server", "host-3", "--count", "30", topic, "add", "--a", "1", "--b", "2"];
    let report = bench(&python, 0).await;
    assert_eq!(counts(&report), [30, 30, 0, 0], "{report}");

    // What cannot work is not begun, and is answered with what there is.
    let ran = home.run(&["bench", topic, "ecko"]).await.ends(6);
    assert_eq!(ran.says(&["did you mean `echo`?"]).out, "");
    let wrong = topic.replace("scheduler", "schedular");
    let ran = home.run(&["bench", &wrong, "echo"]).await.ends(5);
    assert_eq!(ran.says(&[&format!("did you mean `{topic}`?")]).out, "");
    let ran = home.run(&["bench", topic, "echo", "--valeu", "1"]).await.ends(7);
    assert_eq!(ran.says(&["did you mean `value`?"]).out, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_huge_answer_is_measured_or_counted_as_an_error() {
    let fleet = Fleet::start_rust().await;
    let huge = [fleet.topic.as_str(), "letters", "--count", "3000000"];
    let report = bench(&[&["--count", "3"][..], &huge].concat(), 0).await;
    assert_eq!(counts(&report), [3, 3, 0, 0], "{report}");
    let least = ["-o", "max_message_size=100000", "--count", "3", "--warmup", "0"];
    let report = bench(&[&least[..], &huge].concat(), 11).await;
    assert_eq!((counts(&report), &report["errors"][0]["kind"]), ([3, 0, 3, 0], &json!("Decode")));
}

/// Whether the bar tells of some that are done.
fn has_begun(shown: &str) -> bool {
    shown.contains("/s, p99 ") && !shown.contains(" 0 done")
}

/// The bar is drawn over, and what there was by then is told.
#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_shows_how_far_it_is_and_is_restored() {
    let topic = unique_topic("bar");
    let _server = serve(&topic, "host-1").await;
    for signal in [Signal::INT, Signal::TERM] {
        let words = ["bench", "--duration", "10m", &topic, "echo", "--value", "1"];
        let mut bench = Terminal::start(cli(&words));
        bench.until(|screen| has_begun(&screen.contents())).await;
        bench.signal(signal);
        let (code, left) = bench.ended().await;
        assert_eq!(code, Some(130), "{left}");
        assert!(!left.contains("/s, p99 "), "{left}");
        for part in ["closed loop, 1 client", "interrupted: this is what there was", "p99.9", "█"]
        {
            assert!(left.contains(part), "{part}: {left}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn casts_are_measured_until_the_broker_has_them() {
    let topic = unique_topic("cast");
    let (_server, worker) = serve(&topic, "host-1").await;
    let report = bench(&["--cast", "--clients", "3", "--count", "60", &topic, "note"], 0).await;
    assert_eq!((counts(&report), &report["kind"]), ([60, 60, 0, 0], &json!("cast")));
    let all = async {
        while worker.notes.load(Ordering::Relaxed) < 61 {
            tokio::task::yield_now().await;
        }
    };
    timeout(WITHIN, all).await.expect("all that was confirmed is served");
}

#[tokio::test]
async fn without_a_broker_the_library_itself_is_measured() {
    let words = ["bench", "--url", "memory://", "--echo", "--count", "2000", "any", "echo"];
    let output = Home::new().run(&words).await.ends(0).out;
    for part in [
        "call echo on topic any\n  closed loop, 1 client, 2 B of arguments\n",
        "2 000 succeeded",
        "p99.9",
        "█",
    ] {
        assert!(output.contains(part), "{part}: {output}");
    }
    assert!(output.lines().all(|line| line.chars().count() <= 80), "{output}");
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_are_counted_by_their_kinds_and_say_how_it_ends() {
    let topic = unique_topic("errors");
    let _server = serve(&topic, "host-1").await;
    let report = bench(&["--count", "5", "--warmup", "0", &topic, "place"], 8).await;
    assert_eq!(counts(&report), [5, 0, 5, 0], "{report}");
    let errors = &report["errors"][0];
    assert_eq!((&errors["kind"], &errors["count"]), (&json!("Remote NoValidHost"), &json!(5)));
    assert!(errors["example"].as_str().unwrap().contains("all are full"), "{report}");
}

/// A bench without an end, from when it has made some calls.
async fn begun(url: &str, topic: &str, calls: &AtomicU64) -> Program {
    begun_with(&[], url, topic, calls).await
}

async fn begun_with(options: &[&str], url: &str, topic: &str, calls: &AtomicU64) -> Program {
    let words = ["bench", "--json", "--url", url, "--duration", "10m"];
    let request = [topic, "echo", "--value", "1"];
    let bench = Program::start(cli(&[&words, options, &request].concat()));
    called(calls, 20).await;
    bench
}

/// Waits until so many calls were served.
async fn called(calls: &AtomicU64, count: u64) {
    let some = async {
        while calls.load(Ordering::Relaxed) < count {
            tokio::task::yield_now().await;
        }
    };
    timeout(WITHIN, some).await.expect("it calls");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_there_was_is_told_where_it_ends_early() {
    let topic = unique_topic("early");
    let (_server, worker) = serve(&topic, "host-1").await;
    let relay = Relay::start().await;
    let url = relay.url();

    let interrupted = begun(url, &topic, &worker.echoes).await;
    interrupted.interrupt();
    let ended = interrupted.ended().await;
    assert_eq!((ended.code, ended.complaints.as_str()), (Some(130), ""), "{ended:?}");
    let report = ended.json();
    assert_eq!(report["ended"], "interrupted");
    assert!(report["succeeded"].as_u64() > Some(0), "{report}");

    worker.echoes.store(0, Ordering::Relaxed);
    let hanging = Relay::start().await;
    let stuck = begun(hanging.url(), &topic, &worker.echoes).await;
    hanging.hang();
    stuck.interrupt();
    let ended = stuck.ended().await;
    assert_eq!(ended.code, Some(130), "{ended:?}");
    assert!(ended.json()["succeeded"].as_u64() > Some(0), "{ended:?}");

    worker.echoes.store(0, Ordering::Relaxed);
    let cut_short = begun(url, &topic, &worker.echoes).await;
    relay.go_away().await;
    let ended = cut_short.ended().await;
    assert_eq!(ended.code, Some(3), "{ended:?}");
    let report = ended.json();
    assert_eq!(report["ended"], "broker gone");
    assert!(report["reason"].as_str().unwrap().contains("was lost"), "{report}");
    assert!(report["succeeded"].as_u64() > Some(0), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_goes_on_without_the_broker_where_it_is_told_to() {
    let topic = unique_topic("on");
    let (_server, worker) = serve(&topic, "host-1").await;
    let relay = Relay::start().await;
    let bench = begun_with(&["--keep-going"], relay.url(), &topic, &worker.echoes).await;
    relay.go_away().await;
    relay.come_back();
    called(&worker.echoes, worker.echoes.load(Ordering::Relaxed) + 20).await;
    bench.interrupt();
    let ended = bench.ended().await;
    assert_eq!((ended.code, &ended.json()["ended"]), (Some(130), &json!("interrupted")));
}
