//! Row 12: a slow link.

use std::time::{Duration, Instant};

use crate::broker::url_to;
use crate::finding::{Finding, short};
use crate::here::{Here, told};
use crate::load::Queues;
use crate::program::Side;
use crate::proxy::{Pace, Proxy};
use crate::work::WorkClient;
use crate::world::World;

/// Row 12.
pub(crate) async fn slow(world: &World, side: Side) -> Result<Finding, String> {
    let broker = world.single().await;
    let mut here = Here::new(world, side, &broker.url(), Queues::Durable);
    here.plan.work = Duration::ZERO;
    let served = here.serve("one").await.map_err(told)?;
    let proxy = Proxy::start(&broker.nodes[0]).await;
    let url = url_to(std::slice::from_ref(&proxy.address));
    let (client, transport) = here.client_at(&url, Duration::from_secs(60)).await.map_err(told)?;
    // Opens the reply queue and a channel, which takes turns of its own.
    median(&client, 5, 0).await?;
    let mut finding = Finding::default();
    for (latency, calls) in [(100, 15), (1000, 3)] {
        let latency = Duration::from_millis(latency);
        proxy.pace(Pace { latency, ..Pace::default() });
        let time = median(&client, calls, 0).await?;
        let text = format!("{} each way: a call takes {}", short(latency), short(time));
        let within = time >= latency * 2 * 4 / 5 && time <= latency * 2 * 6 / 5;
        finding.check(format!("{text} (2 × ± 20 %)"), within);
    }
    proxy.pace(Pace { bandwidth: 20_000, ..Pace::default() });
    let time = median(&client, 1, 40_000).await?;
    finding.within("20 kB/s: a cast of 40 kB takes", time, Duration::from_secs(4));
    proxy.pace(Pace { piece: 1, ..Pace::default() });
    let time = median(&client, 5, 0).await?;
    finding.within("a byte at a time: a call takes", time, Duration::from_secs(1));
    proxy.pace(Pace { bandwidth: 100_000, ..Pace::default() });
    let before = proxy.dials(0).len();
    let time = median(&client, 1, 1_000_000).await?;
    let dials = proxy.dials(0).len() - before;
    let text =
        format!("100 kB/s: a cast of 1 MB takes {}, connected anew {dials} times", short(time));
    finding.check(format!("{text} (0), with a heartbeat of 4 s"), dials == 0);
    proxy.pace(Pace::default());
    let _ = served.server.shutdown(Duration::from_secs(5)).await;
    served.transport.close(Duration::from_secs(5)).await;
    transport.close(Duration::from_secs(5)).await;
    Ok(finding)
}

/// How long calls take in the middle; casts of so many bytes, if they are to have any, since an
/// answer would have as many.
async fn median(client: &WorkClient, calls: usize, bytes: usize) -> Result<Duration, String> {
    let mut times = Vec::new();
    for number in 0..calls {
        let begun = Instant::now();
        match bytes {
            0 => client.ask(format!("0:{number}")).await.map(drop).map_err(told)?,
            // A cast is confirmed when the broker has all of it.
            _ => client.note(format!("0:{}", "x".repeat(bytes))).await.map_err(told)?,
        }
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    Ok(times[times.len() / 2])
}
