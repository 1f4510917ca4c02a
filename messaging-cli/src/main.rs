//! `messaging-cli`: looks at what is on the bus, calls it and measures it.
//!
//! `cli` is the tree of commands, `globals` what all of them take, and `verbs` has a file or a folder
//! for each; `connect` finds the broker, `context` keeps where it is, `bus` is what can be learnt of
//! it, and `request` what `call`, `cast` and `gather` share; `complete` answers shells; `output` writes
//! for people and for programs, and `exit` says how all of it ends.

mod app;
mod bus;
mod cli;
mod complete;
mod connect;
mod context;
mod duration;
mod exit;
mod globals;
mod interrupt;
mod log;
mod output;
mod request;
mod size;
mod text;
mod verbs;

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser as _;

use crate::app::App;
use crate::cli::Cli;
use crate::exit::{Exit, Failure};
use crate::output::Output;

fn main() -> ExitCode {
    complete::answer_shell();
    let Cli { globals, verb } = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return misspelt(&error),
    };
    log::start(globals.verbose);
    let app = App::new(globals);
    let done = runtime().and_then(|runtime| {
        let done = runtime.block_on(verbs::run(&app, verb));
        // What waits for a connection that does not come must not hold the process.
        runtime.shutdown_background();
        done
    });
    match done {
        Ok(()) => Exit::Done.into(),
        Err(failure) => app.output.failed(&failure).into(),
    }
}

/// Ends as clap would, or with a document where programs read.
fn misspelt(error: &clap::Error) -> ExitCode {
    let reads_json = std::env::args_os().skip(1).any(|word| word == "--json");
    if reads_json && error.use_stderr() {
        let message = error.render().to_string();
        let message = text::without_passwords(message.trim().trim_start_matches("error: "));
        return Output::new(true).failed(&Failure::usage(message)).into();
    }
    let text = error.render().to_string();
    let clean = text::without_passwords(&text);
    // Help has a URL as an example.
    if clean == text || !error.use_stderr() {
        error.exit();
    }
    let _ = write!(io::stderr(), "{clean}");
    Exit::Usage.into()
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Other, format!("no threads could be started: {error}")))
}
