//! `serve`: something to call, without a program to be written.

use std::path::{Path, PathBuf};

use messaging::{CallError, Failure, RpcClient, Target, Transport, version};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::fleet::Fleet;
use crate::process::{Program, WITHIN, cli, times};
use crate::program::Home;
use crate::python::{rabbit_url, unique_topic};

/// What the command does depends on the method.
const COMMAND: &str = r#"
    case $MESSAGING_METHOD in
        pass) cat ;;
        who) echo "\"$MESSAGING_SERVER $MESSAGING_TOPIC $MESSAGING_VERSION $MESSAGING_NAMESPACE\"" ;;
        nothing) ;;
        fail) echo "there is no host" >&2; exit 3 ;;
        text) echo hello ;;
        flood) yes ;;
        wait) echo $$ > "$MARK"; sleep 600 & wait ;;
        wait-for) echo begun > "$MARK"; read line < "$GO"; echo "\"$line\"" ;;
    esac
"#;

async fn client(topic: &str) -> RpcClient {
    let transport = Transport::connect(&rabbit_url()).await.expect("the broker of the test run");
    RpcClient::new(&transport, Target::topic(topic))
}

/// A file of one test's own, which is not there.
fn file(topic: &str, name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{topic}-{name}"))
}

/// Waits until a file has been written.
async fn written(path: &Path) -> String {
    let read = async {
        loop {
            match std::fs::read_to_string(path) {
                Ok(text) if text.ends_with('\n') => break text,
                _ => tokio::task::yield_now().await,
            }
        }
    };
    timeout(WITHIN, read).await.expect("the file is written in time")
}

/// Waits until a process runs no more, which a kill may take a moment for.
async fn gone(id: &str) {
    let program = format!("/proc/{}/exe", id.trim());
    let going = async {
        while Path::new(&program).exists() {
            tokio::task::yield_now().await;
        }
    };
    assert!(timeout(WITHIN, going).await.is_ok(), "{id} still runs");
}

async fn failure(client: &RpcClient, method: &str) -> Failure {
    match client.call::<Value>(method, json!({})).await {
        Err(CallError::Remote(failure)) => failure,
        other => panic!("{method}: {other:?}"),
    }
}

#[tokio::test]
async fn an_echo_answers_every_method_with_its_arguments_and_says_what_it_served() {
    let topic = unique_topic("echo");
    let mut echo = Program::start(cli(&["serve", &topic, "--echo", "--server", "one"]));
    let begun = echo.line().await;
    assert!(begun.contains(&topic) && begun.contains("as one, version 1.0"), "{begun}");

    let client = client(&topic).await;
    for (method, args) in
        [("a", json!({"x": [1, null]})), ("a", json!({})), ("b", json!({"y": "z"}))]
    {
        assert_eq!(client.call::<Value>(method, &args).await.unwrap(), args);
    }
    let newer = client.prepare().version(version!("1.1")).build().unwrap();
    newer.call::<Value>("a", json!({})).await.unwrap_err();

    echo.interrupt();
    let ended = echo.ended().await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let lines: Vec<_> = ended.output.lines().collect();
    assert!(lines[0].starts_with("served 3 requests in "), "{ended:?}");
    let words = |line: &str| line.split_whitespace().take(4).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(lines[1]), ["METHOD", "REQUESTS", "ANSWERED", "FAILED"]);
    assert_eq!(words(lines[2]), ["a", "2", "2", "0"]);
    assert_eq!(words(lines[3]), ["b", "1", "1", "0"]);
}

#[tokio::test]
async fn a_command_answers_and_its_failures_have_names() {
    let topic = unique_topic("command");
    let words = [
        "serve",
        &topic,
        "--command",
        COMMAND,
        "--server",
        "one",
        "--json",
        "--namespace",
        "shell",
        "--version",
        "1.3",
        "--version",
        "2.0",
        "--max-output",
        "1KiB",
    ];
    let mut serving = Program::start(cli(&words));
    let begun = serving.json().await;
    assert_eq!(begun["serving"]["versions"], json!(["1.3", "2.0"]), "{begun}");

    let client = client(&topic).await;
    let client = client.prepare().namespace("shell").version(version!("2.0")).build().unwrap();
    let args = json!({"big": 12_345_678_901_234_567_890_u64, "text": "ä\"\n"});
    assert_eq!(client.call::<Value>("pass", &args).await.unwrap(), args);
    let old = client.prepare().version(version!("1.2")).build().unwrap();
    let who: String = old.call("who", json!({})).await.unwrap();
    assert_eq!(who, format!("one {topic} 1.2 shell"));
    assert_eq!(client.call::<Value>("nothing", json!({})).await.unwrap(), Value::Null);

    let failed = failure(&client, "fail").await;
    assert!(failed.is("messaging_cli.serve", "CommandFailed"), "{failed}");
    assert_eq!(failed.message, "the command ended with status 3: there is no host");
    for (method, class) in [("text", "OutputUnreadable"), ("flood", "OutputTooLarge")] {
        assert_eq!(failure(&client, method).await.class, class);
    }

    serving.interrupt();
    let ended = serving.ended().await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let served = &ended.json()["served"];
    assert_eq!((&served["requests"], &served["cut_off"]), (&json!(6), &json!(0)), "{served}");
    assert_eq!(served["methods"]["fail"]["failed"], json!(1));
}

