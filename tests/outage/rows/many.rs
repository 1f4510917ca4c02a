//! Rows 33 to 36: clocks that differ, descriptors that run out, calls and clients by the thousand.

use std::process::Command;
use std::time::{Duration, Instant};

use messaging::ErrorKind;
use tokio::net::TcpStream;

use crate::broker::{Broker, url_to};
use crate::finding::{Finding, short};
use crate::here::{Here, told};
use crate::ledger::{What, now, since};
use crate::load::{Load, Plan, Queues};
use crate::program::{Program, Role, Side};
use crate::proxy::{Hit, Proxy};
use crate::world::World;

const LONG: Duration = Duration::from_secs(60);

/// Row 33: a server whose clock has gone on for ten days longer than its clients'.
pub(crate) async fn skewed(world: &World, side: Side) -> Result<Finding, String> {
    let broker = world.single().await;
    let here = Here::new(world, side, &broker.url(), Queues::Durable);
    let shell =
        "exec unshare --time --fork --kill-child --monotonic 864000 --boottime 864000 \"$@\"";
    let mut server = Program::start_by(side, &here.task(Role::Serve, "ahead"), shell);
    crate::load::ready(std::slice::from_mut(&mut server)).await?;
    let (client, transport) = here.client(Duration::from_secs(30)).await.map_err(told)?;
    let mut finding = Finding::default();
    let mut failed = 0;
    for number in 0..50 {
        failed += usize::from(client.ask(format!("0:{number}")).await.is_err());
    }
    finding.check(format!("{failed} of 50 calls failed (0)"), failed == 0);
    let (time, begun) = (Duration::from_secs(2), Instant::now());
    let kind =
        client.ask("10000:slow".into()).timeout(time).await.err().and_then(|error| error.kind());
    let took = begun.elapsed();
    finding.check(format!("a slow one ended as {kind:?}"), kind.is_some());
    let over = took.saturating_sub(time);
    finding.within("later than its time by", over, Duration::from_millis(500));
    finding.note("only durations travel; the clock of the day was not touched");
    transport.close(Duration::from_secs(5)).await;
    let _ = server.ended(Duration::from_secs(15)).await;
    Ok(finding)
}

/// How many descriptors a process may have.
fn limit_of(pid: u32) -> Result<String, String> {
    let limits = std::fs::read_to_string(format!("/proc/{pid}/limits")).map_err(told)?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let soft = line.and_then(|line| line.split_whitespace().next());
    soft.map(str::to_owned).ok_or_else(|| "no limit of open files".to_owned())
}

/// Sets that.
fn limit(pid: u32, count: &str) -> Result<(), String> {
    let mut command = Command::new("prlimit");
    let status = command.args(["--pid", &pid.to_string(), &format!("--nofile={count}:")]).status();
    match status.map_err(told)?.success() {
        true => Ok(()),
        false => Err("prlimit failed".to_owned()),
    }
}

/// Row 34.
pub(crate) async fn no_descriptors(world: &World, side: Side) -> Result<Finding, String> {
    let broker = world.single().await;
    let proxy = Proxy::start(&broker.nodes[0]).await;
    let mut plan = Plan::new(side, &broker.url(), Queues::Durable);
    plan.clients = vec![url_to(std::slice::from_ref(&proxy.address)); 4];
    plan.deadline = Duration::from_secs(4);
    let mut load = Load::start(plan, &world.ledgers()).await?;
    let pids: Vec<_> = load.clients.iter().map(Program::pid).collect();
    let before = limit_of(pids[0])?;
    for pid in &pids {
        limit(*pid, "4")?;
    }
    // Those that are open go on.
    let limited = now();
    load.recovers(limited, Duration::from_secs(5)).await?;
    proxy.hit(Hit::Reset);
    load.go_on(Duration::from_secs(6)).await;
    for pid in &pids {
        limit(*pid, &before)?;
    }
    let relieved = now();
    let of_clients = load.recovers(relieved, LONG).await?;
    load.go_on(Duration::from_secs(1)).await;

    let alive = load.clients.iter_mut().all(Program::runs);
    let mut finding = Finding::of(load.finish().await?);
    finding.recovered(of_clients, Duration::from_secs(1));
    finding.check("all processes alive", alive);
    of_broker(world, side, &mut finding).await?;
    Ok(finding)
}

