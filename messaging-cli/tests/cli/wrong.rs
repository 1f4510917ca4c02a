//! Wrong names in every verb, and a broker that takes connections and says nothing.

use std::net::TcpListener;
use std::thread;

use crate::fleet::Fleet;
use crate::process::{Program, cli};
use crate::program::Home;
use crate::python::unique_topic;
use crate::site::{VirtualHost, connect, rabbitmqctl, serve};

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_topic_is_answered_with_those_that_are_known_in_every_verb() {
    let (fleet, home) = (Fleet::start_rust().await, Home::new());
    home.run(&["ls", &fleet.topic]).await.ends(0);
    let wrong = fleet.topic.replace("scheduler", "schedular");
    let meant = format!("did you mean `{}`?", fleet.topic);
    for verb in [
        &["ls"][..],
        &["info"],
        &["stats"],
        &["ping"],
        &["docs"],
        &["contract", "show"],
        &["contract", "asyncapi"],
        &["contract", "page"],
        &["ui"],
        &["gather"],
        &["call"],
        &["cast"],
        &["top", "--once"],
    ] {
        let method = matches!(verb[0], "gather" | "call" | "cast").then_some("echo");
        let words: Vec<_> = verb.iter().copied().chain([wrong.as_str()]).chain(method).collect();
        home.run(&words).await.ends(5).says(&[&meant]);
        // With `--json` too: what there is, is told beside the error or in it.
        let ran = home.run(&[&["--json"], &words[..]].concat()).await.ends(5);
        assert!(verb[0] == "top" || ran.err.contains(&meant), "{ran}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_server_is_answered_with_those_that_there_are() {
    let (fleet, home) = (Fleet::start_rust().await, Home::new());
    let topic = fleet.topic.as_str();
    for verb in [&["info"][..], &["stats"], &["ping"], &["docs"], &["contract", "show"]] {
        let words = [verb, &["--server", "nope", topic]].concat();
        let ran = home.run(&words).await.ends(5);
        ran.says(&["has no server `nope`", "host-1", "host-2"]);
    }
}

/// Nor an exchange, which would stay.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_looks_at_a_topic_that_there_is_not_makes_nothing() {
    let (host, topic) = (VirtualHost::new(false), unique_topic("looked"));
    let url = host.url();
    let _server = serve(&connect(&url).await, &topic, "one").await;
    let before = rabbitmqctl(&["list_exchanges", "-p", &host.name, "name"]);
    let home = Home::without_broker();
    for verb in [&["top", "--once"][..], &["ls"], &["ping"], &["gather"]] {
        let method = (verb[0] == "gather").then_some("echo");
        let words = [&["--url", &url], verb, &["nobody"]].concat();
        home.run(&words.into_iter().chain(method).collect::<Vec<_>>()).await.ends(5);
        let after = rabbitmqctl(&["list_exchanges", "-p", &host.name, "name"]);
        assert_eq!(after, before, "{verb:?}");
    }
}

/// A port on which everything is taken and nothing is answered, as of a broker that hangs.
fn silent() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    // Connections are kept for as long as the test runs.
    thread::spawn(move || listener.incoming().map_while(Result::ok).collect::<Vec<_>>());
    format!("rabbit://guest:guest@{address}/")
}

#[tokio::test]
async fn a_broker_that_says_nothing_is_no_topic_on_which_nothing_goes_by() {
    let (url, home) = (silent(), Home::without_broker());
    for verb in [&["watch", "topic"][..], &["ls", "topic"], &["call", "topic", "method"]] {
        let words = [&["--url", &url, "--timeout", "1s"], verb].concat();
        let ran = home.run(&words).await.ends(3);
        assert!(ran.err.contains("127.0.0.1") && !ran.err.contains("guest:guest"), "{ran}");
    }
}

#[tokio::test]
async fn ctrl_c_ends_what_waits_for_a_broker_that_says_nothing() {
    let url = silent();
    for verb in [&["watch", "topic"][..], &["ui", "topic"], &["top", "topic"], &["doctor", "topic"]]
    {
        let program = Program::start(cli(&[&["--url", &url], verb].concat()));
        program.hears_interrupts().await;
        program.interrupt();
        let ended = program.ended().await;
        assert_eq!(ended.code, Some(130), "{verb:?}: {ended:?}");
    }
}
