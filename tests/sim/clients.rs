//! The clients: what they do, and what comes of it.

use std::sync::Arc;
use std::time::Duration;

use messaging::{Proxy as _, RetryPolicy};

use crate::api::{Plan, PlannedEnd, SimClient};
use crate::ledger::{Kind, Outcome, Pending, name_of};
use crate::node::Node;
use crate::weather::Fault;
use crate::world::World;

/// The names of the servers.
pub(crate) const SERVERS: [&str; 3] = ["one", "two", "three"];

/// What a client is to do.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    pub(crate) kind: Kind,
    /// The server that it is for; none is any.
    pub(crate) server: Option<&'static str>,
    pub(crate) plan: Plan,
    pub(crate) timeout: Duration,
    pub(crate) monitor: Option<Duration>,
    /// After how long its future is dropped.
    pub(crate) dropped_after: Option<Duration>,
    /// It has to succeed.
    pub(crate) probe: bool,
}

impl Task {
    /// Something of everything, as chance has it.
    pub(crate) fn draw(world: &World) -> Self {
        let dropped = world.strikes(Fault::Dropped);
        let mut chance = world.chance();
        let kind = match chance.u8(..20) {
            0..=3 => Kind::Call,
            4 => Kind::Keep,
            5..=7 => Kind::CallAgain,
            8..=9 => Kind::Retried,
            10..=11 => Kind::Relay,
            12..=13 => Kind::Cast,
            14..=16 => Kind::CastAgain,
            17 => Kind::Fanout,
            18 => Kind::FanoutAgain,
            _ => Kind::Gather,
        };
        let can_choose = !matches!(kind, Kind::Fanout | Kind::FanoutAgain | Kind::Gather);
        let server = (can_choose && chance.u8(..4) == 0).then(|| SERVERS[chance.usize(..3)]);
        let millis = match chance.u8(..10) {
            0..=3 => 0,
            4..=7 => chance.u64(..200),
            8 => chance.u64(..1000),
            _ => chance.u64(..5000),
        };
        let end = match chance.u8(..20) {
            0..=1 => PlannedEnd::Fail,
            2 => PlannedEnd::Panic,
            _ => PlannedEnd::Return,
        };
        let timeout = Duration::from_millis(chance.u64(100..12_000));
        let can_monitor = matches!(kind, Kind::Call | Kind::CallAgain);
        let monitor =
            (can_monitor && chance.u8(..5) == 0).then(|| Duration::from_secs(chance.u64(2..5)));
        let dropped_after = dropped.then(|| Duration::from_micros(chance.u64(..2_000_000)));
        let plan = Plan { millis, end };
        Self { kind, server, plan, timeout, monitor, dropped_after, probe: false }
    }
}

