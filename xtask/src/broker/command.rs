//! `cargo xtask broker`: a broker to work with by hand.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Subcommand;

use super::{Broker, Installed, folder, ports, stop};
use crate::failure::{Failure, Result};
use crate::install::{self, Need};
use crate::process;
use crate::workspace::Workspace;

/// What to do with the broker.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Starts it, and prints its URL once it is ready.
    Up {
        /// How many nodes, joined into a cluster.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=i64::from(ports::MAX_NODES)))]
        nodes: u16,
    },
    /// Stops it.
    Down,
    /// Runs rabbitmqctl against it: `ctl list_queues name messages`.
    Ctl {
        /// What rabbitmqctl is given.
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
    /// Prints its URL.
    Url,
    /// Says whether it runs.
    Status,
}

/// Does it.
pub(crate) fn run(workspace: &Workspace, command: &Command) -> Result<ExitCode> {
    let folder = folder(workspace).join("dev");
    let running = || {
        Broker::running(&folder)
            .ok_or_else(|| Failure::from("the broker is not up; `cargo xtask broker up` starts it"))
    };
    match command {
        Command::Up { nodes } => {
            let up = match Broker::running(&folder) {
                Some(broker) if broker.nodes.len() == usize::from(*nodes) => Ok(broker),
                Some(_) => {
                    return Err("the broker is up with another number of nodes; \
                    `cargo xtask broker down` stops it"
                        .into());
                }
                None => Broker::start(&installed()?, &folder, *nodes),
            };
            let ready = up.and_then(|broker| broker.wait_ready().map(|()| broker));
            let broker = match ready {
                Ok(broker) => broker,
                Err(failure) => {
                    stop(&folder)?;
                    return Err(failure);
                }
            };
            println!("{}", broker.url());
        }
        Command::Down => stop(&folder)?,
        Command::Ctl { arguments } => {
            let script = running()?.rabbitmqctl();
            let ended = process::run(std::process::Command::new(script).args(arguments))?;
            return Ok(if ended.is_success() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        Command::Url => println!("{}", running()?.url()),
        Command::Status => {
            let broker = running()?;
            for node in &broker.nodes {
                let state = if node.is_ready() { "ready" } else { "not ready" };
                let pid = node.pid().unwrap_or_default();
                println!("{state}: 127.0.0.1:{} (pid {pid})", node.amqp_port());
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn installed() -> Result<Installed> {
    if let Some(installed) = Installed::find() {
        return Ok(installed);
    }
    install::install(&[Need::RabbitMq])?;
    Installed::find()
        .ok_or_else(|| "rabbitmq-server is installed, but not under /usr/lib/rabbitmq".into())
}
