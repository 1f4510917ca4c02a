//! Those that are compared over RabbitMQ.

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::ValueEnum;
use serde::Serialize;

use super::program::Programs;

/// One side of an RPC over RabbitMQ; most are both sides of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Side {
    /// This project.
    Ours,
    /// This project, calling a method that may run again.
    OursIdempotent,
    /// This project over a prototype of an AMQP connection of its own.
    Own,
    /// The same, with what the floors do without: no confirms, and methods that run as soon as their
    /// request's acknowledgement is on its way.
    OwnBare,
    /// The AMQP client beneath ours, by hand.
    Lapin,
    /// The same, with every message confirmed.
    LapinConfirms,
    /// The same, and with what ours waits for before a method runs.
    LapinNoted,
    /// Frames by hand.
    Wire,
    /// Another AMQP client, by hand.
    Amqprs,
    /// The real oslo.messaging.
    Oslo,
}

/// What the settings that all share are.
const SHARED: &str = "All: oslo.messaging's envelope (JSON in JSON), parsed and written at \
    both ends; requests by the topic exchange `openstack` to a classic queue, neither durable nor \
    auto-deleted; replies by the default exchange to a queue of the client's own, neither durable nor \
    exclusive, with x-expires 1,800,000; delivery mode 2, priority 0, empty headers, expiration 60,000 \
    on calls; one client, one server and one broker process; release profile, the system's allocator. \
    Rust: tokio's multi-thread runtime, one worker for each processor, and a task for each request.";

impl Side {
    /// Its name in tables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::OursIdempotent => "ours, idempotent method",
            Self::Own => "own (prototype, not shipped)",
            Self::OwnBare => "own, as the floors (prototype, not shipped)",
            Self::Lapin => "lapin",
            Self::LapinConfirms => "lapin, confirms",
            Self::LapinNoted => "lapin, confirms and noted",
            Self::Wire => "wire",
            Self::Amqprs => "amqprs",
            Self::Oslo => "oslo.messaging",
        }
    }

    /// How it is set.
    fn settings(self) -> &'static str {
        match self {
            Self::Ours => {
                "the defaults: every message acknowledged; a request runs when the broker has dealt \
                 with its acknowledgement (`channel.flow`, one question for all that wait); requests and \
                 answers published without confirms, and the broker asked now and then whether it has \
                 dealt with them (`channel.flow`); casts confirmed; no prefetch limit; 2 connections a process; frame_max 131,072; mandatory"
            }
            Self::OursIdempotent => {
                "as ours, and the method is `#[rpc(idempotent)]`: acknowledged when it has run, \
                 which is not waited for"
            }
            Self::Own => {
                "the library as ours, over a prototype of an AMQP connection of our own: every message \
                 acknowledged, and requests known to be so by `channel.flow` before they run; every \
                 publish confirmed, many at once on one channel; no prefetch limit; 2 connections a \
                 process; frame_max 131,072; mandatory, but what is returned is not looked at; no \
                 heartbeats, no recovery, no TLS"
            }
            Self::OwnBare => {
                "as own, with no confirms and no `channel.flow`: the promises of the floors"
            }
            Self::Lapin => {
                "every message acknowledged by `basic_ack`, requests before they run; no confirms, \
                 publishes queued and not awaited; no prefetch limit; 2 connections a process, one \
                 channel each; frame_max 131,072; mandatory"
            }
            Self::LapinConfirms => {
                "as lapin, and every publish of both sides awaited until it is confirmed"
            }
            Self::LapinNoted => {
                "as lapin, confirms; and a request runs when the broker has answered a \
                 `channel.flow` that follows its acknowledgement: the promise of ours"
            }
            Self::Wire => {
                "requests acknowledged, replies taken without; no confirms; no prefetch limit; 1 \
                 connection a process; frame_max 131,072; mandatory; no heartbeats, no flow control, \
                 no recovery"
            }
            Self::Amqprs => {
                "every message acknowledged, requests before they run; no confirms; no prefetch \
                 limit; 2 connections a process; frame_max as the broker proposes it (131,072); \
                 mandatory"
            }
            Self::Oslo => {
                "the defaults: threading executor of 64; every message acknowledged, requests before \
                 they run; every publish confirmed; no prefetch limit; as many connections as it \
                 opens (30 to publish at most, as `rpc_conn_pool_size` says); frame_max as the \
                 broker proposes it; not mandatory; CPython, one thread for each caller"
            }
        }
    }

    /// Its program, on a broker and a topic, before it is told what to be.
    pub(crate) fn command(self, programs: &Programs, python: Option<&Python>) -> Command {
        let name = match self {
            Self::Ours | Self::OursIdempotent => "ours",
            Self::Own | Self::OwnBare => "own",
            Self::Lapin | Self::LapinConfirms | Self::LapinNoted => "lapin",
            Self::Wire => "wire",
            Self::Amqprs => "amqprs",
            Self::Oslo => {
                let mut command =
                    Command::new(python.map_or(Path::new("python3"), |it| &it.program));
                command.args(python.map(|it| &it.script));
                return command;
            }
        };
        let mut command = programs.command(name);
        match self {
            Self::OursIdempotent => _ = command.arg("--idempotent"),
            Self::LapinConfirms => _ = command.arg("--confirm"),
            Self::LapinNoted => _ = command.args(["--confirm", "--noted"]),
            Self::OwnBare => _ = command.args(["--no-confirms", "--no-noted"]),
            _ => {}
        }
        command
    }

    /// How many milliseconds it takes at least until it is warm: the peer opens a connection for
    /// each of many callers.
    pub(crate) fn warm(self) -> u64 {
        if self == Self::Oslo { 2_000 } else { 0 }
    }
}

/// How each side that took part is set.
pub(crate) fn print_settings(sides: impl Iterator<Item = Side>) {
    let mut sides: Vec<Side> = sides.collect();
    sides.sort();
    sides.dedup();
    println!("\nSettings\n\n* {SHARED}");
    for side in sides {
        println!("* {}: {}.", side.name(), side.settings());
    }
}

/// What runs the peer.
#[derive(Debug)]
pub(crate) struct Python {
    pub(crate) program: PathBuf,
    pub(crate) script: PathBuf,
}
