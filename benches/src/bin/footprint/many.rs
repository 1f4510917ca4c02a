//! Many clients, each with its own connections, that all call.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, stream};
use messaging_benches::{Load, Place, Record};
use serde::Serialize;

use crate::client::{Client, Subject};
use crate::measure::{Before, Footprint};

/// How many connect at once.
const AT_ONCE: usize = 16;

/// The line that is printed.
#[derive(Serialize)]
struct Measured {
    /// What they take, and how long they took to connect.
    connected: Footprint,
    /// What their calls came to.
    called: Record,
}

/// Connects as many clients as there are callers, and prints what they take and what their calls
/// came to.
///
/// They begin to call when `within` is over from here, so that those of several processes do at once.
pub(crate) async fn run(subject: Subject, place: &Place, load: &Load, within: Duration) {
    let begin = Instant::now() + within;
    let count = u32::try_from(load.callers).expect("not that many");
    let before = Before::now(&[]);
    let connecting = stream::iter(0..count).map(|number| async move {
        let client = Client::connect(subject, place, number).await;
        assert!(client.call().await, "no answer");
        client
    });
    let clients: Vec<_> = connecting.buffer_unordered(AT_ONCE).map(Arc::new).collect().await;
    let connected = before.footprint(count);
    assert!(Instant::now() < begin, "connecting took longer than {within:?}");
    tokio::time::sleep_until(begin.into()).await;
    let mut next = clients.iter();
    let called = load
        .run(|| {
            let client = Arc::clone(next.next().expect("one for each caller"));
            move || {
                let client = Arc::clone(&client);
                async move { client.call().await }
            }
        })
        .await;
    let measured = Measured { connected, called };
    println!("{}", serde_json::to_string(&measured).unwrap_or_default());
    let closing = stream::iter(clients).map(|client| async {
        if let Some(client) = Arc::into_inner(client) {
            client.close().await;
        }
    });
    closing.buffer_unordered(AT_ONCE).collect::<()>().await;
}
