//! Rows 9 and 10: the link between a process and its broker.

use std::time::Duration;

use crate::broker::url_to;
use crate::finding::{Finding, short};
use crate::ledger::{Moment, now, since};
use crate::load::{HEARTBEAT, Load, Plan, Queues};
use crate::program::Side;
use crate::proxy::{Hit, Proxy};
use crate::world::World;

const LONG: Duration = Duration::from_secs(60);

/// Row 9.
pub(crate) async fn cut(world: &World, side: Side) -> Result<Finding, String> {
    let broker = world.single().await;
    let proxy = Proxy::start(&broker.nodes[0]).await;
    let url = url_to(std::slice::from_ref(&proxy.address));
    let mut load = Load::start(Plan::new(side, &url, Queues::Durable), &world.ledgers()).await?;
    let mut slowest = Duration::ZERO;
    let mid_frame = (0..=200).step_by(20).map(Hit::ResetAfter);
    let hits = [Hit::Reset, Hit::Close].into_iter().chain(mid_frame);
    for hit in hits {
        proxy.hit(hit);
        let begun = now();
        slowest = slowest.max(load.recovers(begun, LONG).await?);
        load.go_on(Duration::from_millis(1500)).await;
    }
    let mut finding = Finding::of(load.finish().await?);
    finding.recovered(slowest, Duration::from_secs(1));
    finding.note("cut 13 times: RST, FIN, and RST after 0, 20, .. 200 more bytes");
    Ok(finding)
}

/// Row 10.
pub(crate) async fn half_open(world: &World, side: Side) -> Result<Finding, String> {
    let broker = world.single().await;
    let proxy = Proxy::start(&broker.nodes[0]).await;
    let mut plan = Plan::new(side, &broker.url(), Queues::Durable);
    plan.clients = vec![url_to(std::slice::from_ref(&proxy.address)); 4];
    plan.deadline = Duration::from_secs(5);
    let mut load = Load::start(plan, &world.ledgers()).await?;
    proxy.hit(Hit::Freeze);
    let begun = now();
    let recovery = load.recovers(begun, LONG).await?;
    let recovered = now();
    let detected = detected(&proxy, begun);
    // Long enough for the broker to give up the old connections, and whoever consumes there.
    load.go_on(Duration::from_secs(4 * HEARTBEAT)).await;
    let mut finding = Finding::of(load.finish().await?);
    finding.recovery = Some(recovery);
    finding.within("given up and dialled anew after", detected, GIVEN_UP);
    let tally = finding.tally.as_ref().expect("it is of a load");
    let slow = tally.slow(recovered, Duration::from_secs(2));
    finding.check(format!("{slow} calls after that held up for 2 s or more (0)"), slow == 0);

    // The same to the servers: what the broker had handed them waits until it gives them up.
    let proxy = Proxy::start(&broker.nodes[0]).await;
    let mut plan = Plan::new(side, &broker.url(), Queues::Durable);
    plan.servers = vec![url_to(std::slice::from_ref(&proxy.address)); 3];
    let mut load = Load::start(plan, &world.ledgers()).await?;
    proxy.hit(Hit::Freeze);
    let begun = now();
    let of_servers = load.recovers(begun, LONG).await?;
    let detected = self::detected(&proxy, begun);
    load.go_on(Duration::from_secs(4 * HEARTBEAT)).await;
    let servers = Finding::of(load.finish().await?);
    finding.checks.extend(servers.checks);
    finding.within("by the servers after", detected, GIVEN_UP);
    let text = "after which all served again, where the clients' links were frozen; the servers'";
    finding.note(format!("{} {text}: {}", short(recovery), short(of_servers)));
    Ok(finding)
}

const GIVEN_UP: Duration = Duration::from_secs(2 * HEARTBEAT + 1);

/// When the last of those behind the proxy dialled anew.
fn detected(proxy: &Proxy, frozen: Moment) -> Duration {
    proxy.dials(frozen).last().map_or(Duration::MAX, |at| since(frozen, *at))
}
