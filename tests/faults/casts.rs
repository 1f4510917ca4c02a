//! What becomes of casts when the server that works on them is killed.

use std::collections::{BTreeMap, BTreeSet};

use messaging::{RpcClient, Target, Transport, version};
use serde_json::json;

use crate::broker::{topic, url};
use crate::process::{ALL, Event, Process, ids};
use crate::queue;

/// How many casts are sent to one server, and how many workers that has. It is killed when it has
/// done some of them and all its workers are busy: what loses the most.
#[derive(Clone, Copy, Debug)]
struct Load {
    casts: usize,
    workers: usize,
    done: usize,
}

/// A small server.
const SMALL: Load = Load { casts: 200, workers: 4, done: 13 };

/// As many workers as both libraries have by default.
const DEFAULT: Load = Load { casts: 1000, workers: 64, done: 64 };

/// Who serves.
#[derive(Clone, Copy, Debug)]
enum Server {
    Rust,
    RustIdempotent,
    Python,
}

/// What became of the casts, each of which the broker had confirmed.
#[derive(Debug)]
struct Outcome {
    done: usize,
    /// Never done.
    lost: usize,
    /// Begun more than once.
    twice: usize,
}

#[tokio::test]
async fn a_killed_server_loses_no_more_than_it_has_workers() {
    for load in [SMALL, DEFAULT] {
        let outcome = outcome(Server::Rust, load).await;
        assert!(outcome.lost <= load.workers, "{outcome:?}");
        assert_eq!(outcome.twice, 0);
    }
}

#[tokio::test]
async fn a_killed_server_loses_nothing_that_is_idempotent() {
    for load in [SMALL, DEFAULT] {
        let outcome = outcome(Server::RustIdempotent, load).await;
        assert_eq!(outcome.lost, 0);
        assert!(outcome.twice <= load.workers, "{outcome:?}");
    }
}

/// The contrast: it acknowledges whatever comes, and keeps it in memory.
#[tokio::test]
async fn a_killed_server_of_the_peer_loses_most() {
    for load in [SMALL, DEFAULT] {
        let outcome = outcome(Server::Python, load).await;
        assert!(outcome.lost > load.casts / 2, "{outcome:?}");
    }
}

/// Sends the casts to one server, kills it, starts another in its place, and counts once nothing
/// is left to be done.
async fn outcome(server: Server, load: Load) -> Outcome {
    let topic = topic();
    let mut killed = server.start(&topic, load.workers, load.done).await;
    let transport = Transport::connect(&url()).await.unwrap();
    let target = Target::topic(&topic).version(version!("1.0"));
    let client = RpcClient::new(&transport, target);
    let sending = (0..load.casts).map(|id| tokio::spawn(server.cast(&client, &id.to_string())));
    for sent in sending.collect::<Vec<_>>() {
        sent.await.unwrap();
    }
    killed.until("begun", load.done + load.workers).await;
    server.acknowledges(load, &topic).await;
    let mut told = killed.kill().await;

    queue::is_abandoned(&url(), &topic).await;
    let mut next = server.start(&topic, load.workers, ALL).await;
    // The last in the queue, so all others have been taken when it begins.
    server.cast(&client, "last").await;
    next.until_event("begun", "last").await;
    told.extend(next.finish().await);
    queue::shrinks_to(&url(), &topic, 0).await;

    let outcome = count(&told, load.casts);
    let Outcome { done, lost, twice } = outcome;
    let Load { casts, workers, .. } = load;
    let name = format!("{server:?}:");
    println!(
        "{casts:4} casts, {workers:2} workers, {name:15} {done:4} done, {lost:3} lost, {twice:2} begun twice"
    );
    outcome
}

fn count(told: &[Event], casts: usize) -> Outcome {
    let sent = |id: &String| id != "last";
    let done: BTreeSet<_> = ids(told, "done").into_iter().filter(sent).collect();
    let mut begun: BTreeMap<_, usize> = BTreeMap::new();
    for id in ids(told, "begun").into_iter().filter(sent) {
        *begun.entry(id).or_default() += 1;
    }
    let twice = begun.values().filter(|times| **times > 1).count();
    Outcome { done: done.len(), lost: casts - done.len(), twice }
}

impl Server {
    async fn start(self, topic: &str, workers: usize, at_once: usize) -> Process {
        match self {
            Self::Rust | Self::RustIdempotent => {
                Process::serve(&url(), topic, "one", workers, at_once).await
            }
            Self::Python => Process::serve_python(&url(), topic, "one", workers, at_once).await,
        }
    }

    /// A cast that ends when the broker has confirmed it.
    fn cast(self, client: &RpcClient, id: &str) -> impl Future<Output = ()> + Send + 'static {
        let method = match self {
            Self::Rust => "note",
            Self::RustIdempotent => "note_again",
            Self::Python => "work",
        };
        let cast = client.cast(method, json!({"id": id}));
        async { cast.await.expect("the broker confirms it") }
    }

    /// Waits until the broker has taken note of every acknowledgement that comes while all workers
    /// are busy: what it takes no note of would run again.
    async fn acknowledges(self, load: Load, topic: &str) {
        let taken = load.done + load.workers;
        match self {
            // As many again are sent in advance.
            Self::Rust => {
                queue::shrinks_to(&url(), topic, load.casts - taken - load.workers).await;
            }
            Self::RustIdempotent => queue::shrinks_to(&url(), topic, load.casts - taken).await,
            Self::Python => queue::is_forgotten(topic).await,
        }
    }
}
