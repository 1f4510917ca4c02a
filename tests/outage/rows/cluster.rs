//! Rows 3 to 8: a cluster of three nodes, on quorum queues.

use std::time::Duration;

use crate::broker::Broker;
use crate::finding::{Finding, short};
use crate::ledger::{now, since};
use crate::load::{Load, Plan, Queues};
use crate::program::Side;
use crate::world::World;

const LONG: Duration = Duration::from_secs(60);

/// Starts a load that reaches all nodes.
async fn load(world: &World, side: Side, cluster: &Broker) -> Result<Load, String> {
    Load::start(Plan::new(side, &cluster.url(), Queues::Quorum), &world.ledgers()).await
}

/// Row 3.
pub(crate) async fn each_killed(world: &World, side: Side) -> Result<Finding, String> {
    let cluster = world.cluster().await;
    let mut load = load(world, side, cluster).await?;
    let mut slowest = Duration::ZERO;
    for node in 1..=3 {
        cluster.verb("kill", node).await;
        let killed = now();
        slowest = slowest.max(load.recovers(killed, LONG).await?);
        load.go_on(Duration::from_secs(2)).await;
        cluster.boot(node).await;
        cluster.ctl(node, &["await_online_nodes", "3"]).await;
        // The queues' members on it catch up: without them the next kill would take the majority.
        load.go_on(Duration::from_secs(6)).await;
    }
    let mut finding = Finding::of(load.finish().await?);
    finding.recovered(slowest, Duration::from_secs(6));
    longest_stall(&mut finding, Duration::from_secs(6));
    Ok(finding)
}

/// Row 4.
pub(crate) async fn leader_killed(world: &World, side: Side) -> Result<Finding, String> {
    let cluster = world.cluster().await;
    let plan = Plan::new(side, &cluster.url_of(&[1, 2]), Queues::Quorum);
    let mut load = Load::start(plan, &world.ledgers()).await?;
    let moved = lead_from(cluster, 3).await;
    load.go_on(Duration::from_secs(2)).await;
    cluster.verb("kill", 3).await;
    let killed = now();
    let recovery = load.recovers(killed, LONG).await?;
    load.go_on(Duration::from_secs(3)).await;
    let mut finding = Finding::of(load.finish().await?);
    finding.recovered(recovery, Duration::from_secs(2));
    longest_stall(&mut finding, Duration::from_secs(2));
    no_error(&mut finding);
    finding.note(format!("{moved} queues were led from the node that was killed"));
    Ok(finding)
}

/// Row 5.
pub(crate) async fn all_killed(world: &World, side: Side) -> Result<Finding, String> {
    let cluster = world.cluster().await;
    let mut plan = Plan::new(side, &cluster.url(), Queues::Quorum);
    plan.deadline = Duration::from_secs(40);
    let mut load = Load::start(plan, &world.ledgers()).await?;
    settle(cluster).await;
    let begun = now();
    let (one, two, three) =
        (cluster.verb("kill", 1), cluster.verb("kill", 2), cluster.verb("kill", 3));
    tokio::join!(one, two, three);
    let (one, two, three) = tokio::join!(cluster.boot(1), cluster.boot(2), cluster.boot(3));
    let mut ready = [one, two, three];
    ready.sort_unstable();
    let recovery = load.recovers(ready[1], LONG).await?;
    load.go_on(Duration::from_secs(3)).await;
    let mut finding = Finding::of(load.finish().await?);
    finding.recovered(recovery, Duration::from_secs(2));
    let all = since(begun, ready[1]) + recovery;
    finding.note(format!("{} from the first kill until all served", short(all)));
    Ok(finding)
}

/// Row 6.
pub(crate) async fn drained(world: &World, side: Side) -> Result<Finding, String> {
    let cluster = world.cluster().await;
    let load = load(world, side, cluster).await?;
    let moved = lead_from(cluster, 2).await;
    load.go_on(Duration::from_secs(2)).await;
    for node in 1..=3 {
        cluster.verb("drain", node).await;
        load.go_on(Duration::from_secs(2)).await;
        cluster.verb("revive", node).await;
        load.go_on(Duration::from_secs(2)).await;
    }
    let mut finding = Finding::of(load.finish().await?);
    longest_stall(&mut finding, Duration::from_secs(1));
    finding.recovery = finding.tally.as_ref().map(|tally| tally.stall);
    no_error(&mut finding);
    finding.note(format!("{moved} queues were given another leader, then each node was drained"));
    Ok(finding)
}

