//! The tree of commands.

use clap::{Parser, Subcommand};

use crate::exit::Exit;
use crate::globals::Globals;
use crate::verbs;

/// Looks at what is on the bus, calls it and measures it.
///
/// The broker is the one that the first of these names: `--url`, `--config-file` or `--config-dir`,
/// `--context-name`, the variable MESSAGING_URL, oslo.config's OS_DEFAULT__TRANSPORT_URL, the
/// context that `ctx select` chose; and else RabbitMQ on this machine, as guest.
#[derive(Debug, Parser)]
#[command(name = "messaging-cli", version, after_help = Exit::help())]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) globals: Globals,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// A file, or a folder, in `verbs` each.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Ls(verbs::ls::Ls),
    Info(verbs::info::Info),
    Stats(verbs::stats::Stats),
    Ping(verbs::ping::Ping),
    Call(verbs::call::Call),
    Cast(verbs::cast::Cast),
    Gather(verbs::gather::Gather),
    Serve(verbs::serve::Serve),
    Bench(verbs::bench::Bench),
    Top(verbs::top::Top),
    Watch(verbs::watch::Watch),
    Doctor(verbs::doctor::Doctor),
    #[command(subcommand)]
    Ctx(verbs::ctx::Ctx),
    #[command(subcommand)]
    Contract(verbs::contract::ContractVerb),
    Docs(verbs::docs::Docs),
    Ui(verbs::ui::Ui),
    Completions(verbs::completions::Completions),
    Man(verbs::man::Man),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_tree_of_commands_is_sound() {
        Cli::command().debug_assert();
    }
}
