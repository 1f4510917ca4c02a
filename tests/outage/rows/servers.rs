//! Rows 18 to 23: servers that are not there, that die, that are slow, and callers that are gone.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use messaging::ErrorKind;

use crate::finding::{Finding, short};
use crate::here::{Here, told};
use crate::ledger::{What, now};
use crate::load::{Load, Plan, Queues};
use crate::program::{Program, Role, Side};
use crate::stranger::Stranger;
use crate::world::World;

const LONG: Duration = Duration::from_secs(60);

/// Row 18.
pub(crate) async fn no_queue(world: &World, side: Side) -> Result<Finding, String> {
    let broker = world.single().await;
    let here = Here::new(world, side, &broker.url(), Queues::Durable);
    // So that the exchange and the connection are there, and only the queue is not.
    let other = Here::new(world, side, &broker.url(), Queues::Durable);
    let served = other.serve("one").await.map_err(told)?;
    let (client, transport) = here.client(Duration::from_secs(5)).await.map_err(told)?;
    let mut slowest = Duration::ZERO;
    let mut kinds = BTreeSet::new();
    // The first call of a transport opens its reply queue as well.
    let mut text = String::new();
    for number in 0..20 {
        let begun = Instant::now();
        let error = client.ask("to nobody".into()).await.err().ok_or("it was answered")?;
        let took = begun.elapsed();
        if number > 0 {
            slowest = slowest.max(took);
        }
        kinds.insert(format!("{:?}", error.kind()));
        text = told(error);
    }
    let mut finding = Finding::default();
    finding.within("the slowest of 19 calls ended after", slowest, Duration::from_millis(50));
    let unroutable = kinds.iter().all(|kind| kind == "Some(Unroutable)");
    finding.check(format!("as {kinds:?}"), unroutable);
    finding.note(text);
    let _ = served.server.shutdown(Duration::from_secs(5)).await;
    transport.close(Duration::from_secs(5)).await;
    Ok(finding)
}

/// Row 19.
pub(crate) async fn no_consumer(world: &World, side: Side) -> Result<Finding, String> {
    let broker = world.single().await;
    let here = Here::new(world, side, &broker.url(), Queues::Durable);
    let served = here.serve("one").await.map_err(told)?;
    let _ = served.server.shutdown(Duration::from_secs(5)).await;
    served.transport.close(Duration::from_secs(5)).await;
    let deadline = Duration::from_secs(2);
    let (client, transport) = here.client(deadline).await.map_err(told)?;
    let begun = Instant::now();
    let error = client.ask("waits".into()).await.err().ok_or("it was answered")?;
    let took = begun.elapsed();
    let mut finding = Finding::default();
    finding.within("ended after", took, deadline + Duration::from_millis(500));
    finding.check(format!("as {:?}", error.kind()), error.kind() == Some(ErrorKind::Timeout));
    let text = told(error);
    finding.check(format!("the error says that nobody consumes: {text}"), text.contains("consume"));
    transport.close(Duration::from_secs(5)).await;
    Ok(finding)
}

