//! Writes and reads bodies; `cargo xtask bench codec` counts its instructions, and measures its time.

#![allow(clippy::print_stdout, reason = "a program tells what it measured on its output")]

use clap::Parser;
use messaging::runtime;
use messaging::testing::Recorder;
use messaging_benches::{Way, codec};

/// Writes and reads bodies.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(flatten)]
    way: Way,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Arguments { way } = Arguments::parse();
    // One whose messages have an envelope, as those in memory have not.
    let transport = Recorder::sink().transport()?;
    for step in codec(&transport, &runtime::tokio()?) {
        way.go(step);
    }
    Ok(())
}
