//! How the program ends where things go wrong.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use messaging::driver::{self, Address, Listen, Notes, Publish};
use messaging::{Config, runtime};
#[cfg(unix)]
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::fleet::Fleet;
use crate::program::{Home, Ran, Running};
use crate::python::{rabbit_url, unique_topic};

#[tokio::test]
async fn a_broker_that_is_away_or_refuses_the_user_is_told() {
    let home = Home::without_broker();
    let away = "rabbit://127.0.0.1:1/";
    for verb in [
        &["ls", "x"][..],
        &["call", "x", "y"],
        &["gather", "x", "y"],
        &["ping", "x"],
        &["watch", "x"],
        &["doctor", "x"],
    ] {
        let ran = home.run(&[&["--url", away], verb].concat()).await.ends(3);
        ran.says(&["127.0.0.1:1", "hint:", "check that the broker runs"]);
    }
    let stranger = rabbit_url().replace("guest:guest", "guest:hunter2");
    assert_ne!(stranger, rabbit_url());
    let ran = home.run(&["--url", &stranger, "--json", "ls", "x"]).await.ends(3);
    assert_eq!(ran.json_error()["kind"], "AccessRefused");
    assert!(!ran.err.contains("hunter2"), "{ran}");
    home.run(&["--url", "nonsense://x", "ls", "x"]).await.ends(2).says(&["nonsense"]);
    home.run(&["ls", "x", "--no-such-option"]).await.ends(2);
    home.run(&["--timeout", "soon", "ls", "x"]).await.ends(2).says(&["250ms"]);
}

#[tokio::test]
async fn a_program_reads_what_is_wrong_with_a_command_line() {
    let home = Home::without_broker();
    let ran = home.run(&["--json", "bench", "--rate", "0", "topic", "method"]).await.ends(2);
    assert_eq!(ran.json_error()["exit"], 2);
    assert!(ran.json_error()["message"].as_str().is_some_and(|it| it.contains("--rate")), "{ran}");
}

#[tokio::test]
async fn no_password_in_an_option_of_a_context_is_shown() {
    let home = Home::without_broker();
    let option = ["-o", "transport_url=rabbit://x:hunter2@h/"];
    let save = ["ctx", "save", "lab", "--url", "rabbit://u:p@h/"];
    let saved = home.run(&[&save[..], &option].concat()).await.ends(0);
    // One that there is not is not saved; it may have been written by hand.
    let file = home.folder.join("config/messaging-cli/contexts/lab.json");
    let mut context: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    context["options"]["ssl_key_password"] = "hunter3".into();
    std::fs::write(&file, context.to_string()).unwrap();
    let (shown, read) = (
        home.run(&["ctx", "show"]).await.ends(0),
        home.run(&["--json", "ctx", "show"]).await.ends(0),
    );
    for ran in [saved, shown, read] {
        assert!(!ran.out.contains("hunter") && !ran.err.contains("hunter"), "{ran}");
    }
}

