//! Rows 1 and 2: the only broker goes away and comes back.

use std::time::Duration;

use crate::finding::Finding;
use crate::load::{Load, Plan, Queues};
use crate::program::Side;
use crate::world::World;

/// Row 1.
pub(crate) async fn polite(world: &World, side: Side) -> Result<Finding, String> {
    again(world, side, "stop").await
}

/// Row 2.
pub(crate) async fn killed(world: &World, side: Side) -> Result<Finding, String> {
    again(world, side, "kill").await
}

async fn again(world: &World, side: Side, verb: &str) -> Result<Finding, String> {
    let broker = world.single().await;
    let mut plan = Plan::new(side, &broker.url(), Queues::Durable);
    plan.deadline = Duration::from_secs(15);
    let mut load = Load::start(plan, &world.ledgers()).await?;
    broker.verb(verb, 1).await;
    let ready = broker.boot(1).await;
    let recovery = load.recovers(ready, Duration::from_secs(60)).await?;
    load.go_on(Duration::from_secs(3)).await;
    let mut finding = Finding::of(load.finish().await?);
    finding.recovered(recovery, Duration::from_secs(1));
    Ok(finding)
}
