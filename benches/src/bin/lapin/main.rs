//! The floor beneath ours: the AMQP client that ours is built on, with the least on top that makes
//! an RPC of the same shape.
//!
//! The same envelope, exchange, queues and properties as ours; two connections, one of them for
//! publishing alone; every message acknowledged. A publish is queued and not awaited; with
//! `--confirm` it is awaited until the broker has confirmed it, on both sides. With `--noted` a
//! request runs when the broker has dealt with its acknowledgement, as with ours.

mod client;
mod link;
mod server;

use clap::Parser;
use messaging_benches::{Place, Role};

#[derive(Debug, Parser)]
struct Arguments {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    shape: Shape,
    #[command(subcommand)]
    role: Role,
}

/// What may be otherwise.
#[derive(Clone, Copy, Debug, clap::Args)]
struct Shape {
    /// Awaits the broker's confirmation of each message, as oslo.messaging does.
    #[arg(long, global = true)]
    confirm: bool,
    /// Runs a request no sooner than the broker has dealt with its acknowledgement, and another
    /// server cannot get it any more.
    #[arg(long, global = true)]
    noted: bool,
    /// How many messages the broker hands over before they are acknowledged; 0 is without limit, as
    /// it is with ours by default.
    #[arg(long, global = true, default_value_t = 0)]
    prefetch: u16,
    /// Answers on the task that consumes, rather than each request on a task of its own.
    #[arg(long, global = true)]
    inline: bool,
}

fn main() {
    let Arguments { place, shape, role } = Arguments::parse();
    place.runtime.run(async move {
        match role {
            Role::Server => server::serve(&place, shape).await,
            Role::Client(load) => client::call(&place, shape, &load).await,
            Role::Cast(load) => client::cast(&place, shape, &load).await,
        }
    });
}
