//! The limit: frames of AMQP 0-9-1 written by hand, inside tokio's tasks.
//!
//! One task reads the socket and one writes it, whatever was queued since it wrote last in one go:
//! what a connection of our own could reach. It does only what the broker insists on: no heartbeats,
//! no flow control, no recovery, one connection; and it takes replies without acknowledging them.

mod client;
mod frames;
mod link;
mod reader;
mod server;
mod writer;

use clap::Parser;
use messaging_benches::{Place, Role};

#[derive(Debug, Parser)]
struct Arguments {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    role: Role,
}

fn main() {
    let Arguments { place, role } = Arguments::parse();
    let runtime = place.runtime;
    runtime.run(async move {
        match role {
            Role::Server => server::serve(&place).await,
            Role::Client(load) => client::call(&place, &load).await,
            Role::Cast(_) => panic!("the wire has no confirms, so it has no casts"),
        }
    });
}
