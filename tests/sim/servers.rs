//! The servers: one life after the other, each with an end of its own.

use std::sync::Arc;
use std::time::Duration;

use messaging::{Executor, Proxy as _, RpcServer, Target};

use crate::api::{Host, SimClient, SimEndpoint};
use crate::ledger::{LifeEnd, LifeId};
use crate::node::Node;
use crate::weather::Fault;
use crate::world::{World, within};

/// How many messages a server runs at once.
const PERMITS: usize = 4;

/// A server that runs.
#[derive(Debug)]
pub(crate) struct Life {
    pub(crate) id: LifeId,
    pub(crate) node: Node,
    pub(crate) server: RpcServer,
    /// Whether it refuses what it has no worker for.
    refuses: bool,
}

/// The ends of a life that chance chooses among.
const ENDS: [Fault; 5] = [
    Fault::ServerKilled,
    Fault::ServerStopped,
    Fault::ServerShutDown,
    Fault::ServerDropped,
    Fault::ServerClosed,
];

impl Life {
    /// A new process with the server in it; none if it does not start.
    pub(crate) async fn begin(world: &Arc<World>, name: &str, may_refuse: bool) -> Option<Self> {
        let id = world.ledger.born(name);
        let node = Node::start(world, name, Some(id)).await;
        world.ledger.note(|| format!("{name} starts life {id}"));
        let client = SimClient::new(&node.transport).prepare().server(None).build();
        let client = client.expect("a client of any server");
        let host = Host {
            world: Arc::clone(world),
            life: id,
            name: name.to_owned(),
            link: Arc::clone(&node.link),
            client,
        };
        let refuses = may_refuse && world.chance().u8(..4) == 0;
        let mut server = RpcServer::builder(&node.transport, Target::topic("sim").server(name))
            .endpoint(SimEndpoint::new(host))
            .executor(Executor::tasks(PERMITS));
        if refuses {
            node.link.refuses();
            server = server.refuse_beyond(world.chance().usize(..3));
        }
        let server = server.build().expect("a server");
        match server.start().await {
            Ok(()) => Some(Self { id, node, server, refuses }),
            Err(error) => {
                world.ledger.note(|| format!("{name} did not start: {error}"));
                world.ledger.died(id, LifeEnd::NotStarted);
                None
            }
        }
    }

    /// A new process with the server in it, as soon as it starts.
    pub(crate) async fn anew(world: &Arc<World>, name: &str) -> Self {
        loop {
            if let Some(life) = Self::begin(world, name, false).await {
                return life;
            }
            world.sleep(world.millis(10..500)).await;
        }
    }

    /// Ends it as chance has it.
    pub(crate) async fn end(self, world: &Arc<World>) {
        let weights = ENDS.map(|end| world.weight(end));
        let sum: u32 = weights.iter().sum();
        if sum == 0 {
            return self.shut_down(world, Duration::from_secs(20)).await;
        }
        let mut drawn = world.chance().u32(..sum);
        let mut end = Fault::ServerShutDown;
        for (candidate, weight) in ENDS.into_iter().zip(weights) {
            if drawn < weight {
                end = candidate;
                break;
            }
            drawn -= weight;
        }
        world.count(end);
        world.ledger.note(|| format!("{} life {} is to end: {end:?}", self.node.name, self.id));
        match end {
            Fault::ServerKilled => {
                world.ledger.ending(self.id);
                self.node.kill();
                world.ledger.died(self.id, LifeEnd::Killed);
            }
            Fault::ServerStopped => {
                self.server.stop();
                self.server.wait().await;
                world.ledger.died(self.id, LifeEnd::Stopped);
                self.look_back(world);
            }
            Fault::ServerDropped => {
                let Self { id, node, server, .. } = self;
                let runtime = Arc::clone(&node.runtime);
                drop((server, node));
                // Its work goes on, for as long as there is any.
                let idle = async {
                    while runtime.tasks() > 0 {
                        world.sleep(Duration::from_millis(100)).await;
                    }
                };
                if within(world, Duration::from_secs(100), idle).await.is_none() {
                    world.ledger.wrong(format!(
                        "life {id}, whose handle was dropped, still has {} tasks",
                        runtime.tasks()
                    ));
                }
                world.ledger.died(id, LifeEnd::HandleDropped);
            }
            Fault::ServerClosed => {
                self.node.transport.close(Duration::from_secs(5)).await;
                self.server.wait().await;
                world.ledger.died(self.id, LifeEnd::Closed);
                self.look_back(world);
            }
            _ => {
                let budget = world.millis(100..4000);
                self.shut_down(world, budget).await;
            }
        }
    }

    /// Shuts it down, and looks at what it leaves.
    pub(crate) async fn shut_down(self, world: &Arc<World>, budget: Duration) {
        let begun = world.now();
        world.ledger.ending(self.id);
        let report = self.server.shutdown(budget).await;
        let took = world.now() - begun;
        if took > budget {
            let what = format!("life {} took {took:?} to shut down in {budget:?}", self.id);
            world.ledger.wrong(what);
        }
        world.ledger.note(|| format!("life {} shut down: {report:?}", self.id));
        let casts = report.cut_off.iter().filter(|cut_off| cut_off.method == "tell").count();
        if let Some(life) = world.ledger.state().lives.get_mut(self.id) {
            life.reported = casts;
        }
        if report.still_closing {
            self.server.wait().await;
        }
        world.ledger.died(self.id, LifeEnd::ShutDown);
        self.look_back(world);
    }

    /// What it counted is what happened, and nothing of it is left.
    fn look_back(&self, world: &Arc<World>) {
        let statistics = self.server.statistics();
        for method in ["once", "again", "keep", "tell", "tell_again", "relay"] {
            let Some(counted) = statistics.method(None, method) else {
                world.ledger.wrong(format!("life {} has no statistics of `{method}`", self.id));
                continue;
            };
            let seen = world.ledger.state().counts(self.id, method);
            let counted = [
                counted.calls,
                counted.succeeded,
                counted.failed,
                counted.panicked,
                counted.cut_off + counted.cancelled,
                counted.in_flight,
            ];
            if counted != seen {
                world.ledger.wrong(format!(
                    "life {} counted {counted:?} runs of `{method}` in all, that succeeded, \
                     failed, panicked, were ended before, and run; there were {seen:?}",
                    self.id
                ));
            }
        }
    }
}

/// One server's lives, until the storm is over, and then one more that is there to the end.
pub(crate) async fn keep(world: Arc<World>, name: String, until: Duration) -> Life {
    while world.now() < until {
        let Some(life) = Life::begin(&world, &name, true).await else {
            world.sleep(world.millis(10..500)).await;
            continue;
        };
        let end = (world.now() + world.millis(200..12_000)).min(until);
        while world.now() < end {
            let pause = world.millis(50..1500).min(end - world.now());
            world.sleep(pause).await;
            life.node.link.shake();
        }
        if world.now() >= until && !life.refuses && world.chance().bool() {
            life.node.link.heal();
            return life;
        }
        life.end(&world).await;
        world.sleep(world.millis(0..3000)).await;
    }
    Life::anew(&world, &name).await
}
