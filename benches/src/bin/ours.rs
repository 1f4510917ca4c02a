//! Ours, with the settings that a user has who sets nothing.

use clap::Parser;
use messaging::Transport;
use messaging_benches::{Place, Role, run};

#[derive(Debug, Parser)]
struct Arguments {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    role: Role,
}

fn main() {
    let Arguments { place, role } = Arguments::parse();
    place.runtime.run(async move {
        // The driver is named by the URL alone.
        let transport = Transport::connect(&place.url).await.expect("a transport");
        run(transport, place, role).await;
    });
}
