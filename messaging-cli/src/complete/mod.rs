//! What a shell offers while a command is typed: also topics, methods and arguments, from the live
//! bus.
//!
//! The script that `completions` writes runs this program on each press of the key, with what was
//! typed so far. What the bus is asked for must come within a second, and else nothing is offered.

mod live;
mod typed;

use std::ffi::OsStr;

use clap::CommandFactory as _;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use clap_complete::env::CompleteEnv;

use crate::cli::Cli;
use crate::context::Store;
use typed::Typed;

/// The variable by which a script says for which shell it asks.
pub(crate) const VARIABLE: &str = "MESSAGING_CLI_COMPLETE";

/// Answers a shell and ends, if it is one that runs this program.
pub(crate) fn answer_shell() {
    CompleteEnv::with_factory(command).var(VARIABLE).bin("messaging-cli").complete();
}

/// The tree of commands. Behind a method, options of this program are none.
fn command() -> clap::Command {
    let command = Cli::command();
    if !Typed::now().is_some_and(|typed| typed.is_behind_method()) {
        return command;
    }
    let hidden = |arg: clap::Arg| match arg.get_long() {
        Some(_) => arg.hide(true),
        None => arg,
    };
    let verb = |verb: clap::Command| verb.disable_help_flag(true).mut_args(hidden);
    command.mut_args(hidden).mut_subcommands(verb)
}

/// Offers topics: those of the context, and those met before on the broker.
pub(crate) fn topics() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        let Some(typed) = Typed::now() else { return Vec::new() };
        candidates(current, live::topics(&typed).into_iter().map(|topic| (topic, String::new())))
    })
}

/// Offers methods and, behind one, the names of its arguments.
pub(crate) fn methods() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        let Some(typed) = Typed::now() else { return Vec::new() };
        candidates(current, live::words(&typed))
    })
}

/// Offers contexts.
pub(crate) fn contexts() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        let names = Store::open().and_then(|store| store.names()).unwrap_or_default();
        candidates(current, names.into_iter().map(|name| (name, String::new())))
    })
}

fn candidates(
    current: &OsStr,
    offered: impl IntoIterator<Item = (String, String)>,
) -> Vec<CompletionCandidate> {
    let current = current.to_string_lossy();
    let fitting = offered.into_iter().filter(|(name, _)| name.starts_with(&*current));
    fitting
        // A name that a shell or a terminal would read as something else is none to type.
        .filter(|(name, _)| name.chars().all(|it| it.is_alphanumeric() || "-_.=:/".contains(it)))
        .map(|(name, help)| {
            let help = crate::text::line(help.lines().next().unwrap_or_default());
            CompletionCandidate::new(name).help((!help.is_empty()).then(|| help.into()))
        })
        .collect()
}
