//! What the steps of `codec` and `dispatch` allocate, step by step as a line of JSON.

use clap::{Parser, ValueEnum};
use messaging::{Transport, runtime};
use messaging_benches::{Cost, Step, codec, dispatch};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<std::alloc::System> = &INSTRUMENTED_SYSTEM;

/// What steps allocate.
#[derive(Debug, Parser)]
struct Arguments {
    /// Of which program.
    group: Group,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Group {
    Codec,
    Dispatch,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let steps = match Arguments::parse().group {
        Group::Dispatch => dispatch()?,
        Group::Codec => {
            let thread = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            thread.block_on(async {
                let transport = Transport::connect("memory://").await?;
                Ok::<_, messaging::Error>(codec(&transport, &runtime::tokio()?))
            })?
        }
    };
    for step in steps {
        allocated(step).print();
    }
    Ok(())
}

#[allow(clippy::cast_precision_loss, reason = "counts far below 2^52")]
fn allocated(mut step: Step) -> Cost {
    step.warm();
    let region = Region::new(ALLOCATOR);
    step.counted(step.times);
    let change = region.change();
    let times = f64::from(step.times);
    // What a block grows by is counted as allocated, the block itself as allocated anew.
    let blocks = change.allocations + change.reallocations;
    Cost {
        blocks: Some(blocks as f64 / times),
        bytes: Some(change.bytes_allocated as f64 / times),
        ..step.cost(step.times)
    }
}
