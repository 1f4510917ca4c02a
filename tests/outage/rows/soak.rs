//! The soak: minutes of load, with a fault every few seconds, and nothing left over.

use std::time::{Duration, Instant};

use crate::broker::{Broker, url_to};
use crate::finding::{Finding, short};
use crate::ledger::now;
use crate::load::{Load, Plan, Queues};
use crate::program::{Program, Side};
use crate::proxy::{Hit, Proxy};
use crate::world::World;

/// What a process holds: memory in MB, descriptors, threads.
type Held = (u64, usize, u64);

/// What there is at the broker.
#[derive(Clone, Copy, Debug, PartialEq)]
struct There {
    connections: usize,
    channels: usize,
    queues: usize,
    consumers: usize,
}

/// What happens, in turn.
const FAULTS: [&str; 7] = [
    "reset",
    "close",
    "server killed",
    "frozen",
    "cut mid-frame",
    "servers reset",
    "broker killed",
];

/// The soak.
pub(crate) async fn soak(world: &World, side: Side) -> Result<Finding, String> {
    let broker = world.single().await;
    let (to_servers, to_clients) =
        (Proxy::start(&broker.nodes[0]).await, Proxy::start(&broker.nodes[0]).await);
    let mut plan = Plan::new(side, &broker.url(), Queues::Durable);
    plan.servers = vec![url_to(std::slice::from_ref(&to_servers.address)); 3];
    plan.clients = vec![url_to(std::slice::from_ref(&to_clients.address)); 4];
    // What is left of servers and clients that were killed goes away by itself.
    plan.options.push(("rabbit_transient_queues_ttl", "10".to_owned()));
    let mut load = Load::start(plan, &world.ledgers()).await?;
    let begun = Instant::now();
    let time = Duration::from_secs(u64::from(world.minutes) * 60);
    // Buffers and pools have grown to what they need after the first round of faults.
    let mut first = None;
    let (mut faults, mut slowest) = (0, (Duration::ZERO, ""));
    while begun.elapsed() < time {
        let name = FAULTS[faults % FAULTS.len()];
        let from = match name {
            "reset" => hit(&to_clients, Hit::Reset),
            "close" => hit(&to_servers, Hit::Close),
            "server killed" => {
                load.replace_server(2);
                now()
            }
            "frozen" => hit(&to_clients, Hit::Freeze),
            "cut mid-frame" => hit(&to_clients, Hit::ResetAfter(faults)),
            "servers reset" => hit(&to_servers, Hit::Reset),
            _ => {
                broker.verb("kill", 1).await;
                broker.boot(1).await
            }
        };
        let took = load.recovers(from, Duration::from_secs(60)).await;
        slowest = slowest.max((took.map_err(|why| format!("after {name}: {why}"))?, name));
        load.go_on(Duration::from_secs(2)).await;
        faults += 1;
        if faults == FAULTS.len() {
            load.go_on(Duration::from_secs(15)).await;
            first = Some((held(&load), there(broker).await));
        }
    }
    load.go_on(Duration::from_secs(15)).await;
    let last = (held(&load), there(broker).await);
    let tally = load.finish().await?;
    let cut_off = tally.cut_off.len();
    let mut finding = Finding::of(tally);
    let (held_first, there_first) = first.ok_or("too short for a round of faults")?;
    for (name, before) in &held_first {
        let after = last.0.iter().find(|(other, _)| other == name).map(|(_, held)| *held);
        let Some(after) = after else { continue };
        let met = after.0 <= before.0 * 4 / 3 && after.1 <= before.1 + 4 && after.2 <= before.2 + 4;
        finding.check(
            format!("{name}: MB, descriptors, threads {before:?}, at the end {after:?}"),
            met,
        );
    }
    let (before, after) = (there_first, last.1);
    // Channels are opened as they are needed, and kept; so is a server's own queue, for replies.
    let met = after.connections <= before.connections
        && after.queues <= before.queues + 3
        && after.consumers <= before.consumers + 3
        && after.channels <= before.channels * 2;
    finding.check(format!("broker: {before:?}, at the end {after:?}"), met);
    finding.recovery = Some(slowest.0);
    finding.note(format!(
        "{faults} faults in {}; the slowest recovery was that after {}: {}; {cut_off} casts were cut off",
        short(begun.elapsed()), slowest.1, short(slowest.0)
    ));
    Ok(finding)
}

fn hit(proxy: &Proxy, hit: Hit) -> crate::ledger::Moment {
    proxy.hit(hit);
    now()
}

/// What those hold that live through all of it.
fn held(load: &Load) -> Vec<(String, Held)> {
    let lasting = load.servers[..2].iter().chain(&load.clients);
    let held = |it: &Program| (it.memory(), it.descriptors(), it.threads());
    lasting.map(|it| (it.name.clone(), held(it))).collect()
}

async fn there(broker: &Broker) -> There {
    let count = |listed: String| listed.lines().filter(|line| !line.is_empty()).count();
    let connections =
        count(broker.ctl(1, &["list_connections", "--no-table-headers", "pid"]).await);
    let channels = count(broker.ctl(1, &["list_channels", "--no-table-headers", "pid"]).await);
    let queues = count(broker.ctl(1, &["list_queues", "--no-table-headers", "name"]).await);
    let consumers = count(broker.ctl(1, &["list_consumers", "--no-table-headers"]).await);
    There { connections, channels, queues, consumers }
}
