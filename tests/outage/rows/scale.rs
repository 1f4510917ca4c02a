//! What calls and confirmed casts cost: in memory, on one node, and on a cluster.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use messaging::{Config, Context, Executor, Proxy as _, RpcServer, Target, Transport};
use tokio::task::JoinSet;

use crate::finding::{Finding, short};
use crate::here::told;
use crate::program::Side;
use crate::work::{Work, WorkClient, WorkEndpoint};
use crate::world::World;

/// How many are under way at once.
const AT_ONCE: usize = 64;

/// How long each is measured.
const TIME: Duration = Duration::from_secs(5);

/// Does nothing.
struct Idle;

impl Work for Idle {
    async fn note(&self, _: &Context, _: String) {}

    async fn note_again(&self, _: &Context, _: String) {}

    async fn ask(&self, _: &Context, _: String) -> Result<String, Infallible> {
        Ok(String::new())
    }

    async fn ask_again(&self, _: &Context, _: String) -> Result<String, Infallible> {
        Ok(String::new())
    }
}

/// The figures of `docs/scaling.md`.
pub(crate) async fn scale(world: &World, _: Side) -> Result<Finding, String> {
    let one = world.single().await.url();
    let three = world.cluster().await.url();
    let url = |url: &str| Config::new().url(url);
    let mut finding = Finding::default();
    for (name, config) in [
        ("memory", url("memory://")),
        ("one node, queues as by default", url(&one).control_exchange("scale-transient")),
        (
            "one node, durable queues",
            url(&one).control_exchange("scale-durable").option("amqp_durable_queues", "true"),
        ),
        ("one node, quorum queues", url(&one).control_exchange("scale-quorum").quorum()),
        ("three nodes, quorum queues", url(&three).control_exchange("scale-quorum").quorum()),
    ] {
        finding.check(format!("{name}: {}", measure(config).await?), true);
    }
    Ok(finding)
}

async fn measure(config: Config) -> Result<String, String> {
    let topic = format!("t{}", uuid::Uuid::new_v4().simple());
    let transport = Transport::from_config(&config).await.map_err(told)?;
    let target = Target::topic(&topic).server("one");
    let server = RpcServer::builder(&transport, target)
        .endpoint(WorkEndpoint::new(Idle))
        .executor(Executor::tasks(AT_ONCE))
        .start()
        .await
        .map_err(told)?;
    let client = WorkClient::new(&transport).prepare().topic(&topic).build().map_err(told)?;
    let text = "x".repeat(1000);
    client.ask(text.clone()).await.map_err(told)?;
    let mut said = Vec::new();
    for kind in ["calls", "calls, idempotent", "confirmed casts"] {
        let begun = Instant::now();
        let mut senders = JoinSet::new();
        for _ in 0..AT_ONCE {
            let (client, text) = (client.clone(), text.clone());
            senders.spawn(async move {
                let mut times = Vec::new();
                while begun.elapsed() < TIME {
                    let sent = Instant::now();
                    match kind {
                        "calls" => drop(client.ask(text.clone()).await.map_err(told)?),
                        "confirmed casts" => client.note(text.clone()).await.map_err(told)?,
                        _ => drop(client.ask_again(text.clone()).await.map_err(told)?),
                    }
                    times.push(sent.elapsed());
                }
                Ok::<_, String>(times)
            });
        }
        let mut times = Vec::new();
        while let Some(sent) = senders.join_next().await {
            times.extend(sent.map_err(told)??);
        }
        let rate = times.len() as f64 / begun.elapsed().as_secs_f64();
        times.sort_unstable();
        let median = times.get(times.len() / 2).copied().unwrap_or_default();
        said.push(format!("{rate:.0} {kind}/s ({} each)", short(median)));
    }
    let _ = server.shutdown(Duration::from_secs(30)).await;
    transport.close(Duration::from_secs(5)).await;
    Ok(said.join(", "))
}
