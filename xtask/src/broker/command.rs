//! `cargo xtask broker`: a broker to work with by hand.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Subcommand;

use super::{Broker, Installed, STOP_WITHIN, cluster, folder, ports, stop};
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
        /// With the management API, whose URL `management-url` prints.
        #[arg(long)]
        management: bool,
    },
    /// Stops it.
    Down,
    /// Runs rabbitmqctl against it: `ctl list_queues name messages`.
    Ctl {
        /// The node that is asked, counted from 1.
        #[arg(long, default_value_t = 1)]
        node: u16,
        /// What rabbitmqctl is given.
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
    /// Ends a node as a crash does, by SIGKILL.
    Kill {
        /// The node, counted from 1.
        node: u16,
    },
    /// Asks a node to close its files and end, and waits until it has.
    Stop {
        /// The node, counted from 1.
        node: u16,
    },
    /// Starts a node that was killed or stopped, with its old files and ports, and waits until it
    /// is ready.
    Boot {
        /// The node, counted from 1.
        node: u16,
        /// Does not wait.
        #[arg(long)]
        no_wait: bool,
    },
    /// Stops a node's process where it is, by SIGSTOP: its connections stay open and say nothing.
    Freeze {
        /// The node, counted from 1.
        node: u16,
    },
    /// Lets a node go on that was frozen.
    Thaw {
        /// The node, counted from 1.
        node: u16,
    },
    /// Cuts a node off from the other nodes of its cluster; clients still reach it.
    Isolate {
        /// The node, counted from 1.
        node: u16,
    },
    /// Lets a node that was isolated find the others again.
    Heal {
        /// The node, counted from 1.
        node: u16,
    },
    /// Moves the queues' leaders and the clients off a node, as before maintenance.
    Drain {
        /// The node, counted from 1.
        node: u16,
    },
    /// Takes a node back that was drained.
    Revive {
        /// The node, counted from 1.
        node: u16,
    },
    /// Prints its URL.
    Url,
    /// Prints the URL of its management API, for a broker that is up with one.
    ManagementUrl,
    /// Says whether it runs.
    Status,
}

/// A name that can be a folder's.
pub(crate) fn parse_name(name: &str) -> std::result::Result<String, String> {
    let letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    match !name.is_empty() && name.chars().all(letter) {
        true => Ok(name.to_owned()),
        false => Err("a broker's name is made of letters, digits and `-`".to_owned()),
    }
}

/// Does it.
pub(crate) fn run(workspace: &Workspace, name: &str, command: &Command) -> Result<ExitCode> {
    let folder = folder(workspace).join(name);
    let running = || {
        Broker::find(&folder).ok_or_else(|| {
            let start = format!("`cargo xtask broker --name {name} up` starts it");
            Failure::Message(format!("the broker {name} is not up; {start}"))
        })
    };
    match command {
        Command::Up { nodes, management } => {
            let up = match Broker::find(&folder).filter(Broker::is_whole) {
                Some(broker) if broker.nodes.len() == usize::from(*nodes) => Ok(broker),
                Some(_) => {
                    let stop = format!("`cargo xtask broker --name {name} down` stops it");
                    let text =
                        format!("the broker {name} is up with another number of nodes; {stop}");
                    return Err(text.into());
                }
                None => Broker::start_with(&installed()?, &folder, *nodes, *management),
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
        Command::Ctl { node, arguments } => {
            let script = running()?.node(*node)?.rabbitmqctl();
            let ended = process::run(std::process::Command::new(script).args(arguments))?;
            return Ok(if ended.is_success() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        Command::Kill { node } => running()?.node(*node)?.kill()?,
        Command::Stop { node } => {
            let broker = running()?;
            let node = broker.node(*node)?;
            node.ask_to_stop();
            node.wait_stopped(STOP_WITHIN);
        }
        Command::Boot { node, no_wait } => {
            let broker = running()?;
            let node = broker.node(*node)?;
            if !node.is_running() {
                node.boot(&installed()?)?;
            }
            if !no_wait {
                node.wait_ready()?;
            }
        }
        Command::Freeze { node } => running()?.node(*node)?.freeze()?,
        Command::Thaw { node } => running()?.node(*node)?.thaw()?,
        Command::Isolate { node } => cluster::isolate(&running()?, *node)?,
        Command::Heal { node } => cluster::heal(&running()?, *node)?,
        Command::Drain { node } => cluster::maintain(&running()?, *node, "drain")?,
        Command::Revive { node } => cluster::maintain(&running()?, *node, "revive")?,
        Command::Url => println!("{}", running()?.url()),
        Command::ManagementUrl => println!("{}", running()?.management_url()?),
        Command::Status => {
            let broker = running()?;
            for node in &broker.nodes {
                let port = node.amqp_port();
                match node.pid() {
                    Some(pid) if node.is_ready() => println!("ready: 127.0.0.1:{port} (pid {pid})"),
                    Some(pid) => println!("not ready: 127.0.0.1:{port} (pid {pid})"),
                    None => println!("down: 127.0.0.1:{port}"),
                }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_folder_below_the_others() {
        assert_eq!(parse_name("test-2").as_deref(), Ok("test-2"));
        for wrong in ["", "..", "a/b", ".hidden", "a b"] {
            assert!(parse_name(wrong).is_err(), "{wrong}");
        }
    }
}
