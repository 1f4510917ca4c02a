//! Rows 24 and 25: messages that come twice, and those that kill or fail whoever takes them.

use std::time::{Duration, Instant};

use lapin::options::BasicPublishOptions;
use smol::stream::StreamExt as _;

use crate::finding::Finding;
use crate::here::{Here, told};
use crate::ledger::What;
use crate::load::Queues;
use crate::program::{Program, Role, Side};
use crate::stranger::Stranger;
use crate::world::World;

/// Row 24.
pub(crate) async fn twice(world: &World, side: Side) -> Result<Finding, String> {
    let broker = world.single().await;
    let here = Here::new(world, side, &broker.url(), Queues::Durable);
    let mut served = here.serve("one").await.map_err(told)?;
    let (client, transport) = here.client(Duration::from_secs(5)).await.map_err(told)?;
    client.ask("0:first".into()).await.map_err(told)?;
    let stranger = Stranger::at(&broker.nodes[0]).await;
    let mut copies = stranger.tap(&here.exchange(), &here.topic).await;
    let mut finding = Finding::default();
    for kind in ["cast", "idempotent cast", "call", "idempotent call"] {
        let id = format!("0:{kind}");
        match kind {
            "cast" => client.note(id.clone()).await.map_err(told)?,
            "idempotent cast" => client.note_again(id.clone()).await.map_err(told)?,
            "call" => drop(client.ask(id.clone()).await.map_err(told)?),
            _ => drop(client.ask_again(id.clone()).await.map_err(told)?),
        }
        let copy = copies.next().await.ok_or("no copy")?.map_err(told)?;
        for _ in 0..2 {
            let options = BasicPublishOptions { mandatory: true, ..Default::default() };
            let (exchange, topic) = (here.exchange().into(), here.topic.as_str().into());
            let sent = stranger.channel.basic_publish(
                exchange,
                topic,
                options,
                &copy.data,
                copy.properties.clone(),
            );
            sent.await.map_err(told)?;
            copies.next().await.ok_or("no copy")?.map_err(told)?;
        }
        // Behind them in the queue.
        client.ask(format!("0:after the {kind}")).await.map_err(told)?;
        copies.next().await.ok_or("no copy")?.map_err(told)?;
        let times = served.ledger.count(What::Begun, |begun| begun == id);
        finding.check(format!("a {kind} that came 3 times ran {times} times (1)"), times == 1);
    }
    let _ = served.server.shutdown(Duration::from_secs(5)).await;
    served.transport.close(Duration::from_secs(5)).await;
    transport.close(Duration::from_secs(5)).await;
    Ok(finding)
}

/// Row 25.
pub(crate) async fn poison(world: &World, side: Side) -> Result<Finding, String> {
    let broker = world.single().await;
    let mut finding = Finding::default();
    let here = Here::new(world, side, &broker.url(), Queues::Durable);
    let server = here.program("one").await?;
    let (client, transport) = here.client(Duration::from_secs(5)).await.map_err(told)?;
    client.ask("0:first".into()).await.map_err(told)?;
    let begun = Instant::now();
    let error = client.ask("panic:1".into()).await.err().ok_or("a panic was answered")?;
    let took = begun.elapsed();
    finding.check(format!("a panic is {:?}", error.kind()), error.failure().is_some());
    finding.within("told after", took, Duration::from_millis(500));
    finding.note(told(error));
    for number in 0..100 {
        let _ = client.ask_again(format!("panic:{number}")).await;
    }
    let after = client.ask("0:after".into()).await;
    finding.check("after 100 more panics the server serves", after.is_ok());
    drop(server);
    transport.close(Duration::from_secs(5)).await;

    // What kills its server each time is delivered so often as the queue allows.
    let limit = 3;
    let mut here = Here::new(world, side, &broker.url(), Queues::Quorum);
    here.plan.options.push(("rabbit_quorum_delivery_limit", limit.to_string()));
    let mut server = here.program("s0").await?;
    let (client, transport) = here.client(Duration::from_secs(10)).await.map_err(told)?;
    client.note_again("abort:it".into()).await.map_err(told)?;
    let mut times = 0;
    for attempt in 1..=2 * limit {
        let end = Instant::now() + Duration::from_secs(3);
        while server.runs() && Instant::now() < end {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        times += server.ledger.count(What::Begun, |id| id == "abort:it");
        if server.runs() {
            break;
        }
        // It may be dead before it is ready.
        let task = here.task(Role::Serve, &format!("s{attempt}"));
        server = Program::start(side, &task);
    }
    let after = client.ask("0:after".into()).await;
    let text = format!("what kills its server began {times} times (≤ {limit} + 1)");
    finding.check(text, times <= limit + 1 && after.is_ok());
    transport.close(Duration::from_secs(5)).await;
    Ok(finding)
}
