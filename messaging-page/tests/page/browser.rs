//! The page in a real browser: each test is a function of `peer.py`, which looks at it as its
//! reader does and fails on any error in the console, on any load from elsewhere, and on a page
//! that is wider than its window.

use std::path::PathBuf;

use messaging::Transport;
use messaging_page::live::Bus;
use messaging_page::{Document, Mode, page};

use crate::http::serve;
use crate::{buses, hostile, python, scheduler};

/// Runs a function of `peer.py` in the browser.
async fn look(what: &'static str, url: String) {
    let browser = python::variable("MESSAGING_TEST_BROWSER");
    let run = move || python::run(&["browser", &browser, what, &url], "");
    tokio::task::spawn_blocking(run).await.expect("what the browser saw is as expected");
}

/// The page as a file.
fn file(name: &str, document: &Document) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, page(document, Mode::Alone)).expect("it can be written");
    format!("file://{}", path.display())
}

#[tokio::test]
async fn a_page_from_a_file_is_searched_opened_and_copied_from() {
    let document = Document::new([scheduler::contract("scheduler")]).unwrap();
    look("reads", file("scheduler.html", &document)).await;
}

#[tokio::test]
async fn a_page_of_a_hostile_contract_runs_and_loads_nothing() {
    let document = Document::new([hostile::contract("topic")]).unwrap();
    look("hostile", file("hostile.html", &document)).await;
}

async fn calls(transport: Transport, topic: String) {
    let _servers = [
        scheduler::start(&transport, &topic, "one").await,
        scheduler::start(&transport, &topic, "two").await,
    ];
    let bus = Bus::new(&transport);
    let document = bus.describe(&[topic]).await.expect("the servers say what they serve");
    let served = serve(document, bus, true).await;
    look("calls", served.url.clone()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_method_is_called_and_its_result_and_its_error_are_seen() {
    calls(buses::memory().await, "scheduler".to_owned()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_method_is_called_over_rabbitmq() {
    let transport = Transport::connect(&buses::rabbit()).await.unwrap();
    calls(transport, buses::unique("page-calls")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_leave_to_call_there_is_no_form() {
    let transport = buses::memory().await;
    let _server = scheduler::start(&transport, "scheduler", "one").await;
    let document = Document::new([scheduler::contract("scheduler")]).unwrap();
    let served = serve(document, Bus::new(&transport), false).await;
    look("only_reads", served.url.clone()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_says_that_nobody_serves_its_api() {
    let transport = buses::memory().await;
    let document = Document::new([scheduler::contract("scheduler")]).unwrap();
    let served = serve(document, Bus::new(&transport), true).await;
    look("nobody", served.url.clone()).await;
}