/// Row 20.
pub(crate) async fn killed_in_the_method(world: &World, side: Side) -> Result<Finding, String> {
    let broker = world.single().await;
    let mut finding = Finding::default();
    let deadline = Duration::from_secs(5);
    for idempotent in [false, true] {
        let here = Here::new(world, side, &broker.url(), Queues::Durable);
        let mut servers = [here.program("one").await?, here.program("two").await?];
        let (client, transport) = here.client(deadline).await.map_err(told)?;
        let begun = Instant::now();
        let (id, call) = match idempotent {
            false => ("2000:it", client.ask("2000:it".into()).into_future()),
            true => ("2000:it", client.ask_again("2000:it".into()).into_future()),
        };
        let call = tokio::spawn(call);
        let running = loop {
            let found = servers.iter_mut().position(|it| it.first(What::Begun, 0).is_some());
            match found {
                Some(index) => break index,
                None if begun.elapsed() > deadline => return Err("it does not begin".to_owned()),
                None => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        };
        // The broker takes note of the acknowledgement.
        tokio::time::sleep(Duration::from_millis(500)).await;
        servers[running].kill();
        let outcome = call.await.map_err(told)?;
        let took = begun.elapsed();
        let times: usize =
            servers.iter_mut().map(|it| it.ledger.count(What::Begun, |begun| begun == id)).sum();
        match (idempotent, outcome) {
            (true, Ok(_)) => {
                finding.recovery = Some(took.saturating_sub(Duration::from_millis(2500)));
                finding.within("idempotent: answered by the other after", took, deadline);
                finding.check(format!("and begun {times} times (≥ 1)"), times >= 1);
            }
            (false, Err(error)) => {
                let kind = error.kind();
                finding.check(format!("default: {kind:?}, begun {times} times (1)"), times == 1);
                finding.within("after", took, deadline + Duration::from_millis(500));
                finding.note(told(error));
            }
            (_, outcome) => finding.check(format!("idempotent {idempotent}: {outcome:?}"), false),
        }
        transport.close(Duration::from_secs(5)).await;
    }
    Ok(finding)
}

/// Row 21.
pub(crate) async fn killed_with_prefetched(world: &World, side: Side) -> Result<Finding, String> {
    let broker = world.single().await;
    let plan = Plan::new(side, &broker.url(), Queues::Durable);
    let workers = plan.workers;
    let mut load = Load::start(plan, &world.ledgers()).await?;
    let mut slowest = Duration::ZERO;
    for index in 0..3 {
        load.replace_server(index);
        let killed = now();
        slowest = slowest.max(load.recovers(killed, LONG).await?);
        load.go_on(Duration::from_secs(2)).await;
    }
    let tally = load.finish().await?;
    let (cut_off, unknown) = (tally.cut_off.len(), tally.failures());
    let mut finding = Finding::of(tally);
    finding.recovery = Some(slowest);
    finding.check(format!("{unknown} unknown (≤ {})", 3 * workers), unknown <= 3 * workers);
    finding.note(format!("killed and replaced 3 times; {cut_off} casts that ran died with it"));

    for again in [false, true] {
        if again && side == Side::Peer {
            // It has no such methods.
            continue;
        }
        let (done, lost, twice) = casts(world, side, again).await?;
        let (kind, limit) = if again { ("idempotent", 0) } else { ("default", 4) };
        let text = format!(
            "of 200 confirmed {kind} casts to 4 workers {done} done, {lost} lost (≤ {limit}), {twice} begun twice"
        );
        finding.check(text, lost <= limit && (again || twice == 0));
    }
    Ok(finding)
}

/// What becomes of 200 casts whose only server is killed when it has done 13: done, lost, and begun
/// twice.
async fn casts(world: &World, side: Side, again: bool) -> Result<(usize, usize, usize), String> {
    let broker = world.single().await;
    let mut here = Here::new(world, side, &broker.url(), Queues::Durable);
    here.plan.workers = 4;
    here.plan.work = Duration::from_millis(200);
    let mut killed = here.program("one").await?;
    let (client, transport) = here.client(Duration::from_secs(10)).await.map_err(told)?;
    for id in 0..200 {
        let confirmed = match again {
            true => client.note_again(id.to_string()).await,
            false => client.note(id.to_string()).await,
        };
        confirmed.map_err(told)?;
    }
    killed.ledger.until(What::Done, 13, |_| true).await?;
    killed.kill();
    let mut next = here.program("two").await?;
    let (mut quiet, mut before) = (0, 0);
    while quiet < 3 {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let count = next.ledger.count(What::Done, |_| true);
        quiet = if count == before { quiet + 1 } else { 0 };
        before = count;
    }
    transport.close(Duration::from_secs(5)).await;
    let entries = || killed.ledger.entries.iter().chain(&next.ledger.entries);
    let of = |what: What| entries().filter(move |entry| entry.what == what).map(|entry| &entry.id);
    let done: BTreeSet<_> = of(What::Done).collect();
    let mut begun = BTreeSet::new();
    let twice = of(What::Begun).filter(|id| !begun.insert(*id)).count();
    Ok((done.len(), 200 - done.len(), twice))
}

/// Row 22.
pub(crate) async fn flooded(world: &World, side: Side) -> Result<Finding, String> {
    let broker = world.single().await;
    let mut here = Here::new(world, side, &broker.url(), Queues::Durable);
    here.plan.work = Duration::from_secs(1);
    let server = here.program("one").await?;
    let (client, transport) = here.client(LONG).await.map_err(told)?;
    client.ask("0:first".into()).await.map_err(told)?;
    let before = server.memory();
    let mut task = here.task(Role::Send, "flood");
    (task.every, task.calls, task.casts) = (0, 10_000, false);
    let mut flood = Program::start(Side::Ours, &task);
    let (mut most, mut ended) = (before, false);
    let begun = Instant::now();
    while !ended && begun.elapsed() < Duration::from_secs(60) {
        tokio::time::sleep(Duration::from_millis(200)).await;
        most = most.max(server.memory());
        ended = !flood.runs();
    }
    flood.ledger.catch_up();
    let answered = flood.ledger.count(What::Answered, |_| true);
    let failed = flood.ledger.count(What::Failed, |_| true);
    let sent = Instant::now();
    let next = client.ask("0:after".into()).await;
    let after = sent.elapsed();
    transport.close(Duration::from_secs(5)).await;
    let mut finding = Finding::default();
    if let Err(error) = next {
        finding.check(format!("the next call failed: {:?}", error.kind()), false);
    }
    let growth = most.saturating_sub(before);
    finding.check(format!("server grew by {growth} MB (≤ 50), from {before} MB"), growth <= 50);
    let all = answered + failed == 10_000;
    finding.check(format!("of 10000 calls {answered} answered, {failed} timed out"), all);
    finding.within("the next call took", after, Duration::from_secs(2));
    Ok(finding)
}

/// Row 23: and a server with one worker serves the next.
pub(crate) async fn client_killed(world: &World, side: Side) -> Result<Finding, String> {
    let broker = world.single().await;
    let mut here = Here::new(world, side, &broker.url(), Queues::Durable);
    here.plan.workers = 1;
    here.plan.work = Duration::from_millis(500);
    here.plan.options.push(("rabbit_transient_queues_ttl", "3".to_owned()));
    let mut server = here.program("one").await?;
    let (client, transport) = here.client(Duration::from_secs(90)).await.map_err(told)?;
    // A server may open a queue of its own for what takes long.
    client.ask("500:first".into()).await.map_err(told)?;
    let begun = server.ledger.count(What::Begun, |_| true);
    let before = broker.ctl(1, &["list_queues", "name"]).await;
    let mut task = here.task(Role::Send, "caller");
    (task.calls, task.casts) = (1, false);
    let mut caller = Program::start(side, &task);
    server.ledger.until(What::Begun, begun + 1, |_| true).await?;
    caller.kill();
    let after = broker.ctl(1, &["list_queues", "name"]).await;
    let mut queues: Vec<_> = after.lines().filter(|name| !before.contains(name)).collect();
    queues.retain(|name| name.starts_with("reply_"));
    let mut finding = Finding::default();
    let killed = Instant::now();
    let mut waited = None;
    while killed.elapsed() < Duration::from_secs(12) && waited.is_none() {
        let now = broker.ctl(1, &["list_queues", "name"]).await;
        queues.retain(|queue| now.contains(queue));
        if queues.is_empty() {
            waited = Some(killed.elapsed());
        }
    }
    let text = "its reply queue, which may live unused for 3 s, was gone after";
    match waited {
        Some(waited) => finding.within(text, waited, Duration::from_secs(6)),
        None => {
            let columns = ["list_queues", "name", "arguments", "consumers", "messages"];
            let listed = broker.ctl(1, &columns).await;
            let left = listed.lines().filter(|line| queues.iter().any(|name| line.contains(name)));
            let left = left.collect::<Vec<_>>().join("; ");
            finding.check(format!("its reply queue stays: {left}"), false);
        }
    }

    // Another one, whose reply queue is gone when the answer is ready.
    let before = broker.ctl(1, &["list_queues", "name"]).await;
    let done = server.ledger.count(What::Done, |_| true);
    let begun = server.ledger.count(What::Begun, |_| true);
    // Its method takes long enough to delete the queue.
    let mut task = here.task(Role::Send, "4000:caller");
    (task.calls, task.casts) = (1, false);
    let mut caller = Program::start(side, &task);
    server.ledger.until(What::Begun, begun + 1, |_| true).await?;
    caller.kill();
    let after = broker.ctl(1, &["list_queues", "name"]).await;
    let stranger = Stranger::at(&broker.nodes[0]).await;
    for name in after.lines().filter(|name| name.starts_with("reply_") && !before.contains(name)) {
        stranger.delete_queue(name).await;
    }
    server.ledger.until(What::Done, done + 1, |_| true).await?;
    let sent = Instant::now();
    client.ask("0:next".into()).await.map_err(told)?;
    let took = sent.elapsed();
    finding.recovery = Some(took);
    finding.within(
        "one worker, its caller gone: the next caller waited",
        took,
        Duration::from_millis(100),
    );
    finding.note(format!("measured right after the method had ended: {}", short(took)));
    transport.close(Duration::from_secs(5)).await;
    Ok(finding)
}