/// A broker that may have 256 descriptors, which is some 130 connections, and is asked for 250.
async fn of_broker(world: &World, side: Side, finding: &mut Finding) -> Result<(), String> {
    let broker = Broker::start_by(&World::name("few"), 1, "ulimit -n 256; exec \"$@\"").await;
    let here = Here::new(world, side, &broker.url(), Queues::Durable);
    let served = here.serve("one").await.map_err(told)?;
    let (client, transport) = here.client(Duration::from_secs(5)).await.map_err(told)?;
    client.ask("0:first".into()).await.map_err(told)?;
    let mut crowd = Vec::new();
    for _ in 0..250 {
        let connecting = TcpStream::connect(&broker.nodes[0]);
        let connected = tokio::time::timeout(Duration::from_millis(50), connecting).await;
        crowd.extend(connected.into_iter().flatten());
    }
    finding.check("what is connected goes on", client.ask("0:beside".into()).await.is_ok());
    let begun = Instant::now();
    let refused = here.client(Duration::from_secs(5)).await.err().map(|error| error.kind());
    let took = begun.elapsed();
    let connection = refused == Some(ErrorKind::Connection);
    let text = format!("one more ends as {refused:?} after {}", short(took));
    finding.check(text, connection && took < Duration::from_secs(6));
    drop(crowd);
    let relieved = Instant::now();
    let end = relieved + LONG;
    while here.client(Duration::from_secs(5)).await.is_err() && Instant::now() < end {}
    finding.within("after the broker's relief", relieved.elapsed(), Duration::from_secs(1));
    let _ = served.server.shutdown(Duration::from_secs(5)).await;
    served.transport.close(Duration::from_secs(5)).await;
    transport.close(Duration::from_secs(5)).await;
    broker.down().await;
    Ok(())
}

/// Row 35.
pub(crate) async fn thousands(world: &World, side: Side) -> Result<Finding, String> {
    let broker = world.single().await;
    let mut here = Here::new(world, side, &broker.url(), Queues::Durable);
    here.plan.work = Duration::ZERO;
    here.plan.deadline = LONG;
    let _servers = [here.program("one").await?, here.program("two").await?];
    let mut task = here.task(Role::Send, "many");
    (task.every, task.calls, task.casts) = (0, 10_000, false);
    let mut client = Program::start(side, &task);
    client.ledger.until(What::Ready, 1, |_| true).await?;
    let begun = client.ledger.entries[0].at;
    let mut most = 0;
    while client.runs() && since(begun, now()) < LONG {
        most = most.max(client.memory());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let answered = client.ledger.count(What::Answered, |_| true);
    let last = client.ledger.entries.last().map_or(begun, |entry| entry.at);
    let mut finding = Finding::default();
    finding.check(format!("{answered} of 10000 calls answered"), answered == 10_000);
    finding.within("all after", since(begun, last), Duration::from_secs(10));
    finding.check(format!("client had {most} MB (≤ 200)"), most <= 200);
    finding
        .note("a debug build, of which each process writes two lines to its ledger for each call");
    Ok(finding)
}

/// Row 36.
pub(crate) async fn herd(world: &World, side: Side) -> Result<Finding, String> {
    let broker = world.single().await;
    let mut here = Here::new(world, side, &broker.url(), Queues::Durable);
    here.plan.work = Duration::ZERO;
    let _server = here.program("one").await?;
    let proxy = Proxy::start(&broker.nodes[0]).await;
    let url = url_to(std::slice::from_ref(&proxy.address));
    let clients = 200;
    let begun = Instant::now();
    let mut opening = tokio::task::JoinSet::new();
    for _ in 0..clients {
        let client = here.client_at(&url, Duration::from_secs(30)).await.map_err(told)?;
        opening.spawn(async move {
            let answered = client.0.ask("0:first".into()).await;
            answered.map(|_| client)
        });
    }
    let mut all = Vec::new();
    while let Some(opened) = opening.join_next().await {
        all.push(opened.map_err(told)?.map_err(told)?);
    }
    let opened = begun.elapsed();
    broker.verb("kill", 1).await;
    let killed = now();
    let ready = broker.boot(1).await;
    let down = proxy.dials(killed).iter().filter(|at| **at < ready).count();
    let mut calling = tokio::task::JoinSet::new();
    for (client, _) in &all {
        let call = client.ask("0:again".into()).into_future();
        calling.spawn(async move { call.await.map(|_| now()).map_err(told) });
    }
    let mut last = ready;
    while let Some(answered) = calling.join_next().await {
        last = last.max(answered.map_err(told)??);
    }
    let back = since(ready, last);
    let seconds = since(killed, ready).as_secs_f64();
    let rate = down as f64 / clients as f64 / seconds;
    let mut finding = Finding::default();
    finding.recovered(back, Duration::from_secs(5));
    finding.check(format!("{rate:.1} dials per client and second (≤ 2)"), rate <= 2.0);
    finding.note(format!(
        "{clients} clients opened in {}, the broker was away for {seconds:.1} s",
        short(opened)
    ));
    for (_, transport) in all {
        drop(transport);
    }
    Ok(finding)
}
