//! The page's server, without a browser: what it refuses.

use std::sync::Arc;

use messaging_page::Document;
use messaging_page::live::Bus;
use messaging_page::server::{Options, Server};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use crate::{buses, scheduler};

/// A page's server, until it is dropped.
pub(crate) struct Served {
    pub(crate) url: String,
    running: JoinHandle<()>,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.running.abort();
    }
}

pub(crate) async fn serve(document: Document, bus: Bus, allow_calls: bool) -> Served {
    let mut options = Options::default();
    options.allow_calls = allow_calls;
    let server = Server::bind(document, Arc::new(bus), options).await.expect("a free port");
    let url = server.url();
    Served { url, running: tokio::spawn(server.run(std::future::pending())) }
}

/// Sends a request as it stands and reads the answer; `HOST` and `BASE` stand for the server's.
async fn answer(served: &Served, request: &str) -> String {
    let rest = served.url.strip_prefix("http://").expect("of http");
    let (host, base) = rest.split_once('/').expect("with a path");
    let request = request.replace("HOST", host).replace("BASE", base.trim_end_matches('/'));
    let mut stream = TcpStream::connect(host).await.expect("it listens");
    stream.write_all(request.as_bytes()).await.expect("it reads");
    let mut answer = Vec::new();
    // What is refused before it is read may end with a reset.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

fn post(path: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\nContent-Length: {length}\r\n\
         {headers}\r\n{body}"
    )
}

fn get(path: &str, headers: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nConnection: close\r\n{headers}\r\n")
}

const JSON: &str = "Content-Type: application/json\r\n";

#[tokio::test]
async fn it_answers_who_has_its_address_and_nobody_else() {
    let transport = buses::memory().await;
    let document = Document::new([scheduler::contract("scheduler")]).unwrap();
    let served = serve(document, Bus::new(&transport), true).await;
    let call = r#"{"topic": "scheduler", "version": "2.6", "method": "select_hosts", "args": {}}"#;
    for (request, status) in [
        (get("/BASE/", "Host: HOST\r\n"), 200),
        (get("/BASE/asyncapi.json", "Host: HOST\r\n"), 200),
        (get("/BASE/other", "Host: HOST\r\n"), 404),
        (get("/", "Host: HOST\r\n"), 404),
        (get("/00000000000000000000000000000000/", "Host: HOST\r\n"), 404),
        (get("/BASE/", ""), 403),
        (get("/BASE/", "Host: evil.example\r\n"), 403),
        (get("/BASE/", "Host: HOST\r\nHost: evil.example\r\n"), 403),
        (get("/BASE/api/live", "Host: HOST\r\nOrigin: http://evil.example\r\n"), 403),
        (get("/BASE/api/live", "Host: HOST\r\nSec-Fetch-Site: cross-site\r\n"), 403),
        (get("/BASE/api/call", "Host: HOST\r\n"), 405),
        (post("/BASE/api/call", "Content-Type: text/plain\r\n", call), 415),
        (post("/BASE/api/call", "", call), 415),
        (post("/BASE/api/call", &format!("{JSON}Origin: null\r\n"), call), 403),
        (post("/00/api/call", JSON, call), 404),
        (post("/BASE/api/call", JSON, "{"), 400),
        (post("/BASE/api/call", JSON, &call.replace("scheduler", "elsewhere")), 404),
        (post("/BASE/api/call", JSON, &"x".repeat((1 << 20) + 1)), 413),
    ] {
        let answer = answer(&served, &request).await;
        let expected = format!("HTTP/1.1 {status} ");
        assert!(answer.starts_with(&expected), "{}\n{answer}", &request[..request.len().min(300)]);
    }
}

#[tokio::test]
async fn a_method_that_is_not_there_is_answered_with_those_that_are() {
    let transport = buses::memory().await;
    let document = Document::new([scheduler::contract("scheduler")]).unwrap();
    let served = serve(document, Bus::new(&transport), true).await;
    let call = r#"{"topic": "scheduler", "version": "2.6", "method": "select", "args": {}}"#;
    let answer = answer(&served, &post("/BASE/api/call", JSON, call)).await;
    assert!(answer.contains("`scheduler.select_hosts`"), "{answer}");
}

#[tokio::test]
async fn calling_is_off_unless_it_is_asked_for() {
    let transport = buses::memory().await;
    let _server = scheduler::start(&transport, "scheduler", "one").await;
    let document = Document::new([scheduler::contract("scheduler")]).unwrap();
    let call = r#"{"topic": "scheduler", "version": "2.6", "method": "select_hosts",
        "args": {"request_spec": {"memory_mb": 1}}}"#;
    for (allow, status, part) in [(false, 403, "--allow-calls"), (true, 200, "host-1")] {
        let served = serve(document.clone(), Bus::new(&transport), allow).await;
        let answer = answer(&served, &post("/BASE/api/call", JSON, call)).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
        assert!(answer.contains(part), "{answer}");
    }
}
