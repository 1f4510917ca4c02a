//! The code that is there to be copied does what it says.

use messaging::Transport;
use messaging_page::{Document, Mode, page, snippets};

use crate::{buses, hostile, python, scheduler};

fn snippet(topic: &str, language: &str) -> String {
    let contract = scheduler::contract(topic);
    let method = contract.method("select_hosts").expect("a method");
    let snippets = snippets(&contract, method);
    let found = snippets.into_iter().find(|snippet| snippet.language == language);
    found.expect("a snippet").text
}

#[test]
fn the_rust_code_is_the_one_that_is_compiled_here() {
    let block = format!("{{\n{}}}\n", snippet("scheduler", "Rust"));
    assert_eq!(block, include_str!("snippet.rs"));
}

/// Never run: a URL from the environment is nobody's here. That it compiles is the test.
#[allow(dead_code, clippy::print_stdout)]
async fn compiled() -> Result<(), Box<dyn std::error::Error>> {
    include!("snippet.rs");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_python_code_calls_a_server_in_rust() {
    let topic = buses::unique("page-python");
    let url = buses::rabbit();
    let transport = Transport::connect(&url).await.unwrap();
    let _server = scheduler::start(&transport, &topic, "one").await;
    let code = snippet(&topic, "Python");
    let code = format!("import os\nos.environ['MESSAGING_URL'] = '{url}'\n{code}");
    let said = tokio::task::spawn_blocking(move || python::run_python(&["-"], &code));
    assert_eq!(said.await.unwrap().trim(), "[{'host': 'host-1', 'memory_mb': 4096}]");
}

#[test]
fn what_a_hostile_contract_says_stays_within_its_literals() {
    let contract = hostile::contract("it's; rm -rf ~ #\n\u{202e}");
    for method in &contract.methods {
        let [rust, python, shell] = snippets(&contract, method).map(|snippet| snippet.text);
        python::run_python(&["-c", "import ast, sys; ast.parse(sys.stdin.read())"], &python);
        for text in [&rust, &python, &shell] {
            assert!(!text.contains('\u{202e}') && !text.contains("; rm -rf ~ #\n"), "{text}");
        }
    }
    let document = Document::new([contract]).unwrap();
    assert!(page(&document, Mode::Alone).contains("<!doctype html>"));
}