#[tokio::test]
async fn help_lists_the_exit_codes() {
    let home = Home::without_broker();
    home.run(&["--help"]).await.ends(0).says(&[
        "Exit codes:",
        "130 interrupted",
        "8 the method ran",
    ]);
    home.run(&["--version"]).await.ends(0).says(&["messaging-cli 0.1.0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_does_not_come_in_time_is_told() {
    let (fleet, home) = (Fleet::start_rust().await, Home::new());
    // What the broker has not confirmed by then is told as that, in place of an answer.
    let words = ["call", &fleet.topic, "slow", "--seconds", "60"];
    home.run_for("300ms", &words, |ran| ran.has(4, &["slow", "--timeout"])).await;
    let words = ["gather", &fleet.topic, "slow", "--seconds", "60"];
    let told = ["0 answers of 2 servers", "2 servers did not answer"];
    home.run_for("300ms", &words, |ran| ran.has(4, &told)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_huge_answer_is_shown_or_told_to_be_too_long() {
    let (fleet, home) = (Fleet::start_rust().await, Home::new());
    let topic = fleet.topic.as_str();
    let ran = home.run(&["--json", "call", topic, "letters", "--count", "3000000"]).await.ends(0);
    assert_eq!(ran.json().as_str().map(str::len), Some(3_000_000));
    let words = ["-o", "max_message_size=100000", "call", topic, "letters", "--count", "3000000"];
    home.run(&words).await.ends(11).says(&["-o max_message_size=BYTES"]);
}

/// A peer that answers by bytes that are nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_binary_answer_is_told_and_ends_nothing() {
    let home = Home::new();
    let topic = unique_topic("binary");
    let config = Config::new().url(&rabbit_url());
    let driver = driver::connect(&config, runtime::current().unwrap()).await.unwrap();
    let within = Duration::from_secs(10);
    let (exchange, server) = ("openstack".to_owned(), "odd".to_owned());
    let listen = Listen { exchange, topic: topic.clone(), server, prefetch: 1, within };
    let mut consumer = driver.listen(listen).await.unwrap();
    let answering = tokio::spawn({
        let driver = Arc::clone(&driver);
        async move {
            while let Some(Ok(delivery)) = consumer.next().await {
                let envelope: Value = serde_json::from_slice(&delivery.body).unwrap();
                let inner = envelope["oslo.message"].as_str().unwrap();
                let inner: Value = serde_json::from_str(inner).unwrap();
                let queue = inner["_reply_q"].as_str().unwrap().to_owned();
                let message = Publish {
                    address: &Address::Reply { queue },
                    body: b"\xff\x00\x1b[2J\xfe",
                    notes: Notes::NONE,
                    expires: None,
                    mandatory: true,
                    within,
                    retries: None,
                };
                driver.publish(message).await.unwrap();
                delivery.settle.ack().await.unwrap();
            }
        }
    });
    let words = ["--timeout", "1s", "call", "--no-check", &topic, "echo", "--value", "1"];
    let ran = home.run(&words).await;
    // Whose answer it is cannot be read in it, so that of nobody came.
    assert!([4, 11].contains(&ran.code), "{ran}");
    let ran = ran.says(&["echo"]);
    assert!(!ran.err.contains('\u{1b}'), "{ran}");
    let bytes = home.folder.join("args.bin");
    std::fs::write(&bytes, [0xff, 0, 0xfe]).unwrap();
    let words = ["call", "--no-check", &topic, "echo", "@args.bin"];
    home.run(&words).await.ends(2).says(&["not UTF-8"]);
    driver.close(within).await;
    answering.abort();
}

/// What came before is there; what is asked for on the way is waited for.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_ends_it_at_once_with_what_came_so_far() {
    let (fleet, home) = (Fleet::start_rust().await, Home::new());
    // A server more, which reads the queue and never answers.
    let config = Config::new().url(&rabbit_url());
    let driver = driver::connect(&config, runtime::current().unwrap()).await.unwrap();
    let within = Duration::from_secs(10);
    let (exchange, server) = ("openstack".to_owned(), "mute".to_owned());
    let listen = Listen { exchange, topic: fleet.topic.clone(), server, prefetch: 1, within };
    let mute = driver.listen(listen).await.unwrap();
    let words = ["--json", "--timeout", "60s", "gather", "--no-check", "--version", "1.5"];
    let mut command = home.command(&words);
    command.args([&fleet.topic, "echo", "--value", "1"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let shown = format!("{command:?}");
    let ran = tokio::task::spawn_blocking(move || {
        let mut running = Running(command.spawn().unwrap());
        let mut lines = BufReader::new(running.0.stdout.take().unwrap()).lines();
        let answers: Vec<_> = lines.by_ref().take(2).map(Result::unwrap).collect();
        let id = running.0.id().to_string();
        let signal = std::process::Command::new("kill").args(["-INT", &id]).status().unwrap();
        assert!(signal.success());
        let status = running.0.wait().unwrap();
        let err = std::io::read_to_string(running.0.stderr.take().unwrap()).unwrap();
        let (stdout, stderr) = (answers.join("\n").into_bytes(), err.into_bytes());
        Ran::of(shown, std::process::Output { status, stdout, stderr })
    });
    let ran = ran.await.unwrap().ends(130);
    assert!(ran.json_lines().iter().all(|line| line["result"] == json!(1)), "{ran}");
    assert_eq!(ran.json_error()["message"], "interrupted");
    driver.close(within).await;
    drop(mute);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_has_enough_is_no_error() {
    let (fleet, home) = (Fleet::start_rust().await, Home::new());
    let mut command =
        home.command(&["--json", "call", &fleet.topic, "letters", "--count", "3000000"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let ended = tokio::task::spawn_blocking(move || {
        let mut running = Running(command.spawn().unwrap());
        drop(running.0.stdout.take());
        let err = std::io::read_to_string(running.0.stderr.take().unwrap()).unwrap();
        (running.0.wait().unwrap(), err)
    });
    let (status, err) = ended.await.unwrap();
    assert_eq!((status.code(), err.as_str()), (Some(0), ""));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_stalls_does_not_hold_it_when_it_is_asked_twice() {
    let (fleet, home) = (Fleet::start_rust().await, Home::new());
    let mut command =
        home.command(&["--json", "call", &fleet.topic, "letters", "--count", "3000000"]);
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    let ended = tokio::task::spawn_blocking(move || {
        let mut running = Running(command.spawn().unwrap());
        // Once something is there it writes, and a pipe does not hold so much.
        let mut out = running.0.stdout.take().unwrap();
        out.read_exact(&mut [0]).unwrap();
        let pid = Pid::from_child(&running.0);
        kill_process(pid, Signal::INT).unwrap();
        kill_process(pid, Signal::TERM).unwrap();
        let status = running.0.wait().unwrap();
        drop(out);
        status
    });
    let ended = tokio::time::timeout(Duration::from_secs(30), ended).await;
    assert_eq!(ended.expect("it ends").unwrap().code(), Some(130));
}
