//! Calls over RabbitMQ, and who allocates for them: client and server in this process, each on a
//! transport of its own, one call after the other on one thread. Prints a line of JSON.

#![allow(clippy::print_stdout, reason = "a program tells what it measured on its output")]

mod frames;
mod owner;
mod tally;

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use messaging::{Proxy as _, RpcServer, Target, Transport};
use messaging_benches::{BenchClient, BenchEndpoint, Echo, payload};

use self::tally::Tally;

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// How many calls are made before: tables, queues and pools have their size then.
const BEFORE: u32 = 200;

/// Calls over RabbitMQ, and who allocates for them.
#[derive(Debug, Parser)]
struct Arguments {
    /// The broker.
    #[arg(long)]
    url: String,
    /// How many calls are looked at.
    #[arg(long, default_value_t = 1_000)]
    calls: u32,
    /// How many bytes of text a call carries there and back.
    #[arg(long, default_value_t = 64)]
    size: usize,
    /// A file for what `dhat` keeps of it, which its viewer shows as well.
    #[arg(long)]
    kept: PathBuf,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Arguments { url, calls, size, kept } = Arguments::parse();
    let (serving, calling) = (Transport::connect(&url).await?, Transport::connect(&url).await?);
    let server = RpcServer::builder(&serving, Target::topic("bench").server("allocations"))
        .endpoint(BenchEndpoint::new(Echo))
        .start()
        .await?;
    let client = BenchClient::new(&calling);
    let data = payload(size);
    for _ in 0..BEFORE {
        client.echo(data.clone()).await?;
    }
    // The whole way to each: an allocation is its caller's, however deep it lies.
    let profiler = dhat::Profiler::builder().file_name(&kept).trim_backtraces(None).build();
    for _ in 0..calls {
        client.echo(data.clone()).await?;
    }
    drop(profiler);
    let _ = server.shutdown(Duration::from_secs(5)).await;
    let tally = Tally::of(&std::fs::read(kept)?, calls)?;
    println!("{}", serde_json::to_string(&tally)?);
    Ok(())
}
