//! Ours, over a prototype of an AMQP connection of our own in the place of lapin: what one would bring.
//! It is measured, and not shipped.

use std::sync::Arc;

use clap::Parser;
use messaging::{Config, Transport, runtime};
use messaging_benches::own::{Login, Own};
use messaging_benches::{Place, Role, run};

#[derive(Debug, Parser)]
struct Arguments {
    #[command(flatten)]
    place: Place,
    /// Has the broker confirm nothing that is published.
    #[arg(long, global = true)]
    no_confirms: bool,
    /// Runs a method as soon as the acknowledgement of its request is on its way, and not when the
    /// broker has taken note of it.
    #[arg(long, global = true)]
    no_noted: bool,
    #[command(subcommand)]
    role: Role,
}

fn main() {
    let Arguments { place, no_confirms, no_noted, role } = Arguments::parse();
    place.runtime.run(async move {
        let login: Login = place.url.parse().expect("a login and an address");
        let driver = Own::connect(&login, !no_confirms, !no_noted).await.expect("a broker");
        let runtime = runtime::tokio().expect("tokio, which this runs on");
        let transport = Transport::with_driver(&Config::new(), runtime, Arc::new(driver));
        run(transport.expect("a transport"), place, role).await;
    });
}