#[tokio::test]
async fn a_command_that_runs_too_long_is_killed_with_what_it_has_started() {
    for time in times("500ms") {
        let topic = unique_topic("late");
        let mark = file(&topic, "mark");
        let words = ["--timeout", time, "serve", &topic, "--command", COMMAND];
        let mut serving = Program::start(cli(&words).env("MARK", &mark));
        serving.line().await;
        let failed = failure(&client(&topic).await, "wait").await;
        assert_eq!(failed.class, "CommandTimedOut", "{failed}");
        // Where the shell was killed before it came to its mark, nothing is shown by that.
        if let Ok(leader) = std::fs::read_to_string(&mark)
            && leader.ends_with('\n')
        {
            gone(&leader).await;
            return;
        }
    }
    panic!("the command never came to its mark");
}

#[tokio::test]
async fn a_command_may_write_a_text() {
    let topic = unique_topic("text");
    let command = ["serve", &topic, "--command", "echo hello; echo \\\"", "--text", "--show"];
    let mut serving = Program::start(cli(&command));
    serving.line().await;
    let answer: String = client(&topic).await.call("any", json!({"a": 1})).await.unwrap();
    assert_eq!(answer, "hello\n\"");
    let shown = serving.line().await;
    assert!(shown.starts_with(r#"any {"a":1} -> "hello\n\"" in "#), "{shown}");
}

#[tokio::test]
async fn ctrl_c_lets_what_runs_finish() {
    let topic = unique_topic("drain");
    let (mark, go) = (file(&topic, "mark"), file(&topic, "go"));
    let made = std::process::Command::new("mkfifo").arg(&go).status().unwrap();
    assert!(made.success());
    let drain = cli(&["serve", &topic, "--command", COMMAND, "--drain", "30s"]);
    let mut serving = Program::start(drain.env("MARK", &mark).env("GO", &go));
    serving.line().await;
    let client = client(&topic).await;
    let call = tokio::spawn({
        let client = client.clone();
        async move { client.call::<Value>("wait-for", json!({})).await }
    });
    written(&mark).await;
    serving.interrupt();
    serving.complains("stopping: 1 still runs, for up to 30.0 s").await;
    std::fs::write(&go, "done\n").unwrap();
    assert_eq!(call.await.unwrap().unwrap(), json!("done"));
    let ended = serving.ended().await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.output.contains("served 1 request in"), "{ended:?}");
    std::fs::remove_file(&go).unwrap();
}

#[tokio::test]
async fn what_does_not_finish_is_cut_off_by_a_second_ctrl_c() {
    let topic = unique_topic("cut");
    let mark = file(&topic, "mark");
    let drain = cli(&["serve", &topic, "--command", COMMAND, "--drain", "10m"]);
    let mut serving = Program::start(drain.env("MARK", &mark));
    serving.line().await;
    let client = client(&topic).await;
    let call = tokio::spawn(async move { client.call::<Value>("wait", json!({})).await });
    let leader = written(&mark).await;
    serving.interrupt();
    serving.complains("ctrl-C cuts off what runs").await;
    serving.interrupt();
    let ended = serving.ended().await;
    assert_eq!(ended.code, Some(130), "{ended:?}");
    let error = call.await.unwrap().unwrap_err();
    assert_eq!(error.rpc().unwrap().kind(), messaging::ErrorKind::Cancelled, "{error}");
    gone(&leader).await;
}

#[tokio::test]
async fn a_server_is_told_what_to_do() {
    let home = Home::new();
    for words in [&["serve", "topic"][..], &["serve", "topic", "--echo", "--command", "cat"]] {
        home.run(words).await.ends(2).says(&["--command <COMMAND>"]);
    }
}

/// What serves every method names none of them.
#[tokio::test]
async fn call_takes_any_method_of_it() {
    let topic = unique_topic("any");
    let mut echo = Program::start(cli(&["serve", &topic, "--echo", "--version", "2.1"]));
    echo.line().await;
    let home = Home::new();
    let ran =
        home.run(&["--json", "call", &topic, "whatever", "--a", "1", "--b", "x"]).await.ends(0);
    assert_eq!(ran.json(), json!({"a": 1, "b": "x"}));
}

/// Beside two servers in Rust and one in Python it is one more of the same topic.
#[tokio::test(flavor = "multi_thread")]
async fn it_is_one_server_more_of_a_fleet() {
    let (fleet, home) = (Fleet::start().await, Home::new());
    let topic = fleet.topic.as_str();
    let words = ["serve", topic, "--command", "cat", "--server", "host-4", "--version", "1.5"];
    let mut serving = Program::start(cli(&words));
    serving.line().await;
    let words =
        ["--json", "gather", "--no-check", "--version", "1.5", topic, "echo", "--value", "1"];
    let answers = home.run_patiently(&words).await.ends(0).json_lines();
    let of = |result: Value| answers.iter().filter(|it| it["result"] == result).count();
    assert_eq!((of(json!(1)), of(json!({"value": 1})), answers.len()), (3, 1, 4), "{answers:?}");
    let listed = home.run_patiently(&["ls", topic]).await.ends(0);
    listed.says(&["host-1", "host-2", "host-4", "Python?"]);
    let words = ["--json", "call", "--server", "host-4", topic, "frobnicate", "--value", "2"];
    assert_eq!(home.run(&words).await.ends(0).json(), json!({"value": 2}));
    // What the whole fleet has is found beside what serves every method.
    let words = ["call", "--server", "host-1", topic, "selct_hosts"];
    home.run(&words).await.ends(6).says(&["did you mean `select_hosts`?"]);
}
