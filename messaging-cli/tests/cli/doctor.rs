//! `doctor`: what is wrong with a broker, or with what is asked of it.

use messaging::driver::{Address, Look};
use messaging::{Config, runtime};
use serde_json::{Value, json};

use crate::fleet::Fleet;
use crate::process::{Ended, WITHIN, run};
use crate::program::Home;
use crate::python::{rabbit_url, unique_topic};
use crate::site::{Node, VirtualHost, client, connect, rabbitmqctl, serve, serve_python};

async fn doctor(url: &str, more: &[&str]) -> Ended {
    run(&[&["doctor", "--json", "--url", url], more].concat()).await
}

/// The items of an area at a level.
fn items<'a>(report: &'a Value, area: &str, level: &str) -> Vec<&'a Value> {
    let items = report["items"].as_array().expect("a report has items");
    items.iter().filter(|item| item["area"] == area && item["level"] == level).collect()
}

/// What a queue of the default exchange is.
async fn look(url: &str, topic: &str) -> Look {
    let (config, runtime) = (Config::new().url(url), runtime::current().unwrap());
    let driver = messaging::driver::connect(&config, runtime).await.unwrap();
    let (exchange, topic) = ("openstack".to_owned(), topic.to_owned());
    let seen = driver.look(&Address::Topic { exchange, topic, server: None }, WITHIN).await;
    driver.close(WITHIN).await;
    seen.unwrap()
}

#[tokio::test]
async fn a_topic_that_is_served_by_both_languages_is_well() {
    let (url, topic) = (rabbit_url(), unique_topic("well"));
    let transport = connect(&url).await;
    let _servers = (
        serve(&transport, &topic, "rust-1").await,
        serve(&transport, &topic, "rust-2").await,
        serve_python(&url, &topic, "python-1").await,
    );
    let servers = ["--server", "rust-1", "--server", "python-1"];
    let ended = doctor(&url, &[&[topic.as_str()], &servers[..]].concat()).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let report = ended.json();
    assert_eq!((&report["well"], &report["findings"]), (&json!(true), &json!(0)));
    let broker = &items(&report, "broker", "good")[0]["data"];
    assert_eq!(broker["product"], "RabbitMQ");
    assert!(broker["version"].as_str().unwrap().contains('.'), "{broker}");
    let consumers = |queue: String| {
        let read = items(&report, "queues", "good");
        let read = read.into_iter().find(|item| item["data"]["name"] == queue.as_str());
        read.map(|item| item["data"]["consumers"].clone())
    };
    assert_eq!(consumers(topic.clone()), Some(json!(3)));
    assert_eq!(consumers(format!("{topic}.python-1")), Some(json!(1)));
    assert_eq!(items(&report, "topology", "good").len(), 5, "{report}");
    assert_eq!(items(&report, "permissions", "good").len(), 2, "{report}");
    // A note, where the message that was sent to see it took more than a second.
    let alarms = ["good", "note"].map(|level| items(&report, "alarms", level).len());
    assert_eq!(alarms.iter().sum::<usize>(), 1, "{report}");
    assert_eq!(items(&report, "tracing", "good").len(), 1, "{report}");
    assert!(!ended.output.contains("guest:guest"), "{ended:?}");
}

