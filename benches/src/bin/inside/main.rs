//! Calls within one process: ours over `memory://`, a bare channel beneath it, and tarpc's
//! transport in memory.
//!
//! Client and server share one runtime. Prints a record at the end.

mod channel;
mod ours;
mod peer;

use clap::{Parser, ValueEnum};
use messaging_benches::{Load, Record, Tokio, payload};

/// Who calls whom.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Subject {
    /// Ours, over `memory://`, with its default settings; client and server on one transport.
    Ours,
    /// tarpc's in-memory transport: values are moved, nothing is serialised.
    Tarpc,
    /// A tokio channel and one for the answer, with a task for each call: values are moved.
    Channel,
    /// The same, with JSON at both ends as ours has it.
    ChannelJson,
}

/// Calls within one process.
#[derive(Debug, Parser)]
struct Arguments {
    #[arg(value_enum)]
    subject: Subject,
    #[arg(long, value_enum, default_value_t = Tokio::Current)]
    runtime: Tokio,
    #[command(flatten)]
    load: Load,
}

fn main() {
    let Arguments { subject, runtime, load } = Arguments::parse();
    runtime.run(async move { run(subject, &load).await.print() });
}

async fn run(subject: Subject, load: &Load) -> Record {
    let data = payload(load.size);
    match subject {
        Subject::Ours => ours::run(load, &data).await,
        Subject::Tarpc => peer::run(load, &data).await,
        Subject::Channel => channel::moved(load, &data).await,
        Subject::ChannelJson => channel::json(load, &data).await,
    }
}