/// Row 7.
pub(crate) async fn partitioned(world: &World, side: Side) -> Result<Finding, String> {
    let cluster = world.cluster().await;
    let mut plan = Plan::new(side, &cluster.url(), Queues::Quorum);
    let of = |nodes: &[usize]| cluster.url_of(nodes);
    plan.servers = vec![of(&[1]), of(&[2]), of(&[3, 1])];
    plan.clients = vec![of(&[1]), of(&[2]), of(&[3, 1]), of(&[3, 2])];
    let mut load = Load::start(plan, &world.ledgers()).await?;
    let majority: Vec<_> = load.clients[..2].iter().map(|client| client.name.clone()).collect();
    let attached = cluster.ctl(1, &["list_connections", "pid"]).await;
    let attached = attached.lines().filter(|line| line.contains("n3@")).count();
    cluster.verb("isolate", 3).await;
    let isolated = now();
    let recovery = load.recovers(isolated, LONG).await?;
    load.go_on(Duration::from_secs(15).saturating_sub(since(isolated, now()))).await;
    cluster.verb("heal", 3).await;
    load.go_on(Duration::from_secs(5)).await;
    let mut finding = Finding::of(load.finish().await?);
    finding.recovered(recovery, Duration::from_secs(5));
    let stalls = finding.tally.as_ref().map(|tally| tally.stalls.clone()).unwrap_or_default();
    let stall = |near: bool| {
        let some = stalls.iter().filter(|(name, _)| majority.contains(name) == near);
        some.map(|(_, stall)| *stall).max().unwrap_or_default()
    };
    finding.within("stall on the majority", stall(true), Duration::from_secs(1));
    finding.within("of those that moved", stall(false), Duration::from_secs(5));
    finding.note(format!("{attached} connections were those of the minority"));
    Ok(finding)
}

/// Row 8.
pub(crate) async fn frozen(world: &World, side: Side) -> Result<Finding, String> {
    let cluster = world.cluster().await;
    let mut load = load(world, side, cluster).await?;
    lead_from(cluster, 3).await;
    load.go_on(Duration::from_secs(2)).await;
    cluster.verb("freeze", 3).await;
    let frozen = now();
    let recovery = load.recovers(frozen, LONG).await;
    load.go_on(Duration::from_secs(3)).await;
    // It does not find its way back by itself.
    cluster.verb("kill", 3).await;
    cluster.boot(3).await;
    let recovery = recovery?;
    load.go_on(Duration::from_secs(3)).await;
    let mut finding = Finding::of(load.finish().await?);
    finding.recovered(recovery, Duration::from_secs(8 + 15));
    let named = |kind: &String| kind.starts_with("NotConfirmed") || kind.starts_with("Timeout");
    let tally = finding.tally.as_ref().expect("it is of a load");
    let kinds: Vec<_> = tally.failed.keys().cloned().collect();
    let met = side == Side::Peer || kinds.iter().all(named);
    finding.check(format!("failed only as not confirmed or timed out: {}", kinds.join(", ")), met);
    Ok(finding)
}

fn longest_stall(finding: &mut Finding, limit: Duration) {
    let stall = finding.tally.as_ref().map(|tally| tally.stall).unwrap_or_default();
    finding.within("longest stall", stall, limit);
}

fn no_error(finding: &mut Finding) {
    let failures = finding.tally.as_ref().map_or(0, |tally| tally.failures());
    finding.check(format!("{failures} errors (0)"), failures == 0);
}

/// Makes a node the leader of every quorum queue; how many there are.
async fn lead_from(cluster: &Broker, node: usize) -> usize {
    let expression = format!(
        "[ra:transfer_leadership({{N, L}}, {{N, 'n{node}@localhost'}}) || \
         Q <- rabbit_amqqueue:list(), amqqueue:get_type(Q) =:= rabbit_quorum_queue, \
         {{N, L}} <- [amqqueue:get_pid(Q)], L =/= 'n{node}@localhost']."
    );
    let said = cluster.ctl(1, &["eval", &expression]).await;
    said.matches("ok").count()
}

/// Waits until the nodes have written down which quorum queues there are: RabbitMQ 3.10 does so
/// half a second after it has said that one is declared.
pub(crate) async fn settle(broker: &Broker) {
    for node in 1..=broker.nodes.len() {
        broker.ctl(node, &["eval", "[dets:sync(Table) || Table <- dets:all()]."]).await;
    }
}
