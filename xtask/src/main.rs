//! The project's own commands: `cargo xtask --help` lists them.
//!
//! They are a program rather than scripts, so that a machine with Rust alone can run them.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line program talks to its terminal"
)]

mod bench;
mod bless;
mod broker;
mod browser;
mod ci;
mod contract;
mod counts;
mod dependencies;
mod examples;
mod failure;
mod faults;
mod fuzz;
mod install;
mod pictures;
mod process;
mod python;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::failure::{Failure, Result};
use crate::workspace::Workspace;

/// The project's own commands.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs every test, doc test and example, against a private RabbitMQ node and a real
    /// oslo.messaging; installs both where it may.
    Test {
        /// Passed on to `cargo test`: a filter, or options such as `-p messaging`.
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// The interop matrix alone: Rust and a real oslo.messaging, in both directions, under every
    /// set of options. Ends with its tables.
    Interop {
        /// What the names of the trials must contain, such as `quorum::`; or options of a test
        /// program.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// The fault matrix: servers, clients, brokers and links fail under load; ends with a table of
    /// what became of it, and a failure where a figure is missed.
    Faults(faults::Chosen),
    /// Everything that must hold before a change is merged: format, lints, documentation,
    /// features, contracts, dependencies, tidiness, fuzzing, tests.
    Ci,
    /// Licences, sources, doubled versions and advisories of the crates in the lock file, by
    /// `deny.toml`.
    Dependencies,
    /// Gives every function that takes bytes from outside to a fuzzer; ends with a table.
    Fuzz(fuzz::Options),
    /// A private RabbitMQ node that stays up until `broker down`.
    Broker {
        /// Which broker: each name is one, with ports and files of its own. Those whose name begins
        /// with `test` are stopped by `cargo xtask test` at its end.
        #[arg(long, default_value = "dev", value_parser = broker::parse_name)]
        name: String,
        #[command(subcommand)]
        command: broker::Command,
    },
    /// Measures this project beside others; ends with a table, and a failure where a goal is missed.
    Bench {
        #[command(subcommand)]
        command: bench::Command,
    },
    /// What the APIs of the examples promise, and the lock file that is committed.
    Contract {
        #[command(subcommand)]
        action: contract::Action,
    },
    /// Draws what the documentation of the command line shows: terminals, and a plot.
    Pictures,
    /// Rewrites golden expansions and expected compiler messages from what the code does today.
    Bless,
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(code) => code,
        Err(Failure::Interrupted) => {
            eprintln!("xtask: interrupted");
            ExitCode::from(130)
        }
        Err(Failure::Message(message)) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<ExitCode> {
    process::watch_signals()?;
    let workspace = Workspace::find()?;
    match command {
        Command::Test { arguments } => Ok(test::run(&workspace, &arguments)?.close()),
        Command::Interop { arguments } => Ok(test::interop(&workspace, &arguments)?.close()),
        Command::Dependencies => dependencies::run(&workspace).map(|()| ExitCode::SUCCESS),
        Command::Fuzz(options) => fuzz::run(&workspace, &options).map(|()| ExitCode::SUCCESS),
        Command::Faults(chosen) => faults::run(&workspace, &chosen),
        Command::Ci => Ok(ci::run(&workspace.built_once())?.close()),
        Command::Broker { name, command } => broker::run(&workspace, &name, &command),
        Command::Bench { command } => bench::run(&workspace, &command),
        Command::Contract { action } => {
            contract::run(&workspace, action).map(|()| ExitCode::SUCCESS)
        }
        Command::Pictures => pictures::run(&workspace).map(|()| ExitCode::SUCCESS),
        Command::Bless => bless::run(&workspace),
    }
}
