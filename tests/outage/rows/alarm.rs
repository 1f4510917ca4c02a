//! Row 13: the broker is short of memory, or of room on its disk, and takes no message.

use std::time::{Duration, Instant};

use crate::finding::{Finding, short};
use crate::ledger::now;
use crate::load::{Load, Plan, Queues};
use crate::program::Side;
use crate::world::World;

/// Row 13.
pub(crate) async fn raised(world: &World, side: Side) -> Result<Finding, String> {
    let broker = world.single().await;
    let mut plan = Plan::new(side, &broker.url(), Queues::Durable);
    plan.deadline = Duration::from_secs(4);
    let mut load = Load::start(plan, &world.ledgers()).await?;
    let mut slowest = Duration::ZERO;
    let mut stopping = Duration::ZERO;
    for (set, clear) in [
        (
            ["set_vm_memory_high_watermark", "absolute", "1000000"].as_slice(),
            ["set_vm_memory_high_watermark", "absolute", "1000000000"].as_slice(),
        ),
        (&["set_disk_free_limit", "1000GB"], &["set_disk_free_limit", "50MB"]),
    ] {
        broker.ctl(1, set).await;
        load.go_on(Duration::from_secs(6)).await;
        let begun = Instant::now();
        let ended = load.stop_server(0).await;
        stopping = stopping.max(begun.elapsed());
        broker.ctl(1, clear).await;
        let cleared = now();
        if !ended {
            return Err(format!("a server did not stop in {}", short(stopping)));
        }
        slowest = slowest.max(load.recovers(cleared, Duration::from_secs(60)).await?);
        load.add_server(&broker.url()).await?;
        load.go_on(Duration::from_secs(2)).await;
    }
    let mut finding = Finding::of(load.finish().await?);
    finding.recovered(slowest, Duration::from_secs(1));
    finding.within("a server stopped meanwhile in", stopping, Duration::from_secs(16));
    finding.note("a memory alarm, then a disk alarm, for about 8 s each");
    Ok(finding)
}
