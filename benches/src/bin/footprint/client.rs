//! A client with its connections, and nothing that it does.

use clap::ValueEnum;
use messaging::Transport;
use messaging_benches::{BenchClient, Place, Watched};

use crate::measure::Before;
use crate::ours;
use crate::raw::Raw;

/// Whose client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Subject {
    /// Ours, with its default settings.
    Ours,
    /// lapin by hand: two connections, a reply queue, and a table of the calls that wait.
    Lapin,
}

/// A client with its connections.
pub(crate) enum Client {
    Ours(Transport, BenchClient),
    Lapin(Box<Raw>),
}

impl Client {
    /// Connected; the `number` is one that no other client of this process has.
    pub(crate) async fn connect(subject: Subject, place: &Place, number: u32) -> Self {
        match subject {
            Subject::Ours => {
                let transport = ours::connect(place).await;
                let client = ours::client(&transport, &place.topic);
                Self::Ours(transport, client)
            }
            Subject::Lapin => Self::Lapin(Box::new(Raw::connect(place, number).await)),
        }
    }

    /// One call, of 64 B; whether it was answered.
    pub(crate) async fn call(&self) -> bool {
        let data = messaging_benches::payload(64);
        match self {
            Self::Ours(_, client) => client.echo(data).await.is_ok(),
            Self::Lapin(raw) => raw.call(&data).await,
        }
    }

    /// Ends it, and what the broker keeps of it.
    pub(crate) async fn close(self) {
        match self {
            Self::Ours(transport, client) => {
                drop(client);
                ours::close(&transport).await;
            }
            Self::Lapin(raw) => raw.close().await,
        }
    }
}

/// From nothing to an answer.
pub(crate) async fn once(subject: Subject, place: &Place) {
    let client = Client::connect(subject, place, 0).await;
    assert!(client.call().await, "no answer");
}

/// Clients that each have called once: until then ours has no reply queue, and not both of its
/// connections.
pub(crate) async fn idle(subject: Subject, place: &Place, watch: &[Watched], count: u32) {
    // What the first of them makes for all is not theirs.
    let first = Client::connect(subject, place, 0).await;
    assert!(first.call().await, "no answer");
    let before = Before::now(watch);
    let mut clients = Vec::new();
    for number in 1..=count {
        let client = Client::connect(subject, place, number).await;
        assert!(client.call().await, "no answer");
        clients.push(client);
    }
    before.print(count);
    for client in clients {
        client.close().await;
    }
    first.close().await;
}
