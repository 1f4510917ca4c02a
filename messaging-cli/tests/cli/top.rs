//! `top`: what servers do at this moment.

use std::time::Duration;

use rustix::process::Signal;
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::fleet::Fleet;
use crate::process::{Program, WITHIN, cli};
use crate::program::Home;
use crate::python::unique_topic;
use crate::relay::Relay;
use crate::terminal::Terminal;
use crate::work::{client, serve};

/// Calls for as long as it is held.
struct Calling(JoinHandle<()>);

impl Calling {
    async fn start(topic: &str) -> Self {
        let client = client(topic).await;
        Self(tokio::spawn(async move {
            loop {
                // Three are no multiple of two servers: each has its turn with either.
                for _ in 0..2 {
                    client.echo(json!(1)).await.expect("an answer");
                }
                client.place().await.expect_err("an error");
            }
        }))
    }
}

impl Drop for Calling {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What ends it.
enum End {
    Key(u8),
    Signal(Signal),
}

/// The line on which a method of a server stands.
fn row(screen: &vt100::Screen, server: &str, method: &str) -> Option<String> {
    let is_it = |line: &&str| {
        let words: Vec<_> = line.split_whitespace().collect();
        words.contains(&server) && words.contains(&method)
    };
    screen.contents().lines().find(is_it).map(str::to_owned)
}

/// Whether a row has a rate that is not zero in the column of calls.
fn is_called(screen: &vt100::Screen, server: &str) -> bool {
    let row = row(screen, server, "echo").unwrap_or_default();
    // Before the method there is more where the row is stale.
    let mut words = row.split_whitespace().skip_while(|word| *word != "echo");
    words.nth(1).is_some_and(|rate| !["-", "0.0"].contains(&rate))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_shows_every_method_of_every_server_and_is_restored() {
    let topic = unique_topic("top");
    let _servers = [serve(&topic, "host-1").await, serve(&topic, "host-2").await];
    let _calling = Calling::start(&topic).await;
    for (end, code) in [(End::Key(b'q'), 0), (End::Key(3), 130), (End::Signal(Signal::TERM), 130)] {
        let mut top = Terminal::start(cli(&["top", &topic]));
        // Both in the same second, within which one may have been late before.
        top.until(|screen| {
            is_called(screen, "host-1")
                && is_called(screen, "host-2")
                && screen.contents().contains(": 2 servers, every 1.0 s")
        })
        .await;
        let text = top.text();
        let head = text.lines().find(|line| line.starts_with("SERVER")).unwrap();
        assert_eq!((head.len(), head.split_whitespace().last()), (80, Some("ERRORS/S")), "{text}");
        // By names, what is idle stands on its own line in between.
        top.press(b"n");
        top.until(|screen| {
            let rows = ["echo", "note", "place"].map(|method| row(screen, "host-1", method));
            let rows = rows.map(Option::unwrap_or_default);
            let contents = screen.contents();
            let lines: Vec<_> = contents.lines().collect();
            lines.windows(3).any(|lines| lines == &rows[..])
        })
        .await;
        match end {
            End::Key(key) => top.press(&[key]),
            End::Signal(signal) => top.signal(signal),
        }
        let (ended, left) = top.ended().await;
        // Of a server that is late at the end, since when it is stands before its name.
        let is_left = left.lines().any(|line| {
            let words: Vec<_> = line.split_whitespace().collect();
            words.windows(2).any(|words| words == ["host-1", "echo"])
        });
        assert_eq!((ended, is_left), (Some(code), code == 130), "{left}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_goes_away_is_told_of_and_its_rows_are_stale() {
    let topic = unique_topic("away");
    let (server, _) = serve(&topic, "host-1").await;
    let _other = serve(&topic, "host-2").await;
    let relay = Relay::start().await;
    let mut top = Terminal::start(cli(&["top", "--url", relay.url(), &topic]));
    top.until(|screen| row(screen, "host-1", "echo").is_some()).await;
    relay.go_away().await;
    top.until(|screen| {
        screen.contents().contains("the broker is away for ")
            && screen.contents().contains("s ago host-1")
    })
    .await;
    relay.come_back();
    let is_back = |screen: &vt100::Screen| {
        row(screen, "host-1", "echo").is_some_and(|row| row.starts_with("host-1"))
    };
    top.until(|screen| is_back(screen) && !screen.contents().contains("is away")).await;
    // A server that is gone alone is stale alone.
    let _report = server.shutdown(Duration::from_secs(5)).await;
    // One that is late in a second is stale for that second too.
    let is_fresh = |screen: &vt100::Screen| {
        row(screen, "host-2", "echo").is_some_and(|row| row.starts_with("host-2"))
    };
    top.until(|screen| {
        let contents = screen.contents();
        contents.contains("s ago host-1") && !contents.contains("s ago host-2") && is_fresh(screen)
    })
    .await;
    top.press(b"q");
    assert_eq!(top.ended().await.0, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_hangs_is_told_of_as_one_that_is_away() {
    let topic = unique_topic("hangs");
    let _server = serve(&topic, "host-1").await;
    let relay = Relay::start().await;
    let mut top = Terminal::start(cli(&["top", "--url", relay.url(), &topic]));
    top.until(|screen| row(screen, "host-1", "echo").is_some()).await;
    relay.hang();
    top.until_text("the broker is away for ").await;
    top.press(b"q");
    assert_eq!(top.ended().await.0, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fleet_in_both_languages_is_seen_as_far_as_it_tells() {
    let (fleet, home) = (Fleet::start().await, Home::new());
    let topic = fleet.topic.as_str();
    let mut top = Terminal::start(cli(&["top", topic, "--sort", "name"]));
    top.until_text("2 servers, and 1 that tells nothing").await;
    top.until(|screen| row(screen, "host-2", "select_hosts").is_some()).await;
    top.until(|screen| row(screen, "host-1", "admin.whoami").is_some()).await;
    top.press(b"q");
    assert_eq!(top.ended().await.0, Some(0));

    // Who is late in one of its two rounds is not in the table, or has no rates.
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    home.run_until(&["top", topic, "--once"], |table| {
        let row = ["host-1", "echo", "0.0", "0", "-", "0.0"];
        table.has(0, &["2 servers, and 1 that tells nothing"])
            && table.out.lines().any(|line| words(line) == row)
    })
    .await;
    let look = ["top", topic, "--once", "--json", "--interval", "300ms"];
    let look = home.run_until(&look, |look| {
        let is_of_all = |look: &Value| {
            (&look["servers"], &look["servers_without_statistics"]) == (&json!(2), &json!(1))
        };
        look.code == 0 && is_of_all(&look.json())
    });
    let look = look.await.json();
    let methods = look["methods"].as_array().unwrap();
    let of = |server: &str| methods.iter().filter(|it| it["server"] == server).count();
    assert_eq!((of("host-1"), of("host-2"), methods.len()), (8, 8, 16), "{look}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_at_which_nobody_is_is_answered_with_those_that_there_are() {
    let (fleet, home) = (Fleet::start_rust().await, Home::new());
    home.run(&["top"]).await.ends(2).says(&["messaging-cli top TOPIC"]);
    home.run_patiently(&["ls", &fleet.topic]).await.ends(0);
    let wrong = fleet.topic.replace("scheduler", "schedular");
    let words = ["top", &wrong, "--once", "--interval", "300ms"];
    let meant = format!("did you mean `{}`?", fleet.topic);
    // A broker that takes more than a second to say that nobody is there is told of in place of it.
    home.run_until(&words, |ran| ran.has(5, &["nobody serves", &meant])).await;
    let mut top = Terminal::start(cli(&["top", &wrong]));
    top.until_text(&format!("nobody answers on {wrong}")).await;
    top.press(b"q");
    assert_eq!(top.ended().await.0, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_get_a_line_for_each_interval() {
    let topic = unique_topic("lines");
    let _server = serve(&topic, "host-1").await;
    let _calling = Calling::start(&topic).await;
    let mut top = Program::start(cli(&["top", &topic, "--json", "--interval", "300ms"]));
    // The caller makes one call after the other, and need not have made one of each in an interval.
    let is_full = |line: &Value| {
        let figures =
            [("echo", "calls_per_second"), ("place", "errors_per_second"), ("echo", "p99_seconds")];
        let methods = line["methods"].as_array().unwrap();
        figures.iter().all(|(method, figure)| {
            let method = methods.iter().find(|it| it["method"] == *method);
            method.is_some_and(|it| it[figure].as_f64() > Some(0.0))
        })
    };
    let mut last = Value::Null;
    let two = async {
        for _ in 0..2 {
            last = top.json().await;
            while !is_full(&last) {
                last = top.json().await;
            }
        }
    };
    let are_there = timeout(WITHIN, two).await.is_ok();
    assert!(are_there, "{last}");
    top.interrupt();
    assert_eq!(top.ended().await.code, Some(130));
}
