//! Rows 14 to 17: what the broker closes, and queues and exchanges that somebody deletes.

use std::time::{Duration, Instant};

use crate::finding::{Finding, short};
use crate::here::{Here, told};
use crate::ledger::now;
use crate::load::{Load, Plan, Queues};
use crate::program::Side;
use crate::stranger::Stranger;
use crate::world::World;

const LONG: Duration = Duration::from_secs(60);

/// Row 14: the broker closes the channel of a consumer that did not acknowledge in time.
pub(crate) async fn channel_closed(world: &World, side: Side) -> Result<Finding, String> {
    let broker = world.single().await;
    let set = |time: &str| format!("application:set_env(rabbit, consumer_timeout, {time}).");
    broker.ctl(1, &["eval", &set("2000")]).await;
    let found = held(world, side, &broker.url()).await;
    broker.ctl(1, &["eval", &set("1800000")]).await;
    found
}

async fn held(world: &World, side: Side, url: &str) -> Result<Finding, String> {
    let here = Here::new(world, side, url, Queues::Durable);
    let mut served = here.serve("one").await.map_err(told)?;
    let (client, transport) = here.client(Duration::from_secs(15)).await.map_err(told)?;
    client.ask("first".into()).await.map_err(told)?;
    let begun = Instant::now();
    let held = tokio::spawn(client.ask_again("6000:held".into()).into_future());
    let (mut asked, mut slowest, mut failed) = (0, Duration::ZERO, Vec::new());
    while begun.elapsed() < Duration::from_secs(8) {
        asked += 1;
        let sent = Instant::now();
        if let Err(error) = client.ask(format!("quick {asked}")).await {
            failed.push(told(error));
        }
        slowest = slowest.max(sent.elapsed());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let held = held.await.map_err(told)?;
    let times = served.ledger.count(crate::ledger::What::Begun, |id| id == "6000:held");
    let mut finding = Finding::default();
    finding.within(
        format!("of {asked} other calls the slowest took"),
        slowest,
        Duration::from_secs(1),
    );
    finding.check(format!("{} of them failed (0)", failed.len()), failed.is_empty());
    finding.check(format!("the call itself was answered, and ran {times} times"), held.is_ok());
    failed.into_iter().take(2).for_each(|text| finding.note(text));
    let _ = served.server.shutdown(Duration::from_secs(5)).await;
    served.transport.close(Duration::from_secs(5)).await;
    transport.close(Duration::from_secs(5)).await;
    Ok(finding)
}

/// Row 15.
pub(crate) async fn queue_deleted(world: &World, side: Side) -> Result<Finding, String> {
    let broker = world.single().await;
    let plan = Plan::new(side, &broker.url(), Queues::Durable);
    let mut load = Load::start(plan, &world.ledgers()).await?;
    let stranger = Stranger::at(&broker.nodes[0]).await;
    let mut slowest = Duration::ZERO;
    for _ in 0..3 {
        let deleted = stranger.delete_queue(&load.topic).await;
        slowest = slowest.max(load.recovers(deleted, LONG).await?);
        load.go_on(Duration::from_secs(2)).await;
    }
    let mut tally = load.finish().await?;
    // What was in it is gone, which is what was asked for.
    let gone = std::mem::take(&mut tally.lost).len() + std::mem::take(&mut tally.cut_off).len();
    let mut finding = Finding::of(tally);
    finding.recovered(slowest, Duration::from_secs(1));
    finding.note(format!("deleted 3 times; {gone} confirmed casts were in it"));
    Ok(finding)
}

/// Row 16.
pub(crate) async fn exchange_deleted(world: &World, side: Side) -> Result<Finding, String> {
    let broker = world.single().await;
    let plan = Plan::new(side, &broker.url(), Queues::Durable);
    let mut load = Load::start(plan, &world.ledgers()).await?;
    let stranger = Stranger::at(&broker.nodes[0]).await;
    let exchange = format!("faults-{}", load.topic);
    let deleted = stranger.delete_exchange(&exchange).await;
    let recovery = load.recovers(deleted, LONG).await;
    load.go_on(Duration::from_secs(2)).await;
    let mut finding = Finding::of(load.finish().await?);
    match recovery {
        Ok(time) => finding.recovered(time, Duration::from_secs(1)),
        Err(why) => finding.check(why.lines().next().unwrap_or_default(), false),
    }
    Ok(finding)
}

/// Row 17.
pub(crate) async fn reply_queues_deleted(world: &World, side: Side) -> Result<Finding, String> {
    let broker = world.single().await;
    let before = reply_queues(&broker.ctl(1, &["list_queues", "name"]).await);
    let plan = Plan::new(side, &broker.url(), Queues::Durable);
    let mut load = Load::start(plan, &world.ledgers()).await?;
    let mut after = reply_queues(&broker.ctl(1, &["list_queues", "name"]).await);
    after.retain(|name| !before.contains(name));
    let stranger = Stranger::at(&broker.nodes[0]).await;
    let begun = now();
    for name in &after {
        stranger.delete_queue(name).await;
    }
    let deleted = now();
    let recovery = load.recovers(deleted, LONG).await?;
    load.go_on(Duration::from_secs(3)).await;
    let mut finding = Finding::of(load.finish().await?);
    finding.recovered(recovery, Duration::from_secs(1));
    let tally = finding.tally.as_ref().expect("it is of a load");
    let (failures, slow) = (tally.failures(), tally.slow(begun, Duration::from_secs(2)));
    finding.check(format!("{failures} errors (0); {slow} calls took 2 s or more"), failures == 0);
    finding.note(format!(
        "{} reply queues deleted in {}",
        after.len(),
        short(crate::ledger::since(begun, deleted))
    ));
    Ok(finding)
}

fn reply_queues(listed: &str) -> Vec<String> {
    listed.lines().filter(|name| name.starts_with("reply_")).map(str::to_owned).collect()
}
