//! `cargo xtask test`: every test there is, against the real peers; and `cargo xtask interop`.

use std::path::PathBuf;

use crate::broker::{Broker, Guard, Installed};
use crate::browser;
use crate::counts::Counts;
use crate::examples;
use crate::failure::{Failure, Result};
use crate::install::{self, Need};
use crate::process;
use crate::python;
use crate::workspace::Workspace;

/// Runs the tests, the doc tests and, unless `arguments` choose among the tests, the examples.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<Counts> {
    let (installed, python) = prepare()?;
    let browser = browser()?;
    let guard = Guard::claim(workspace)?;
    // The node boots while Python packages are installed.
    let broker = Broker::start(&installed, &guard.folder(), 1)?;
    let python = python::environment(workspace, python)?;
    broker.wait_ready()?;
    println!("RabbitMQ is ready at {}", broker.url());

    examples::build(workspace)?;
    let mut counts = cargo_test(
        workspace,
        arguments,
        &broker,
        &[("MESSAGING_TEST_PYTHON", python), ("MESSAGING_TEST_BROWSER", browser)],
    )?;
    if arguments.is_empty() {
        examples::run(workspace, &mut counts)?;
    } else {
        println!("the examples are not run, since tests were chosen");
    }
    Ok(counts)
}

/// Runs the interop matrix; `arguments` choose among its trials.
pub(crate) fn interop(workspace: &Workspace, arguments: &[String]) -> Result<Counts> {
    let matrix = ["-p", "messaging-tests", "--test", "matrix", "--"].map(str::to_owned);
    run(workspace, &[&matrix, arguments].concat())
}

/// What the tests need from outside, installed where it is missing.
pub(crate) fn prepare() -> Result<(Installed, &'static str)> {
    let mut missing = Vec::new();
    if Installed::find().is_none() {
        missing.push(Need::RabbitMq);
    }
    if python::find().is_none() {
        missing.push(Need::Python);
    }
    install::install(&missing)?;
    let installed = Installed::find().ok_or_else(|| {
        Failure::from("rabbitmq-server is installed, but not under /usr/lib/rabbitmq")
    })?;
    let python = python::find().ok_or_else(|| {
        Failure::from("the installed Python is older than 3.11, which oslo.messaging needs")
    })?;
    Ok((installed, python))
}

/// The browser, installed where it is missing.
fn browser() -> Result<PathBuf> {
    if browser::find().is_none() {
        install::install(&[Need::Browser])?;
    }
    browser::find().ok_or_else(|| "Chromium is installed, but not in the PATH".into())
}

/// This program, by which tests start brokers of their own that they break.
pub(crate) fn xtask() -> Result<PathBuf> {
    std::env::current_exe().map_err(|error| format!("cannot tell where xtask is: {error}").into())
}

fn cargo_test(
    workspace: &Workspace,
    arguments: &[String],
    broker: &Broker,
    programs: &[(&str, PathBuf)],
) -> Result<Counts> {
    let mut command = workspace.cargo(["test", "--all-features", "--no-fail-fast"]);
    // `--workspace` would override a package that was asked for.
    if !arguments.iter().any(|it| it.starts_with("-p") || it.starts_with("--package")) {
        command.arg("--workspace");
    }
    command.args(arguments);
    command.env("MESSAGING_TEST_RABBIT", broker.url());
    command.env("MESSAGING_TEST_RABBITMQCTL", broker.rabbitmqctl());
    command.env("MESSAGING_TEST_XTASK", xtask()?);
    for (variable, program) in programs {
        command.env(variable, program);
    }
    command.env("MESSAGING_TEST_EXAMPLES", examples::folder(workspace));

    let mut counts = Counts::default();
    let ended = process::run_lines(&mut command, |line| {
        println!("{line}");
        counts.read(line);
    })?;
    counts.end();
    if !ended.is_success() && counts.is_clean() {
        // It did not compile, or a program failed without saying how: no test can vouch for it.
        counts.add(false);
    }
    Ok(counts)
}
