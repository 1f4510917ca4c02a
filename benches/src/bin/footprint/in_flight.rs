//! Calls that wait for their answers.

use std::process::exit;
use std::sync::Arc;
use std::time::{Duration, Instant};

use messaging::Proxy as _;
use messaging_benches::{Place, Watched, payload};

use crate::client::Subject;
use crate::hold::HoldClient;
use crate::measure::Before;
use crate::ours;
use crate::raw::Raw;

/// How many are sent before it is awaited that they are held: the memory of a call that waits is
/// meant, not that of the buffers that many at once go through.
const AT_ONCE: u32 = 100;

/// How long all of them may take, and how long each waits.
const PATIENCE: Duration = Duration::from_secs(600);

/// Calls, and prints what they take once all of them wait. Ends the process, and them with it.
pub(crate) async fn run(subject: Subject, place: &Place, watch: &[Watched], count: u32) {
    match subject {
        Subject::Ours => of_ours(place, watch, count).await,
        Subject::Lapin => of_lapin(place, watch, count).await,
    }
    exit(0);
}

async fn of_ours(place: &Place, watch: &[Watched], count: u32) {
    let transport = ours::connect(place).await;
    let client = HoldClient::new(&transport).prepare().topic(&place.topic).build();
    let client = client.expect("a client");
    let held = || async { client.held().await.expect("an answer") };
    held().await;
    let before = Before::now(watch);
    for sent in (0..count).map(|sent| sent + 1) {
        let call = client.hold(payload(64)).timeout(PATIENCE);
        tokio::spawn(async move { call.await });
        if sent % AT_ONCE == 0 || sent == count {
            until(|| async { held().await == sent }).await;
        }
    }
    before.print(count);
}

/// Nobody takes the requests: they wait in their queue, which is deleted at the end.
async fn of_lapin(place: &Place, watch: &[Watched], count: u32) {
    let client = Arc::new(Raw::connect(place, 0).await);
    client.declare_requests().await;
    let before = Before::now(watch);
    for sent in (0..count).map(|sent| sent + 1) {
        let client = Arc::clone(&client);
        let waits = Arc::clone(&client);
        tokio::spawn(async move { waits.call(&payload(64)).await });
        if sent % AT_ONCE == 0 || sent == count {
            until(|| async { client.requests().await == sent }).await;
        }
    }
    before.print(count);
    client.delete_requests().await;
}

async fn until<F: Future<Output = bool>>(is_so: impl Fn() -> F) {
    let end = Instant::now() + PATIENCE;
    while !is_so().await {
        assert!(Instant::now() < end, "not all of them are held");
    }
}
