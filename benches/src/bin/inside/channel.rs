//! What any call within a process takes: a channel to the server, a task for the handler, and a
//! channel back.

use messaging_benches::{Load, Record};
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};

/// How many calls may wait for the server; more than call at once.
const ROOM: usize = 1_024;

type Calls<T> = mpsc::Sender<(T, oneshot::Sender<T>)>;

/// The arguments and the result.
#[derive(Serialize, Deserialize)]
struct Body {
    data: String,
}

/// With values that are moved.
pub(crate) async fn moved(load: &Load, data: &str) -> Record {
    let calls = serve(|data: String| data);
    load.run(|| {
        let (calls, data) = (calls.clone(), data.to_owned());
        move || {
            let (calls, data) = (calls.clone(), data.clone());
            async move { call(&calls, data).await.is_some() }
        }
    })
    .await
}

/// With values that both ends write and read as JSON.
pub(crate) async fn json(load: &Load, data: &str) -> Record {
    let calls = serve(|request: Vec<u8>| {
        let body: Body = serde_json::from_slice(&request).expect("what was written below");
        write(&body)
    });
    load.run(|| {
        let (calls, data) = (calls.clone(), data.to_owned());
        move || {
            let (calls, request) = (calls.clone(), write(&Body { data: data.clone() }));
            async move {
                let reply = call(&calls, request).await;
                reply.is_some_and(|it| serde_json::from_slice::<Body>(&it).is_ok())
            }
        }
    })
    .await
}

/// A server whose handler runs as a task of its own.
fn serve<T: Send + 'static>(handler: impl Fn(T) -> T + Copy + Send + 'static) -> Calls<T> {
    let (calls, mut requests) = mpsc::channel::<(T, oneshot::Sender<T>)>(ROOM);
    tokio::spawn(async move {
        while let Some((request, reply)) = requests.recv().await {
            // Whoever called may be gone at the end of the time.
            tokio::spawn(async move { reply.send(handler(request)).is_ok() });
        }
    });
    calls
}

async fn call<T>(calls: &Calls<T>, request: T) -> Option<T> {
    let (reply, replied) = oneshot::channel();
    calls.send((request, reply)).await.ok()?;
    replied.await.ok()
}

fn write(body: &Body) -> Vec<u8> {
    serde_json::to_vec(body).expect("a text can be written")
}
