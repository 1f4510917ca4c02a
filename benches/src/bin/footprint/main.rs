//! What a program over the broker takes beside its calls: memory, threads, and time to start.
//!
//! Ours, and the AMQP client beneath it with the least on top that makes an RPC. Prints what was
//! measured as a line of JSON.

#![allow(clippy::print_stdout, reason = "a program tells what it measured on its output")]

mod client;
mod hold;
mod in_flight;
mod many;
mod measure;
mod ours;
mod raw;

use std::time::Duration;

use clap::{Parser, Subcommand};
use messaging_benches::{Load, Place, Watched};

use self::client::Subject;

/// What a program takes beside its calls.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(flatten)]
    place: Place,
    /// Whose client.
    #[arg(long, global = true, value_enum, default_value_t = Subject::Ours)]
    subject: Subject,
    /// Whose memory is told beside that of this program, as ROLE=PID.
    #[arg(long, global = true)]
    watch: Vec<Watched>,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Connects, calls once, and ends.
    Once,
    /// Clients that have called once and then do nothing.
    Idle {
        /// How many, each with its own connections.
        #[arg(long, default_value_t = 50)]
        count: u32,
    },
    /// Servers of ours that nobody calls, each with its own connections.
    Servers {
        /// How many.
        #[arg(long, default_value_t = 50)]
        count: u32,
    },
    /// A server of ours whose handlers wait for ever, and prints `ready` once it serves.
    Hold,
    /// Calls that wait for their answers.
    InFlight {
        /// How many. Those of ours need a server that holds them; the others one that is not there.
        #[arg(long, default_value_t = 10_000)]
        count: u32,
    },
    /// Clients that all call: as many as there are callers.
    Many {
        /// When they begin to call, in seconds from now; all must be connected by then.
        #[arg(long, default_value_t = 60)]
        within: u64,
        #[command(flatten)]
        load: Load,
    },
    /// A server and its client in one process, with calls in parallel; prints `ready`, and goes on
    /// until it is stopped.
    Both {
        /// How many call at once.
        #[arg(long, default_value_t = 40)]
        callers: u32,
    },
}

fn main() {
    let Arguments { place, subject, watch, what } = Arguments::parse();
    place.runtime.run(async move {
        match what {
            What::Once => client::once(subject, &place).await,
            What::Idle { count } => client::idle(subject, &place, &watch, count).await,
            What::Servers { count } => ours::servers(&place, &watch, count).await,
            What::Hold => hold::serve(&place).await,
            What::InFlight { count } => in_flight::run(subject, &place, &watch, count).await,
            What::Many { within, load } => {
                many::run(subject, &place, &load, Duration::from_secs(within)).await;
            }
            What::Both { callers } => ours::both(&place, callers).await,
        }
    });
}
