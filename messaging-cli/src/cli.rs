//! The tree of commands.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use crate::complete;
use crate::duration;
use crate::exit::Exit;
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

/// What every verb takes.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Globals {
    /// The broker: `rabbit://user:password@host:5672/vhost`. Also the variable MESSAGING_URL, which
    /// keeps the password out of the list of processes.
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) url: Option<String>,

    /// A file of an oslo.messaging service, such as /etc/nova/nova.conf; of several the last wins,
    /// option by option.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config_file: Vec<PathBuf>,

    /// A folder of such files, `*.conf`.
    #[arg(long, global = true, value_name = "FOLDER")]
    pub(crate) config_dir: Vec<PathBuf>,

    /// A context that was saved, in place of the selected one.
    #[arg(long, global = true, value_name = "NAME", add = complete::contexts())]
    pub(crate) context_name: Option<String>,

    /// The control exchange; the default is the context's, the configuration's, or `openstack`.
    #[arg(long, global = true, value_name = "EXCHANGE")]
    pub(crate) exchange: Option<String>,

    /// An option of the configuration, such as `rabbit_quorum_queue=true`.
    #[arg(short = 'o', long = "option", global = true, value_name = "NAME=VALUE", value_parser = option)]
    pub(crate) options: Vec<(String, String)>,

    /// How long to wait: `250ms`, `5s`, `2m`; a number alone is seconds.
    #[arg(long, global = true, value_name = "TIME", value_parser = duration::parse)]
    pub(crate) timeout: Option<Duration>,

    /// Writes JSON: one document, or a line for each part of what goes on. Errors too, to standard
    /// error.
    #[arg(long, global = true)]
    pub(crate) json: bool,

    /// Shows what the library logs; twice for more, three times for all.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

fn option(text: &str) -> Result<(String, String), String> {
    let Some((name, value)) = text.split_once('=') else {
        return Err("expected NAME=VALUE, such as `rabbit_quorum_queue=true`".to_owned());
    };
    Ok((name.trim().to_owned(), value.trim().to_owned()))
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
