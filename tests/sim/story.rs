//! One seed, from an empty broker to an empty broker: a storm, its end, and a look at what it left.

use std::sync::Arc;
use std::time::Duration;

use messaging::driver::{Address, Driver, Listen, Notes, Publish};
use messaging::testing::VirtualTime;
use tokio::sync::oneshot;

use crate::clients::{self, SERVERS};
use crate::ledger::{Kind, Outcome, RunEnd, State};
use crate::model;
use crate::node::Node;
use crate::servers::{self, Life};
use crate::weather::{FAULTS, Fault, Weather};
use crate::world::{Sabotage, World, within};

/// How many clients there are.
const CLIENTS: usize = 4;

/// The name of a story, by which it is told again.
#[derive(Clone, Debug)]
pub(crate) struct Story {
    pub(crate) seed: u64,
    pub(crate) trace: bool,
    pub(crate) sabotage: Option<Sabotage>,
    /// In place of one that the seed chooses.
    pub(crate) weather: Option<Weather>,
    /// How long the storm lasts; none is as the seed chooses.
    pub(crate) lasts: Option<Duration>,
    /// The longest pause of a client between two operations, in milliseconds.
    pub(crate) pause: u64,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) broken: Vec<String>,
    pub(crate) trace: Vec<String>,
    pub(crate) struck: [u64; FAULTS],
    pub(crate) operations: usize,
    pub(crate) runs: usize,
    pub(crate) took: Duration,
}

impl Story {
    pub(crate) fn of(seed: u64) -> Self {
        Self { seed, trace: false, sabotage: None, weather: None, lasts: None, pause: 1200 }
    }

    /// Tells it.
    pub(crate) fn tell(&self) -> Told {
        let time = VirtualTime::seeded(self.seed);
        let world = World::new(&time, self.seed, self.trace, self.sabotage);
        time.run(self.happen(&world));
        if time.tasks() > 0 {
            world.ledger.wrong(format!("{} tasks are left over", time.tasks()));
        }
        let state = world.ledger.state();
        let (broken, operations) = (model::judge(&state), state.ops.len());
        let runs = state.ops.iter().map(|op| op.runs.len()).sum();
        drop(state);
        let (trace, struck, took) = (world.ledger.trace(), world.struck(), time.elapsed());
        Told { broken, trace, struck, operations, runs, took }
    }

    async fn happen(&self, world: &Arc<World>) {
        // The broker is gone with its last driver.
        let broker = world.driver().await;
        let lasts = self.lasts.unwrap_or_else(|| world.millis(2_000..15_000));
        let weather = match &self.weather {
            Some(weather) => weather.clone(),
            None => Weather::storm(&mut world.chance()),
        };
        world.set(weather);
        let until = world.now() + lasts;
        let servers: Vec<_> = SERVERS
            .iter()
            .map(|name| beside(world, servers::keep(Arc::clone(world), (*name).to_owned(), until)))
            .collect();
        let clients: Vec<_> = (0..CLIENTS)
            .map(|number| {
                let name = format!("client {number}");
                beside(world, clients::keep(Arc::clone(world), name, until, self.pause))
            })
            .collect();
        world.sleep(lasts).await;
        world.set(Weather::calm());
        let mut nodes = Vec::new();
        for client in clients {
            nodes.push(client.await.expect("a client that goes on"));
        }
        let mut lives = Vec::new();
        for server in servers {
            lives.push(server.await.expect("a server that goes on"));
        }
        world.ledger.note(|| "all is well".to_owned());
        drained(world).await;
        let mut probes = Vec::new();
        for (number, node) in nodes.iter().enumerate() {
            for probe in clients::probes(number == 0) {
                let doing = clients::perform(Arc::clone(world), node.clone(), probe);
                probes.push(beside(world, doing));
            }
        }
        for probe in probes {
            _ = probe.await;
        }
        drained(world).await;
        end(world, &*broker, nodes, lives).await;
    }
}

/// Runs it beside; what it ends with comes of what is given back.
fn beside<T: Send + 'static>(
    world: &World,
    doing: impl Future<Output = T> + Send + 'static,
) -> oneshot::Receiver<T> {
    let (tell, told) = oneshot::channel();
    world.clock.spawn(Box::pin(async move {
        _ = tell.send(doing.await);
    }));
    told
}

/// Ends when everything that was confirmed has run, or should have.
async fn drained(world: &World) {
    let begun = world.now();
    let mut quiet = 0;
    // Answers to callers that are gone are tried for a minute.
    while quiet < 3 && world.now() - begun < Duration::from_secs(120) {
        quiet = if is_pending(&world.ledger.state()) { 0 } else { quiet + 1 };
        world.sleep(Duration::from_secs(2)).await;
    }
}

fn is_pending(state: &State) -> bool {
    let has_ended = |end| matches!(end, Some((_, end)) if end != RunEnd::Dropped);
    state.ops.iter().any(|op| {
        let is_confirmed = matches!(op.outcome, Some((_, Outcome::Confirmed))) && !op.excused;
        let waits = match op.kind {
            Kind::Cast => op.runs.is_empty() && op.acked_by.is_empty(),
            Kind::CastAgain => !op.runs.iter().any(|run| has_ended(run.ended)),
            _ => false,
        };
        let runs = op.runs.iter().any(|run| run.ended.is_none());
        op.outcome.is_none() || runs || (is_confirmed && waits)
    })
}

/// Everything is shut down, and nothing is left.
async fn end(world: &Arc<World>, broker: &dyn Driver, nodes: Vec<Node>, lives: Vec<Life>) {
    let mut runtimes = Vec::new();
    for life in lives {
        runtimes.push((life.node.name.clone(), Arc::clone(&life.node.runtime)));
        life.shut_down(world, Duration::from_secs(20)).await;
    }
    for Node { name, runtime, transport, .. } in nodes {
        let shown = format!("{transport:?}");
        if !shown.contains("waiting_calls: 0") {
            world.ledger.wrong(format!("calls are left in the table of {name}: {shown}"));
        }
        runtimes.push((name, runtime));
    }
    world.sleep(Duration::from_secs(20)).await;
    for (name, runtime) in runtimes {
        if runtime.tasks() > 0 {
            world.ledger.wrong(format!("{name} has {} tasks left over", runtime.tasks()));
        }
    }
    for server in SERVERS {
        let listen = Listen {
            exchange: "openstack".to_owned(),
            topic: "sim".to_owned(),
            server: server.to_owned(),
            prefetch: 0,
            within: Duration::from_secs(1),
        };
        let mut consumer = broker.listen(listen).await.expect("a broker that is there");
        while let Some(Some(Ok(left))) = within(world, Duration::ZERO, consumer.next()).await {
            let op = crate::ledger::op_in(&left.body);
            world.ledger.wrong(format!("a message of op {op:?} is left in a queue of {server}"));
        }
    }
    for queue in world.queues() {
        let publish = Publish {
            address: &Address::Reply { queue: queue.clone() },
            body: b"",
            notes: Notes::NONE,
            expires: None,
            mandatory: true,
            within: Duration::from_secs(1),
            retries: None,
        };
        if broker.publish(publish).await.is_ok() {
            world.ledger.wrong("a reply queue is left".to_owned());
        }
    }
    // What was slow to the last.
    world.sleep(Duration::from_secs(30)).await;
}

/// The names of the faults, and how often each struck.
pub(crate) fn in_words(struck: &[u64; FAULTS]) -> String {
    let each = Fault::ALL.iter().zip(struck).map(|(fault, times)| format!("{fault:?} {times}"));
    each.collect::<Vec<_>>().join(", ")
}
