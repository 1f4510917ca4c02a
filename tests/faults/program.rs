//! A server, or a client, to be killed. It tells what happens in JSON lines on standard output:
//! what it wrote there is known even if it dies in the next instant. It ends well at the end of its
//! standard input.
//!
//! A server works at once on as many messages as it is told, and for ever on those that come
//! later, so that it is known what it does when it is killed.
//!
//! ```text
//! faults-program serve URL TOPIC SERVER WORKERS MESSAGES
//! faults-program call URL TOPIC
//! ```
#![allow(clippy::disallowed_methods)] // it runs on tokio, and may say so

mod work;

use std::convert::Infallible;
use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use messaging::{Context, Executor, Proxy as _, RpcServer, Target, Transport};
use serde_json::json;

use crate::work::{Work, WorkClient, WorkEndpoint};

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["serve", url, topic, server, workers, messages] => {
            let number = |text: &str| text.parse().expect("a number");
            let at_once = AtomicUsize::new(number(messages));
            let service = Service { server: server.to_owned(), at_once };
            serve(url, topic, service, number(workers)).await;
        }
        ["call", url, topic] => call(url, topic).await,
        _ => panic!("these arguments are none of the two forms that there are: {arguments:?}"),
    }
}

async fn serve(url: &str, topic: &str, service: Service, workers: usize) {
    let transport = Transport::connect(url).await.expect("the broker of the test");
    let server = RpcServer::builder(&transport, Target::topic(topic).server(&service.server))
        .endpoint(WorkEndpoint::new(service))
        .executor(Executor::tasks(workers))
        .start()
        .await
        .expect("the server starts");
    tell("ready", "");
    let input = tokio::task::spawn_blocking(|| std::io::read_to_string(std::io::stdin()));
    input.await.expect("it does not panic").expect("standard input is a pipe");
    server.stop();
    server.wait().await;
    transport.close(Duration::from_secs(5)).await;
}

/// Calls a server that works for ever.
async fn call(url: &str, topic: &str) {
    let transport = Transport::connect(url).await.expect("the broker of the test");
    let client = WorkClient::new(&transport).prepare().topic(topic).build().expect("a client");
    let answer = client.ask("of the client".to_owned()).await;
    tell("answered", &format!("{answer:?}"));
}

struct Service {
    server: String,
    /// How many more messages it works on at once.
    at_once: AtomicUsize,
}

impl Service {
    async fn work(&self, id: &str) {
        tell("begun", id);
        let left = |left: usize| left.checked_sub(1);
        if self.at_once.fetch_update(Ordering::Relaxed, Ordering::Relaxed, left).is_err() {
            std::future::pending().await
        }
        tell("done", id);
    }
}

impl Work for Service {
    async fn note(&self, _: &Context, id: String) {
        self.work(&id).await;
    }

    async fn note_again(&self, _: &Context, id: String) {
        self.work(&id).await;
    }

    async fn ask(&self, _: &Context, id: String) -> Result<String, Infallible> {
        self.work(&id).await;
        Ok(format!("{id} by {}", self.server))
    }

    async fn ask_again(&self, ctx: &Context, id: String) -> Result<String, Infallible> {
        self.ask(ctx, id).await
    }
}

/// Writes one line, whole and at once.
fn tell(event: &str, id: &str) {
    let line = format!("{}\n", json!({"event": event, "id": id}));
    std::io::stdout().lock().write_all(line.as_bytes()).expect("the test reads");
}
