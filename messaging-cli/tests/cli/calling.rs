//! `call`, `cast` and `gather`.

use serde_json::{Value, json};

use crate::fleet::Fleet;
use crate::program::Home;
use crate::python::unique_topic;

#[tokio::test(flavor = "multi_thread")]
async fn arguments_are_flags_an_object_a_file_or_standard_input() {
    let (fleet, home) = (Fleet::start_rust().await, Home::new());
    let topic = fleet.topic.as_str();
    let spec = r#"{"memory_mb": 2048}"#;
    let object = format!(r#"{{"request_spec": {spec}}}"#);
    std::fs::write(home.folder.join("args.json"), &object).unwrap();
    let expected = json!([{"host": "host-1", "memory_mb": 4096}]);
    for words in [&["--request-spec", spec][..], &[&object], &["@args.json"]] {
        let words = [&["--json", "call", topic, "select_hosts"], words].concat();
        assert_eq!(home.run(&words).await.ends(0).json(), expected);
    }
    let words = ["--json", "call", topic, "select_hosts", "-"];
    assert_eq!(home.run_with_input(&words, &object).await.ends(0).json(), expected);
    // Without --json it is laid out, and what is said beside it is no part of it.
    let shown = home.run(&["call", topic, "select_hosts", "--request_spec", spec]).await.ends(0);
    assert_eq!(serde_json::from_str::<Value>(&shown.out).unwrap(), expected);
    assert!(shown.out.lines().count() > 1 && shown.err.contains("answered in"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_typed_error_is_told_by_its_name_with_its_fields() {
    let (fleet, home) = (Fleet::start().await, Home::new());
    let args = r#"{"request_spec": {"memory_mb": 999999}}"#;
    for server in ["host-1", "host-3"] {
        let words =
            ["call", "--server", server, "--version", "2.6", &fleet.topic, "select_hosts", args];
        let ran = home.run(&words).await.ends(8);
        ran.says(&["NoValidHost", "(scheduler_exceptions)", "reason: \"999999 MB are needed\""]);
        let error = home.run(&[&["--json"], &words[..]].concat()).await.ends(8).json_error();
        assert_eq!((&error["exit"], &error["data"]["class"]), (&json!(8), &json!("NoValidHost")));
        assert_eq!(error["data"]["kwargs"]["reason"], "999999 MB are needed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn arguments_are_checked_before_anything_is_sent() {
    let (fleet, home) = (Fleet::start_rust().await, Home::new());
    let topic = fleet.topic.as_str();
    let ran =
        home.run(&["call", topic, "select_hosts", "--request-spec", r#"{"memory_mb": "x"}"#]).await;
    ran.ends(7).says(&["nothing was sent", "request_spec", "memory_mb", "expected integer"]);
    let ran = home.run(&["call", topic, "select_hosts", "--request-spek", "{}"]).await;
    ran.ends(7).says(&["did you mean `request_spec`?"]);
    let ran = home.run(&["call", topic, "echo", "--value", "1", "--timeout", "5"]).await;
    ran.ends(7).says(&["--timeout of messaging-cli stands before the topic"]);
    let error = home.run(&["--json", "call", topic, "select_hosts"]).await.ends(7).json_error();
    assert!(error["data"][0].as_str().unwrap().contains("request_spec"), "{error}");
    // Sent as they are they are refused by the server, which says so.
    let words =
        ["call", "--no-check", "--version", "2.0", topic, "select_hosts", "--request_spec", "5"];
    home.run(&words).await.ends(7).says(&["request_spec"]);
    let stats = home.run_patiently(&["stats", "--json", topic]).await.ends(0).json();
    let refused = |server: &Value| server["apis"][0]["methods"][0]["refused"].as_u64().unwrap();
    assert_eq!(stats["servers"].as_array().unwrap().iter().map(refused).sum::<u64>(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_there_is_not_is_answered_with_those_that_there_are() {
    let (fleet, home) = (Fleet::start_rust().await, Home::new());
    let topic = fleet.topic.as_str();
    let ran = home.run(&["call", topic, "selct_hosts"]).await.ends(6);
    ran.says(&[
        "did you mean `select_hosts`?",
        "update_capabilities",
        "Admin 2.1 (namespace `admin`): whoami",
    ]);
    home.run(&["call", "--version", "3.0", topic, "select_hosts"])
        .await
        .ends(6)
        .says(&["Scheduler 2.6"]);
    home.run(&["call", "--namespace", "x", topic, "whoami"])
        .await
        .ends(6)
        .says(&["namespace `admin`"]);
    // The namespace is found where the method is there alone.
    home.run(&["call", "--server", "host-2", topic, "whoami"]).await.ends(0).says(&["\"host-2\""]);
    // Both say their names within two seconds, or they are not named.
    let words = ["call", "--server", "host-9", topic, "whoami"];
    home.run_until(&words, |ran| ran.has(5, &["host-1, host-2"])).await;
    let wrong = topic.replace("scheduler", "schedular");
    home.run(&["call", &wrong, "whoami"])
        .await
        .ends(5)
        .says(&[&format!("did you mean `{topic}`?")]);
    let never = unique_topic("never");
    let error = home.run(&["call", "--json", &never, "whoami"]).await.ends(5).json_error();
    assert!(error["message"].as_str().unwrap().contains(&never), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn help_behind_a_method_shows_what_it_takes() {
    let (fleet, home) = (Fleet::start_rust().await, Home::new());
    let shown = home.run(&["call", &fleet.topic, "select_hosts", "--help"]).await.ends(0);
    shown.says(&[
        "The hosts fit for a request",
        "--request_spec <RequestSpec>  required",
        "since 2.6",
    ]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_in_python_is_called_as_it_is_told() {
    let (fleet, home) = (Fleet::start().await, Home::new());
    let topic = fleet.topic.as_str();
    let call = |words: &[&'static str]| {
        let mut all = vec!["--json", "call", "--server", "host-3"];
        all.extend(words.iter().take_while(|it| **it != "TOPIC"));
        all.push(topic);
        all.extend(words.iter().skip_while(|it| **it != "TOPIC").skip(1));
        all.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    for (words, expected) in [
        (call(&["TOPIC", "add", "--a", "1", "--b", "2"]), json!(3)),
        (call(&["TOPIC", "echo", "--value", "text"]), json!("text")),
        (call(&["--namespace", "admin", "--version", "2.1", "TOPIC", "whoami"]), json!("host-3")),
        (
            call(&["--context", "{\"user\": \"alice\"}", "TOPIC", "seen_context"]),
            json!({"user": "alice", "client_timeout": null}),
        ),
    ] {
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        assert_eq!(home.run(&words).await.ends(0).json(), expected);
    }
    let ran = home.run(&["call", "--server", "host-3", topic, "whoami"]).await.ends(6);
    ran.says(&["whoami", "tells nothing of itself", "--namespace"]);
    let ran = home.run(&["call", "--server", "host-3", topic, "add", "--a", "1"]).await.ends(8);
    ran.says(&["TypeError"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cast_reaches_one_server_or_all() {
    let (mut fleet, home) = (Fleet::start_rust().await, Home::new());
    let topic = fleet.topic.clone();
    home.run(&["cast", "--server", "host-2", &topic, "note", "--text", "one"])
        .await
        .ends(0)
        .says(&["host-2"]);
    assert_eq!(fleet.notes.recv().await.unwrap(), ("host-2", "one".to_owned()));
    let sent = home
        .run(&["--json", "cast", "--fanout", &topic, "note", "--text", "5"])
        .await
        .ends(0)
        .json();
    assert_eq!((&sent["sent"], &sent["fanout"]), (&json!(true), &json!(true)));
    let mut heard = [fleet.notes.recv().await.unwrap(), fleet.notes.recv().await.unwrap()];
    heard.sort();
    // A text, as the schema says, though it could be a number.
    assert_eq!(heard, [("host-1", "5".to_owned()), ("host-2", "5".to_owned())]);
    home.run(&["cast", "--fanout", "--server", "a", &topic, "note"]).await.ends(2);
    home.run(&["cast", &topic, "note"]).await.ends(7).says(&["--text <string>"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn gather_shows_each_answer_with_its_server() {
    let (fleet, home) = (Fleet::start().await, Home::new());
    let words = ["gather", &fleet.topic, "echo", "--value", "12345678901234567890123"];
    let shown = home.run_patiently(&words).await.ends(0);
    let shown = shown.says(&["host-1", "host-2", "(unnamed)", "3 answers of 3 servers"]);
    assert_eq!(shown.out.lines().count(), 3, "{shown}");
    let lines = home.run_patiently(&[&["--json"], &words[..]].concat()).await.ends(0).json_lines();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines.iter().all(|line| line["seconds"].is_number() && !line["result"].is_null()));
    // An error of one is an answer, and the exit code says so.
    let args = r#"{"request_spec": {"memory_mb": 999999}}"#;
    let words = ["--json", "gather", &fleet.topic, "select_hosts", args];
    let lines = home.run_patiently(&words).await.ends(8).json_lines();
    assert!(
        lines.iter().all(|line| line["error"]["remote"]["class"] == "NoValidHost"),
        "{lines:?}"
    );
    let never = unique_topic("never");
    home.run(&["gather", &never, "echo"]).await.ends(5);
}
