//! Servers in Rust and in Python, on the real oslo.messaging, behind one topic: a fleet that its
//! operator restarts and upgrades while clients in both languages call it.

mod api;
mod ask;
mod client;
#[path = "../interop/events.rs"]
mod events;
mod load;
mod member;
#[path = "../interop/python.rs"]
#[allow(dead_code)] // the interop tests use more of it
mod python;
mod queue_manager;
mod tally;

use std::collections::BTreeMap;
use std::time::Instant;

use messaging::Transport;

use crate::client::Client;
use crate::load::Load;
use crate::member::{Build, Member, Program};
use crate::python::{rabbit_url, unique_topic};
use crate::queue_manager::QueueManager;
use crate::tally::{Start, Tally};

/// Every server is stopped and started again in turn, twice; what is started the second time is the
/// upgraded build.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mixed_fleet_is_restarted_and_upgraded_under_load_and_no_call_is_lost() {
    let topic = unique_topic("fleet");
    let queue_manager = QueueManager::new(&topic);
    let python = |name| Member::new(&topic, name, Program::Python(queue_manager.settings(name)));
    let rust = |name| Member::new(&topic, name, Program::Rust);
    let mut fleet = [python("python-1"), rust("rust-1"), python("python-2"), rust("rust-2")];
    for member in &mut fleet {
        member.start(Build::Old).await;
    }
    let transport = Transport::connect(&rabbit_url()).await.expect("the broker is there");
    let clients = [Client::python(&topic), Client::rust(&transport, &topic)];
    let load = Load::begin(&clients);
    load.tally.load_flows_through(&running(&fleet)).await;

    for (round, build) in [("restarted", Build::Old), ("upgraded to 2.6", Build::New)] {
        let rolling = Rolling::begin(&load.tally);
        for index in 0..fleet.len() {
            fleet[index].stop().await;
            load.tally.load_flows_through(&running(&fleet)).await;
            fleet[index].start(build).await;
            load.tally.load_flows_through(&running(&fleet)).await;
            for client in &clients {
                client.assert_refuses_what_is_new().await;
            }
        }
        rolling.tell(&format!("every server in turn {round}"));
    }
    let rolling = Rolling::begin(&load.tally);
    load.lift();
    load.tally.new_calls_flow_through(&running(&fleet)).await;
    rolling.tell("every server called at 2.6");

    let counts = load.end().await.counts();
    for client in clients {
        client.finish().await;
    }
    for member in &mut fleet {
        member.stop().await;
    }
    tell(&counts.to_string());
    assert!(counts.lost.is_empty() && counts.wrong.is_empty(), "not all went well:\n{counts}");
    let versions = fleet.iter().flat_map(|member| {
        [(1, "2.5"), (2, "2.5"), (3, "2.6")]
            .map(|(start, version)| ((member.name().to_owned(), start), version.to_owned()))
    });
    assert_eq!(counts.versions(), versions.collect::<BTreeMap<_, _>>());
    // Each call ran once, and nothing that was refused was sent.
    assert_eq!(fleet.iter().map(Member::ran).sum::<u64>(), counts.answered());
}

fn running(fleet: &[Member]) -> Vec<Start> {
    fleet.iter().filter_map(Member::running).collect()
}

/// A change that rolls through the fleet, for the report.
struct Rolling<'a> {
    tally: &'a Tally,
    answered: u64,
    since: Instant,
}

impl<'a> Rolling<'a> {
    fn begin(tally: &'a Tally) -> Self {
        Self { tally, answered: tally.counts().answered(), since: Instant::now() }
    }

    fn tell(self, what: &str) {
        let answered = self.tally.counts().answered() - self.answered;
        let seconds = self.since.elapsed().as_secs_f32();
        tell(&format!("{what}: {answered} calls answered in {seconds:.1} s"));
    }
}

#[allow(clippy::print_stdout)] // the report of a test is what `--nocapture` is for
fn tell(line: &str) {
    println!("{line}");
}