#[tokio::test]
async fn what_is_otherwise_than_the_options_have_it_is_found_and_nothing_is_made() {
    let (host, topic) = (VirtualHost::new(false), unique_topic("conflict"));
    let url = host.url();
    let transport = connect(&url).await;
    let server = serve(&transport, &topic, "rust-1").await;
    let absent = unique_topic("absent");
    let durable = ["-o", "amqp_durable_queues=true"];
    let ended = doctor(&url, &[&[topic.as_str(), &absent], &durable[..]].concat()).await;
    assert_eq!(ended.code, Some(12), "{ended:?}");
    let report = ended.json();
    let differs = items(&report, "topology", "finding");
    assert_eq!(differs.len(), 1, "{report}");
    assert_eq!(differs[0]["data"]["name"], topic.as_str());
    assert!(differs[0]["message"].as_str().unwrap().contains("amqp_durable_queues"), "{report}");
    assert!(differs[0]["advice"].is_string(), "{report}");
    // The exchange too, with which servers make do.
    assert_eq!(items(&report, "topology", "note").len(), 1, "{report}");
    let unserved = items(&report, "queues", "finding");
    assert_eq!(unserved.len(), 1, "{report}");
    assert_eq!(unserved[0]["data"]["name"], absent.as_str());
    assert_eq!(look(&url, &absent).await, Look::Missing);
    let names = rabbitmqctl(&["list_queues", "-p", &host.name, "name"]);
    assert_eq!(names.lines().filter(|name| name.starts_with("conflict")).count(), 3, "{names}");
    assert!(!names.contains("absent") && !names.contains("reply_"), "{names}");
    let exchanges = rabbitmqctl(&["list_exchanges", "-p", &host.name, "name"]);
    assert!(!exchanges.contains("absent"), "{exchanges}");
    drop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_that_there_is_not_is_told_with_those_that_were_met() {
    let (fleet, home) = (Fleet::start_rust().await, Home::new());
    home.run_patiently(&["ls", &fleet.topic]).await.ends(0);
    let wrong = fleet.topic.replace("scheduler", "schedular");
    let ran = home.run(&["doctor", &wrong]).await.ends(12);
    ran.says(&["nobody has served queue", &format!("did you mean `{}`?", fleet.topic)]);
}

#[tokio::test]
async fn a_queue_that_nobody_reads_is_found_with_what_waits_in_it() {
    let (host, topic) = (VirtualHost::new(false), unique_topic("unread"));
    let url = host.url();
    let transport = connect(&url).await;
    let server = serve(&transport, &topic, "rust-1").await;
    server.stop();
    server.wait().await;
    client(&transport, &topic).cast("note", json!({"text": "hello"})).await.unwrap();
    let ended = doctor(&url, &[&topic, "--queue", &format!("{topic}.rust-1")]).await;
    assert_eq!(ended.code, Some(12), "{ended:?}");
    let report = ended.json();
    let unread = items(&report, "queues", "finding");
    let names: Vec<_> = unread.iter().map(|item| &item["data"]["name"]).collect();
    assert_eq!(names, [&json!(topic), &json!(format!("{topic}.rust-1"))], "{report}");
    assert_eq!(unread[0]["data"]["ready"], 1);
    assert!(unread[0]["advice"].as_str().unwrap().contains("start a server"), "{report}");
    // For people it is the same, and every finding has what to do.
    let told = run(&["doctor", &topic, "--url", &url]).await;
    assert_eq!(told.code, Some(12), "{told:?}");
    assert!(told.output.contains("nobody reads queue") && told.output.contains("do: "), "{told:?}");
    assert_eq!(look(&url, &topic).await, Look::Queue { ready: 1, consumers: 0 });
}

#[tokio::test]
async fn what_a_user_may_not_is_found_before_it_is_tried() {
    let (host, topic) = (VirtualHost::new(false), unique_topic("user"));
    let user = host.name.clone();
    rabbitmqctl(&["add_user", &user, "hunter2"]);
    // May make reply queues and send, and serves nothing.
    let own = "^reply_.*";
    let write = "^(reply_.*|openstack|amq.default)$";
    rabbitmqctl(&["set_permissions", "-p", &host.name, &user, own, write, own]);
    let url = rabbit_url().replace("guest:guest", &format!("{user}:hunter2"));
    let ended = doctor(&format!("{url}{}", host.name), &[&topic]).await;
    rabbitmqctl(&["delete_user", &user]);
    assert_eq!(ended.code, Some(12), "{ended:?}");
    let report = ended.json();
    assert_eq!(items(&report, "permissions", "good").len(), 1, "{report}");
    let refused = items(&report, "permissions", "finding");
    let permissions: Vec<_> = refused.iter().map(|item| &item["data"]["permission"]).collect();
    let expected = ["configure", "configure", "write and read", "write and read", "read"];
    assert_eq!(permissions, expected, "{report}");
    assert!(refused.iter().all(|item| item["advice"].is_string()), "{report}");
    assert!(!ended.output.contains("hunter2") && !ended.complaints.contains("hunter2"));
    let queues = rabbitmqctl(&["list_queues", "-p", &host.name, "name"]);
    assert_eq!(queues.lines().find(|line| *line != "name"), None);
}

#[tokio::test]
async fn an_alarm_and_what_was_left_behind_on_a_whole_node_are_found() {
    // With the management plugin, for what concerns a whole node.
    let node = Node::up("test-cli-doctor", &["--management"]);
    let (url, management) = (node.ask(&["url"]), node.ask(&["management-url"]));
    let topic = unique_topic("node");
    let transport = connect(&url).await;
    let server = serve(&transport, &topic, "rust-1").await;

    // The API learns of queues some seconds after they are there.
    let report = loop {
        let ended = doctor(&url, &[&topic, "--management", &management]).await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(!ended.output.contains("guest:guest"), "{ended:?}");
        let report = ended.json();
        if items(&report, "queues", "good").iter().any(|item| item["data"]["queues"] == json!(3)) {
            break report;
        }
    };
    assert_eq!(items(&report, "nodes", "good").len(), 1, "{report}");
    assert_eq!(items(&report, "clock", "good").len(), 1, "{report}");

    let wrong = management.replace("guest:guest", "guest:hunter2");
    let ended = doctor(&url, &[&topic, "--management", &wrong]).await;
    assert_eq!(ended.code, Some(12), "{ended:?}");
    let report = ended.json();
    let refused = &items(&report, "management", "finding")[0];
    assert!(refused["message"].as_str().unwrap().contains("401"), "{report}");
    assert!(!ended.output.contains("hunter2"), "{ended:?}");

    server.stop();
    server.wait().await;
    let left = r#"[rabbit_amqqueue:declare(rabbit_misc:r(<<"/">>, queue, Name), true, false, [], none,
        <<"tests">>) || Name <- [<<"reply_left">>, <<"notifications.info">>]]."#;
    node.ask(&["ctl", "eval", left]);
    node.ask(&["ctl", "eval", "rabbit_alarm:set_alarm({{resource_limit, memory, node()}, []})."]);
    let report = loop {
        let ended = doctor(&url, &["--management", &management]).await;
        assert_eq!(ended.code, Some(12), "{ended:?}");
        let report = ended.json();
        let reply = |item: &&Value| item["data"]["name"] == "reply_left";
        if items(&report, "queues", "finding").iter().any(reply) {
            break report;
        }
    };
    let alarm = &items(&report, "alarms", "finding")[0];
    assert!(alarm["message"].as_str().unwrap().contains("low on memory"), "{report}");
    assert!(alarm["advice"].as_str().unwrap().contains("memory"), "{report}");
    let empty = |item: &&Value| item["data"]["name"] == "notifications.info";
    assert!(items(&report, "queues", "note").iter().any(empty), "{report}");
}
