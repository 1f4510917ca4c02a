//! `ls`, `info`, `stats` and `ping`.

use std::collections::BTreeSet;
use std::time::Instant;

use serde_json::json;

use crate::fleet::Fleet;
use crate::process::WITHIN;
use crate::program::Home;
use crate::python::unique_topic;
use crate::site::{VirtualHost, connect, rabbitmqctl, serve};

#[tokio::test(flavor = "multi_thread")]
async fn ls_tells_who_serves_what_in_both_languages() {
    let (fleet, home) = (Fleet::start().await, Home::new());
    let topic = fleet.topic.as_str();
    let shown = home.run_patiently(&["ls", topic]).await.ends(0);
    let shown =
        shown.says(&["host-1", "host-2", "Scheduler 2.6, Lab 1.5, Admin 2.1 in admin", "Python?"]);
    assert_eq!(shown.out.lines().count(), 4, "{shown}");
    let listed = home.run_patiently(&["--json", "ls", topic]).await.ends(0).json();
    assert_eq!((&listed[0]["consumers"], &listed[0]["silent"]), (&json!(3), &json!(0)));
    let servers = listed[0]["servers"].as_array().unwrap();
    let kinds = |kind: &str| servers.iter().filter(|it| it["kind"] == kind).count();
    assert_eq!((kinds("messaging"), kinds("tells nothing")), (2, 1), "{listed}");
    // What was met is known without being named again.
    home.run_patiently(&["ls"]).await.ends(0).says(&[topic, "host-1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_looks_leaves_no_queue_behind() {
    let (host, topic) = (VirtualHost::new(false), unique_topic("looked"));
    let url = host.url();
    let transport = connect(&url).await;
    let _servers = (serve(&transport, &topic, "one").await, serve(&transport, &topic, "two").await);
    let mut before = BTreeSet::new();
    for verb in [&["ls"][..], &["stats"], &["info"], &["ping"], &["gather", "--value", "1"]] {
        let (verb, more) = verb.split_first().unwrap();
        let method = (*verb == "gather").then_some("echo");
        let words: Vec<_> = ["--url", &url, verb, &topic].into_iter().chain(method).collect();
        let arguments = words.into_iter().chain(more.iter().copied()).collect::<Vec<_>>();
        // Its queue is left to expire where an answer may still come, which is so where one did not
        // come in half a second: not each time.
        let begun = Instant::now();
        loop {
            Home::without_broker().run_patiently(&arguments).await.ends(0);
            let names = rabbitmqctl(&["list_queues", "-p", &host.name, "name"]);
            assert!(names.contains(&topic), "{verb}: {names}");
            let replies = names.lines().filter(|name| name.starts_with("reply_"));
            let replies: BTreeSet<_> = replies.map(str::to_owned).collect();
            let is_clean = replies.is_subset(&before);
            before = replies;
            if is_clean {
                break;
            }
            assert!(begun.elapsed() < WITHIN, "{verb}: {names}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ls_tells_that_nobody_is_there() {
    let home = Home::new();
    home.run(&["ls"]).await.ends(2).says(&["no topic is named", "--management"]);
    let topic = unique_topic("nobody");
    home.run_patiently(&["ls", &topic]).await.ends(5).says(&[&topic, "no such queue"]);
    let listed = home.run_patiently(&["ls", "--json", &topic]).await.ends(5).json();
    assert_eq!(listed[0]["servers"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn info_tells_methods_arguments_and_documentation() {
    let (fleet, home) = (Fleet::start().await, Home::new());
    let shown = home.run_patiently(&["info", &fleet.topic]).await.ends(0);
    shown.says(&[
        "Scheduler 2.6 on host-1, host-2",
        "select_hosts(request_spec: RequestSpec, filter_properties?: FilterProperties)  [idempotent]",
        "The hosts fit for a request, best first.",
        "Admin 2.1, namespace admin",
        "note(text: string)  [since 1.4, cast]",
        "tells nothing of what it serves",
    ]);
    let told = home
        .run_patiently(&["info", "--json", &fleet.topic, "--server", "host-2"])
        .await
        .ends(0)
        .json();
    assert_eq!(told["servers"][0]["server"], "host-2");
    assert_eq!(told["servers"][0]["apis"][0]["contract"]["name"], "Scheduler");
}

#[tokio::test(flavor = "multi_thread")]
async fn stats_tell_what_was_called() {
    let (fleet, home) = (Fleet::start().await, Home::new());
    let topic = fleet.topic.as_str();
    home.run(&["call", "--server", "host-1", topic, "echo", "--value", "1"]).await.ends(0);
    let shown = home.run_patiently(&["stats", topic]).await.ends(0);
    shown.says(&["METHOD", "echo", "host-2", "(no calls yet)", "1 more count nothing"]);
    let told =
        home.run_patiently(&["stats", "--json", topic, "--server", "host-1"]).await.ends(0).json();
    let methods = told["servers"][0]["apis"][1]["methods"].as_array().unwrap();
    let echo = methods.iter().find(|it| it["method"] == "echo").unwrap();
    assert_eq!((&echo["calls"], &echo["succeeded"]), (&json!(1), &json!(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn ping_hears_every_server_or_the_one_named() {
    let (fleet, home) = (Fleet::start().await, Home::new());
    let topic = fleet.topic.as_str();
    home.run_patiently(&["ping", topic]).await.ends(0).says(&[
        "host-1",
        "host-2",
        "messaging 0.1.0",
        "Python?",
    ]);
    let heard = home.run_patiently(&["ping", "--json", topic]).await.ends(0).json();
    assert_eq!(heard["answers"].as_array().unwrap().len(), 3, "{heard}");
    let heard =
        home.run_patiently(&["ping", "--json", topic, "--server", "host-3"]).await.ends(0).json();
    assert_eq!(heard["answers"][0]["kind"], "tells nothing", "{heard}");
    home.run_patiently(&["ping", topic, "--server", "host-9"]).await.ends(5).says(&["host-9"]);
}
