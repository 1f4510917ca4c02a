//! Calls without a broker; `cargo xtask bench dispatch` counts their instructions.

use clap::Parser;
use messaging_benches::{Way, dispatch};

/// Calls without a broker.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(flatten)]
    way: Way,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Arguments { way } = Arguments::parse();
    for step in dispatch()? {
        way.go(step);
    }
    Ok(())
}