/// Does it, and writes down what comes of it.
pub(crate) async fn perform(world: Arc<World>, node: Node, task: Task) {
    let Task { kind, server, plan, timeout, monitor, dropped_after, probe } = task;
    let pending = Pending::enter(&world.ledger, kind, &node.name, server, plan, timeout, probe);
    let op = name_of(pending.op);
    let client = SimClient::new(&node.transport).prepare();
    let client = client.server(server.map(str::to_owned)).build().expect("a client");
    let doing = async {
        match kind {
            Kind::Call => {
                let mut call = client.once(op, plan).timeout(timeout);
                if let Some(monitor) = monitor {
                    call = call.monitor(monitor);
                }
                Outcome::of_call(&call.await)
            }
            Kind::CallAgain => {
                let mut call = client.again(op, plan).timeout(timeout);
                if let Some(monitor) = monitor {
                    call = call.monitor(monitor);
                }
                Outcome::of_call(&call.await)
            }
            Kind::Retried => {
                let policy = RetryPolicy::new().attempts(5).attempt_timeout(timeout / 3);
                Outcome::of_call(&client.again(op, plan).timeout(timeout).retry(policy).await)
            }
            Kind::Keep => Outcome::of_call(&client.keep(op, plan).timeout(timeout).await),
            Kind::Relay | Kind::Relayed => {
                Outcome::of_call(&client.relay(op, plan).timeout(timeout).await)
            }
            Kind::Cast => Outcome::of_cast(&client.tell(op, plan).timeout(timeout).await),
            Kind::CastAgain => {
                Outcome::of_cast(&client.tell_again(op, plan).timeout(timeout).await)
            }
            Kind::Fanout => {
                Outcome::of_cast(&client.tell(op, plan).fanout().timeout(timeout).await)
            }
            Kind::FanoutAgain => {
                Outcome::of_cast(&client.tell_again(op, plan).fanout().timeout(timeout).await)
            }
            Kind::Gather => match client.once(op, plan).gather(timeout).await {
                Ok(mut answers) => {
                    let mut all = Vec::new();
                    while let Some(answer) = answers.next().await {
                        all.push((answer.server, Outcome::of_call(&answer.result)));
                        if probe && all.len() == SERVERS.len() {
                            break;
                        }
                    }
                    Outcome::Gathered(all)
                }
                Err(error) => Outcome::of_error(&error),
            },
        }
    };
    let outcome = match dropped_after {
        None => doing.await,
        Some(after) => tokio::select! {
            biased;
            outcome = doing => outcome,
            () = world.sleep(after) => return,
        },
    };
    world.ledger.about(Some(pending.op), |op| op.closed = node.link.is_closed());
    pending.ended(outcome);
}

/// One client's lives, until the storm is over.
pub(crate) async fn keep(world: Arc<World>, name: String, until: Duration, pause: u64) -> Node {
    loop {
        let node = Node::start(&world, &name, None).await;
        let end = (world.now() + world.millis(1000..20_000)).min(until);
        while world.now() < end {
            let pause = world.millis(1..pause).min(end - world.now());
            world.sleep(pause).await;
            if world.chance().u8(..8) == 0 {
                node.link.shake();
            }
            let doing = perform(Arc::clone(&world), node.clone(), Task::draw(&world));
            messaging::runtime::Runtime::spawn(&*node.runtime, Box::pin(doing));
        }
        if world.now() >= until {
            node.link.heal();
            return node;
        }
        if world.strikes(Fault::ClientKilled) {
            node.kill();
        } else if world.strikes(Fault::ClientClosed) {
            node.transport.close(Duration::from_secs(1)).await;
        }
    }
}

/// What has to succeed where everything is well.
pub(crate) fn probes(of_all: bool) -> Vec<Task> {
    let plan = Plan { millis: 5, end: PlannedEnd::Return };
    let timeout = Duration::from_secs(10);
    let probe = |kind, server| Task {
        kind,
        server,
        plan,
        timeout,
        monitor: None,
        dropped_after: None,
        probe: true,
    };
    if !of_all {
        return vec![probe(Kind::Call, None), probe(Kind::CastAgain, None)];
    }
    let mut all: Vec<_> = [
        Kind::CallAgain,
        Kind::Retried,
        Kind::Keep,
        Kind::Relay,
        Kind::Cast,
        Kind::CastAgain,
        Kind::Fanout,
        Kind::FanoutAgain,
        Kind::Gather,
    ]
    .into_iter()
    .map(|kind| probe(kind, None))
    .collect();
    all.extend(SERVERS.map(|server| probe(Kind::Call, Some(server))));
    // Given up by their callers, who find out nothing: the model asks what became of the methods.
    let plan = Plan { millis: 4000, end: PlannedEnd::Return };
    for (kind, after) in [(Kind::Call, 1000), (Kind::CallAgain, 20), (Kind::Keep, 1000)] {
        let dropped_after = Some(Duration::from_millis(after));
        all.push(Task { plan, dropped_after, ..probe(kind, None) });
    }
    all
}
