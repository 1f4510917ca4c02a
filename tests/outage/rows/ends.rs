//! Rows 38 and 40: what is dropped half done, and servers that are replaced one by one.

use std::time::Duration;

use messaging::Transport;

use crate::broker::url_to;
use crate::finding::Finding;
use crate::here::{Here, told};
use crate::ledger::now;
use crate::load::{Load, Plan, Queues};
use crate::program::{Role, Side, status};
use crate::proxy::{Hit, Proxy};
use crate::world::World;

/// Threads, and descriptors, of this process.
fn held() -> (u64, usize) {
    let descriptors = std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
    (status(std::process::id(), "Threads:"), descriptors)
}

/// Row 38.
pub(crate) async fn dropped(world: &World, side: Side) -> Result<Finding, String> {
    let broker = world.single().await;
    let mut here = Here::new(world, side, &broker.url(), Queues::Durable);
    here.plan.options.push(("rabbit_transient_queues_ttl", "2".to_owned()));
    let served = here.serve("one").await.map_err(told)?;
    let queues = || async {
        let listed = broker.ctl(1, &["list_queues", "name"]).await;
        // Those of a server's name stay for its next start, as the peer's do.
        let own = |name: &&str| {
            name.starts_with("reply_") || name.starts_with(&format!("{}_fanout", here.topic))
        };
        listed.lines().filter(own).count()
    };
    // What is made once is there.
    let (client, transport) = here.client(Duration::from_secs(5)).await.map_err(told)?;
    client.ask("0:first".into()).await.map_err(told)?;
    let (before, queues_before) = (held(), queues().await);
    let task = here.task(Role::Send, "dropped");
    let mut aborted = 0;
    for number in 0_u64..300 {
        // Spread over all that a call, a connection and a start go through.
        let time = Duration::from_micros(number * 97 % 7000);
        let call = client.ask(format!("0:{number}")).into_future();
        aborted += usize::from(tokio::time::timeout(time, call).await.is_err());
        let cast = client.note(format!("0:{number}")).into_future();
        aborted += usize::from(tokio::time::timeout(time / 4, cast).await.is_err());
        if number % 6 == 0 {
            let connecting = Transport::from_config(&task.config()).await.map_err(told)?;
            let (work, topic) = (connecting.clone(), here.topic.clone());
            let call = async move {
                let target = messaging::Target::topic(topic).version(messaging::version!("1.0"));
                let client = messaging::RpcClient::new(&work, target);
                client.call::<String>("ask", serde_json::json!({"id": "0:x"})).await
            };
            aborted += usize::from(tokio::time::timeout(time * 3, call).await.is_err());
            let config = task.config();
            let opening = Transport::from_config(&config);
            aborted += usize::from(tokio::time::timeout(time * 2, opening).await.is_err());
            let name = format!("dropped-{number}");
            let starting = here.serve(&name);
            aborted += usize::from(tokio::time::timeout(time * 3, starting).await.is_err());
        }
    }
    // A runtime that ends while its transport looks for the broker.
    let proxy = Proxy::start(&broker.nodes[0]).await;
    let mut task = here.task(Role::Send, "runtime");
    task.url = url_to(std::slice::from_ref(&proxy.address));
    let config = task.config();
    let ended = tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
        let transport = runtime.block_on(Transport::from_config(&config));
        proxy.hit(Hit::Freeze);
        runtime.shutdown_timeout(Duration::from_millis(100));
        drop(transport);
    });
    ended.await.map_err(told)?;
    client.ask("0:after".into()).await.map_err(told)?;
    tokio::time::sleep(Duration::from_secs(8)).await;
    let (after, queues_after) = (held(), queues().await);
    let mut finding = Finding::default();
    let text = format!(
        "{aborted} dropped half done; threads and descriptors {before:?}, afterwards {after:?}"
    );
    // Threads of the pool for blocking work may still be there.
    finding.check(text, after.1 <= before.1 + 4 && after.0 <= before.0 + 8);
    let text = format!("queues {queues_before}, afterwards {queues_after}");
    finding.check(text, queues_after <= queues_before);
    let _ = served.server.shutdown(Duration::from_secs(5)).await;
    served.transport.close(Duration::from_secs(5)).await;
    transport.close(Duration::from_secs(5)).await;
    Ok(finding)
}

/// Row 40.
pub(crate) async fn rolling(world: &World, side: Side) -> Result<Finding, String> {
    let broker = world.single().await;
    let url = broker.url();
    let mut load = Load::start(Plan::new(side, &url, Queues::Durable), &world.ledgers()).await?;
    for _ in 0..3 {
        load.add_server(&url).await?;
        load.go_on(Duration::from_secs(1)).await;
        if !load.stop_server(0).await {
            return Err("a server did not stop".to_owned());
        }
        load.go_on(Duration::from_secs(1)).await;
    }
    // And without one that takes its place first.
    load.stop_server(0).await;
    load.add_server(&url).await?;
    // From here on fanouts are to reach all of them.
    load.recovers(now(), Duration::from_secs(20)).await?;
    load.go_on(Duration::from_secs(3)).await;
    let mut finding = Finding::of(load.finish().await?);
    let tally = finding.tally.as_ref().expect("it is of a load");
    let (failures, stall) = (tally.failures(), tally.stall);
    finding.check(format!("{failures} errors (0)"), failures == 0);
    finding.recovery = Some(stall);
    finding.note("`fleet` does it with two versions and two languages behind one topic");
    Ok(finding)
}
