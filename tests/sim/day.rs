//! A day: what a storm of seconds cannot show is what is left behind each time, little by little.

use std::sync::Arc;
use std::time::Duration;

use messaging::testing::VirtualTime;

use crate::clients::{self, Task};
use crate::model;
use crate::node::Node;
use crate::servers::Life;
use crate::story::in_words;
use crate::weather::Weather;
use crate::world::World;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// The longest pause of the client between two operations.
const PAUSE: u64 = 16_000;

/// How often the day is calm, and looked at: everything that was under way has ended by then.
const HOUR: Duration = Duration::from_secs(3600);

/// Longer than anything that is begun before takes: an answer to a caller that is gone is tried for
/// a minute.
const LULL: Duration = Duration::from_secs(150);

/// The servers are restarted one by one, calls go on, something fails every few minutes; and every
/// hour, when it is calm for a while, there is as much of everything as an hour before.
#[test]
fn a_day_leaves_nothing_behind() {
    let time = VirtualTime::seeded(24);
    let world = World::new(&time, 24, false, None);
    let counts = time.run(a_day(&world));
    assert_eq!(counts.len(), 24);
    let first = &counts[0];
    assert!(counts.iter().all(|count| count == first), "what is there, hour by hour: {counts:?}");
    assert_eq!(time.tasks(), 0, "tasks are left over");
    let state = world.ledger.state();
    let broken = model::judge(&state);
    println!("a day: {} operations; faults: {}", state.ops.len(), in_words(&world.struck()));
    assert!(state.ops.len() > 5000, "{} operations", state.ops.len());
    assert!(broken.is_empty(), "{broken:#?}");
}

/// What there is at one moment.
#[derive(Debug, PartialEq)]
struct Count {
    tasks: usize,
    of_nodes: usize,
    waiting_calls: String,
}

async fn a_day(world: &Arc<World>) -> Vec<Count> {
    // The broker is gone with its last driver.
    let _broker = world.driver().await;
    let client = Node::start(world, "client", None).await;
    let mut lives = Vec::new();
    for name in clients::SERVERS {
        lives.push(Life::begin(world, name, false).await.expect("a server in fair weather"));
    }
    let mut counts = Vec::new();
    while world.now() < DAY {
        let weather = Weather::storm(&mut world.chance());
        world.set(weather);
        let calm = world.now() + HOUR - LULL;
        let mut restart = world.now();
        while world.now() < calm {
            world.sleep(world.millis(1..PAUSE)).await;
            let doing = clients::perform(Arc::clone(world), client.clone(), Task::draw(world));
            messaging::runtime::Runtime::spawn(&*client.runtime, Box::pin(doing));
            if world.chance().u8(..20) == 0 {
                client.link.shake();
                lives.iter().for_each(|life| life.node.link.shake());
            }
            if world.now() >= restart {
                restart = world.now() + world.millis(60_000..900_000);
                let at = world.chance().usize(..lives.len());
                let old = lives.swap_remove(at);
                let name = old.node.name.clone();
                old.end(world).await;
                lives.push(Life::anew(world, &name).await);
            }
        }
        world.set(Weather::calm());
        client.link.heal();
        lives.iter().for_each(|life| life.node.link.heal());
        world.sleep(LULL).await;
        counts.push(count(world, &client, &lives));
    }
    for life in lives {
        life.shut_down(world, Duration::from_secs(20)).await;
    }
    drop(client);
    world.sleep(Duration::from_secs(20)).await;
    counts
}

fn count(world: &World, client: &Node, lives: &[Life]) -> Count {
    let shown = format!("{:?}", client.transport);
    let waiting = shown.split("waiting_calls: ").nth(1).unwrap_or_default();
    let waiting_calls = waiting.chars().take_while(char::is_ascii_digit).collect();
    // A server opens a reply queue when it first needs one. For that there are a reader, one that asks
    // for the end of calls, and the pump of the simulation.
    let with_inbox = lives.iter().filter(|life| life.node.link.has_inbox()).count();
    let of_nodes: usize = lives.iter().map(|life| life.node.runtime.tasks()).sum();
    Count {
        tasks: world.time.tasks() - 3 * with_inbox,
        of_nodes: of_nodes + client.runtime.tasks() - 2 * with_inbox,
        waiting_calls,
    }
}
