//! What is left when the broker is killed under load and booted again, by how its queues were
//! declared. One broker, killed once, serves all the tests of this file.

mod load;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use messaging::{Config, Error, ErrorKind};
use tokio::sync::OnceCell;

use self::load::Load;
use crate::broker::{options, topic};
use crate::node::Node;

/// How long each call and cast has. The broker needs a part of it to boot.
const DEADLINE: Duration = Duration::from_secs(10);

/// How late a call may end on a busy machine.
const LATE: Duration = Duration::from_secs(10);

/// How much is done before the broker is killed, and again once it is back.
const ENOUGH: usize = 50;

/// How many messages the servers work on at once.
const WORKERS: usize = 64;

/// What the ids of messages end with whose method is idempotent: every second one.
const AGAIN: &str = " again";

/// What a topology made of it.
#[derive(Debug)]
struct Lane {
    name: &'static str,
    calls: Vec<Sent<String>>,
    casts: Vec<Sent<()>>,
    /// What began, once for each time that it did.
    begun: Vec<String>,
    /// Of three casts and two fanouts that waited for a busy server when the broker was killed,
    /// those that ran.
    waited: Vec<String>,
}

/// A call or a cast, and how it ended.
#[derive(Debug)]
struct Sent<T> {
    id: String,
    result: Result<T, Error>,
    took: Duration,
}

static STORM: OnceCell<Vec<Lane>> = OnceCell::const_new();

async fn storm() -> &'static [Lane] {
    STORM.get_or_init(run).await
}

async fn lane(name: &str) -> &'static Lane {
    storm().await.iter().find(|lane| lane.name == name).expect("there is one")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_is_answered_right_or_ends_with_an_error_by_its_deadline() {
    for lane in storm().await {
        for call in &lane.calls {
            assert!(call.took < DEADLINE + LATE, "{}: {call:?}", lane.name);
            match &call.result {
                Ok(answer) => assert_eq!(*answer, format!("{} by here", call.id)),
                Err(error) => assert!(is_of_the_road(error), "{}: {error}", lane.name),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cast_is_confirmed_or_ends_with_an_error_by_its_deadline() {
    for lane in storm().await {
        for cast in &lane.casts {
            assert!(cast.took < DEADLINE + LATE, "{}: {cast:?}", lane.name);
            if let Err(error) = &cast.result {
                assert!(is_of_the_road(error), "{}: {error}", lane.name);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn client_and_server_go_on_by_themselves() {
    // The storm does not end before as much has been done again, on every lane. A call that was
    // under way when the broker died may still wait for its answer by then.
    for lane in storm().await {
        let calls = lane.calls.iter().filter(|call| call.result.is_ok()).count();
        let casts = lane.casts.iter().filter(|cast| cast.result.is_ok()).count();
        assert!(calls.min(casts) >= 2 * ENOUGH, "{}: {calls} calls, {casts} casts", lane.name);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn confirmed_casts_on_quorum_queues_are_not_lost() {
    let lane = lane("quorum").await;
    lane.assert_little_lost();
    assert_eq!(lane.waited, ["cast 0", "cast 1", "cast 2", "fanout 0", "fanout 1"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn confirmed_casts_on_durable_queues_are_not_lost_and_fanouts_are() {
    let lane = lane("durable").await;
    lane.assert_little_lost();
    assert_eq!(lane.waited, ["cast 0", "cast 1", "cast 2"]);
}

/// The peer's default, and so ours: such queues live in the broker's memory.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn casts_that_wait_in_queues_as_they_are_by_default_die_with_the_broker() {
    assert!(lane("default").await.waited.is_empty());
}

/// The kinds of error that tell what became of the message, as far as it is known.
fn is_of_the_road(error: &Error) -> bool {
    use ErrorKind::{Connection, NotConfirmed, NotSent, Timeout, Unroutable};
    matches!(error.kind(), Connection | NotConfirmed | NotSent | Timeout | Unroutable)
}

impl Lane {
    /// Nothing that may run twice, and of the rest no more than the server had workers: a message
    /// whose acknowledgement meets the end of the broker is run by nobody.
    fn assert_little_lost(&self) {
        let lost = self.lost();
        assert!(!lost.iter().any(|id| id.ends_with(AGAIN)) && lost.len() <= WORKERS, "{lost:?}");
    }

    /// The casts that were confirmed and never ran.
    fn lost(&self) -> BTreeSet<&str> {
        let confirmed = self.casts.iter().filter(|cast| cast.result.is_ok());
        let ran: BTreeSet<_> = self.begun.iter().map(String::as_str).collect();
        confirmed.map(|cast| cast.id.as_str()).filter(|id| !ran.contains(id)).collect()
    }

    /// How many messages began more than once although their method is not idempotent.
    fn twice(&self) -> usize {
        let mut begun: BTreeMap<&str, usize> = BTreeMap::new();
        for id in self.begun.iter().filter(|id| !id.ends_with(AGAIN)) {
            *begun.entry(id).or_default() += 1;
        }
        begun.values().filter(|times| **times > 1).count()
    }

    fn print(&self) {
        let failed = |results: &mut dyn Iterator<Item = bool>| results.filter(|ok| !ok).count();
        println!(
            "{:8} {:5} calls, {:2} failed; {:5} casts, {:2} failed, {:2} lost; {:2} not idempotent and begun twice; {} of 5 that waited ran",
            self.name,
            self.calls.len(),
            failed(&mut self.calls.iter().map(|call| call.result.is_ok())),
            self.casts.len(),
            failed(&mut self.casts.iter().map(|cast| cast.result.is_ok())),
            self.lost().len(),
            self.twice(),
            self.waited.len(),
        );
    }
}

async fn run() -> Vec<Lane> {
    let node = Node::start("test-storm").await;
    // Each has an exchange of its own: one exists once, with the same properties for all.
    let config = |name: &str| {
        let exchange = format!("{name}-{}", topic());
        Config::new().url(&node.url).rabbit(options()).control_exchange(exchange)
    };
    let lanes = [
        ("quorum", config("quorum").quorum()),
        ("durable", config("durable").option("amqp_durable_queues", "true")),
        ("default", config("default")),
    ];
    let mut loads = Vec::new();
    for (name, config) in lanes {
        loads.push(Load::start(name, &config).await);
    }
    for load in &loads {
        load.until_more(ENOUGH).await;
    }
    node.settle().await;
    node.kill().await;
    node.boot().await;
    for load in &loads {
        load.until_more(ENOUGH).await;
    }
    let mut lanes = Vec::new();
    for load in loads {
        lanes.push(load.finish(&node.url).await);
    }
    lanes.iter().for_each(Lane::print);
    lanes
}
