//! `cargo xtask bench`: measurements beside others, made on one machine in one run.

mod cast;
mod cells;
pub(crate) mod codec;
mod compile;
mod cost;
mod counted;
mod dispatch;
mod goal;
mod group;
mod knobs;
mod memory;
mod mixed;
mod program;
mod rabbit;
mod record;
mod rounds;
mod saved;
mod scale;
mod side;
mod site;
mod spread;
mod table;

use std::process::ExitCode;

use clap::Subcommand;

use crate::failure::Result;
use crate::workspace::Workspace;

/// What to measure.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// What `#[rpc_api]` costs to compile: a large trait with it, with tarpc's `service`, and with
    /// no macro. Tables, and `target/bench/compile.json`.
    Compile(compile::Options),
    /// Calls over RabbitMQ: ours, the floors beneath it, and the real oslo.messaging. Tables, and
    /// `target/bench/rabbit.json`.
    Rabbit(rabbit::Options),
    /// Casts that the broker has confirmed: ours, the floor, and the real oslo.messaging. A table,
    /// and `target/bench/cast.json`.
    Cast(group::Options),
    /// What it costs to write and to read a request, a reply and a failure: instructions, time,
    /// allocations. A table, and `target/bench/codec.json`.
    Codec(codec::Options),
    /// What a call costs in code of ours, and who allocates for one over RabbitMQ. Tables, and
    /// `target/bench/dispatch.json`.
    Dispatch(dispatch::Options),
    /// What each setting that may be turned does to calls of ours. A table, and
    /// `target/bench/knobs.json`.
    Knobs(group::Options),
    /// Ours with the real oslo.messaging on the other side, beside oslo.messaging on both. A table,
    /// and `target/bench/mixed.json`.
    Mixed(group::Options),
    /// Calls within one process: ours, tarpc in memory, and a bare channel. Tables, and
    /// `target/bench/memory.json`.
    Memory(memory::Options),
    /// More servers, callers and clients, and what each of them takes. Tables, and
    /// `target/bench/scale.json`.
    Scale(scale::Options),
}

/// Measures; a goal that is missed is a failure.
pub(crate) fn run(workspace: &Workspace, command: &Command) -> Result<ExitCode> {
    match command {
        Command::Compile(options) => compile::run(workspace, options),
        Command::Rabbit(options) => rabbit::run(workspace, options),
        Command::Cast(options) => cast::run(workspace, options),
        Command::Codec(options) => codec::run(workspace, options),
        Command::Dispatch(options) => dispatch::run(workspace, options),
        Command::Knobs(options) => knobs::run(workspace, options),
        Command::Mixed(options) => mixed::run(workspace, options),
        Command::Memory(options) => memory::run(workspace, options),
        Command::Scale(options) => scale::run(workspace, options),
    }
}
