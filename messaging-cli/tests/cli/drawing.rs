//! `contract asyncapi`, `contract page` and `ui`.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::Instant;

use messaging::Proxy as _;
use messaging::contract::Lock;
use messaging_examples::scheduler::SchedulerClient;
use serde_json::Value;

use crate::fleet::Fleet;
use crate::process::WITHIN;
use crate::program::{Home, Running};
use crate::python::unique_topic;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_served_is_drawn_for_tools_and_as_a_page() {
    let (fleet, home) = (Fleet::start_rust().await, Home::new());
    let topic = fleet.topic.as_str();
    let document = home.run_patiently(&["contract", "asyncapi", topic]).await.ends(0).json();
    assert_eq!(document["asyncapi"], "3.1.0");
    assert_eq!(document["channels"]["Scheduler.select_hosts"]["address"], topic);
    let words = ["contract", "page", topic, "--out", "api.html"];
    home.run_patiently(&words).await.ends(0).says(&["api.html"]);
    let page = std::fs::read_to_string(home.folder.join("api.html")).unwrap();
    assert!(page.contains("The hosts fit for a request, best first."));
    assert!(page.contains("whoami") && !page.contains("<form"));
}

#[tokio::test]
async fn a_lock_file_is_drawn_without_a_broker() {
    let home = Home::without_broker();
    let lock = Lock::new([SchedulerClient::contract()]).to_string();
    std::fs::write(home.folder.join("scheduler.json"), lock).unwrap();
    let document = home.run(&["contract", "asyncapi", "scheduler.json"]).await.ends(0).json();
    assert_eq!(document["info"]["title"], "Scheduler");
    home.run(&["contract", "page", "scheduler.json"]).await.ends(0).says(&["<!doctype html>"]);
    let document = home.run(&["--json", "contract", "asyncapi", "scheduler.json"]).await.ends(0);
    assert_eq!(document.json()["info"]["title"], "Scheduler");
    let document = home.run(&["--json", "contract", "page", "scheduler.json"]).await.ends(0).json();
    assert!(document["html"].as_str().is_some_and(|it| it.contains("select_hosts")));
    home.run(&["contract", "page", "no-such.json"]).await.ends(2).says(&["no-such.json"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn ui_serves_the_page_with_its_servers_until_it_is_interrupted() {
    let (fleet, home) = (Fleet::start_rust().await, Home::new());
    let mut command = home.command(&["--json", "--timeout", "30s", "ui", &fleet.topic]);
    let mut program = Running(command.stdout(Stdio::piped()).spawn().unwrap());
    let output = program.0.stdout.take().unwrap();
    let line = tokio::task::spawn_blocking(move || {
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).map(|_| line)
    });
    let told: Value = serde_json::from_str(&line.await.unwrap().unwrap()).unwrap();
    let url = told["url"].as_str().unwrap();
    let page = get(url, "").await;
    assert!(page.contains("select_hosts") && page.contains("Calling is switched off."), "{page}");
    // One look does not wait for a server that answers some time after the other.
    let begun = Instant::now();
    loop {
        let live = get(url, "api/live").await;
        let live: Value = serde_json::from_str(live.split("\r\n\r\n").nth(1).unwrap()).unwrap();
        if live["servers"].as_array().unwrap().len() == 2 {
            break;
        }
        assert!(begun.elapsed() < WITHIN, "{live}");
    }

    let interrupt = Command::new("kill").args(["-INT", &program.0.id().to_string()]).status();
    assert!(interrupt.unwrap().success());
    let ended = tokio::task::spawn_blocking(move || program.0.wait()).await.unwrap().unwrap();
    assert_eq!(ended.code(), Some(0));
}

#[tokio::test]
async fn ui_of_a_topic_that_nobody_serves_ends_with_what_to_do() {
    let words = ["ui", &unique_topic("nobody")];
    Home::new().run_for("300ms", &words, |ran| ran.has(5, &["--contract FILE"])).await;
}

/// The page's code for a shell is for this program.
#[tokio::test(flavor = "multi_thread")]
async fn the_code_for_a_shell_calls_the_method() {
    let (fleet, home) = (Fleet::start_rust().await, Home::new());
    let mut contract = SchedulerClient::contract();
    contract.topic.clone_from(&fleet.topic);
    let snippets = messaging_page::snippets(&contract, contract.method("select_hosts").unwrap());
    let code = snippets.iter().find(|it| it.language == "Shell").unwrap().text.clone();
    let program = home.command(&[]).get_program().to_owned();
    let folder = std::path::Path::new(&program).parent().unwrap().to_owned();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(folder).chain(std::env::split_paths(&path));
    let mut shell = Command::new("sh");
    shell.args(["-c", &code]).env("PATH", std::env::join_paths(folders).unwrap());
    for (name, value) in home.command(&[]).get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    home.finish(shell, None).await.ends(0).says(&["host-1"]);
}

/// Asks a server below `url`, while servers of this process go on.
async fn get(url: &str, path: &str) -> String {
    let (host, base) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let request =
        format!("GET /{base}{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    let host = host.to_owned();
    let answer = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(host)?;
        stream.write_all(request.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).map(|_| answer)
    });
    let answer = answer.await.unwrap().unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    answer
}
