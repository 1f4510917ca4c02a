//! The options that every command has.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::complete;
use crate::duration;

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
