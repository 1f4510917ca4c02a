//! Servers in Rust and in Python, on the real oslo.messaging, behind one topic: a fleet that its
//! operator restarts and upgrades while clients in both languages call it.

mod api;
mod ask;
mod client;
mod load;
mod member;
#[path = "../interop/python.rs"]
#[allow(dead_code)] // the interop tests need more of it
mod python;
mod tally;

use messaging::Transport;

use crate::client::Client;
use crate::load::Load;
use crate::member::{Build, Kind, Member};
use crate::python::{rabbit_url, unique_topic};
use crate::tally::Start;

fn running(fleet: &[Member]) -> Vec<Start> {
    fleet.iter().filter(|member| member.is_running()).map(Member::latest).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mixed_fleet_is_restarted_and_upgraded_under_load_and_no_call_is_lost() {
    let topic = unique_topic("fleet");
    let kinds = if std::env::var("FLEET_ALL_PYTHON").is_ok() { Kind::Python } else { Kind::Rust };
    let mut fleet = [
        ("python-1", Kind::Python),
        ("rust-1", kinds),
        ("python-2", Kind::Python),
        ("rust-2", kinds),
    ]
    .map(|(name, kind)| Member::new(&topic, name, kind));
    for member in &mut fleet {
        member.start(Build::Old).await;
    }
    let transport = Transport::connect(&rabbit_url()).await.expect("the broker of the test run");
    let clients = [Client::python(&topic), Client::rust(&transport, &topic)];
    let load = Load::begin(&clients);
    load.tally.load_flows_through(&running(&fleet)).await;

    for build in [Build::Old, Build::New] {
        for index in 0..fleet.len() {
            fleet[index].stop().await;
            load.tally.load_flows_through(&running(&fleet)).await;
            fleet[index].start(build).await;
            load.tally.load_flows_through(&running(&fleet)).await;
            for client in &clients {
                client.is_limited().await;
            }
        }
    }

    load.lift();
    load.tally.new_calls_flow_through(&running(&fleet)).await;

    let counts = load.end().await.counts();
    println!("{counts}");
    assert!(counts.lost.is_empty() && counts.wrong.is_empty(), "calls were lost:\n{counts}");
    for client in clients {
        client.finish().await;
    }
    for member in &mut fleet {
        member.stop().await;
    }
}
