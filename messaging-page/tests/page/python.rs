//! Runs `peer.py` beside this file: the browser, and the judge of documents.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// What `cargo xtask test` tells the tests by a variable of the environment.
pub(crate) fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        panic!("{name} is not set; run `cargo xtask test`: it installs what this needs")
    })
}

/// Runs a part of `peer.py` with `input`; fails with all it said if it fails.
pub(crate) fn run(arguments: &[&str], input: &str) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/page/peer.py");
    run_python(&[&[script.to_str().expect("a path in text")], arguments].concat(), input)
}

/// Runs Python.
pub(crate) fn run_python(arguments: &[&str], input: &str) -> String {
    let mut command = Command::new(variable("MESSAGING_TEST_PYTHON"));
    command.args(["-B", "-W", "ignore"]).args(arguments);
    command.env("OSLO_LOCK_PATH", env!("CARGO_TARGET_TMPDIR"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("MESSAGING_TEST_PYTHON names a program that runs");
    let mut pipe = child.stdin.take().expect("standard input is a pipe");
    let input = input.to_owned();
    let writer = std::thread::spawn(move || pipe.write_all(input.as_bytes()));
    let ended = child.wait_with_output().expect("it can be waited for");
    let output = String::from_utf8_lossy(&ended.stdout).into_owned();
    let errors = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{arguments:?}: {}\n{output}\n{errors}", ended.status);
    writer.join().expect("the writer does not panic").expect("the input was read");
    output
}
