//! What the probes of an orchestrator ask: is the process alive, is it ready for work.
//!
//! [`Probes`] answer from what is known at this moment and ask nobody, so they take no time. A
//! process is *live* until its transport was closed: one whose broker is away mends itself, and is
//! not helped by being started again. It is *ready* while it is connected, everything that is to be
//! consumed is, and its servers take messages; one that drains before it ends is not.
//!
//! ```
//! # #[cfg(feature = "tokio")]
//! # async fn example() -> Result<(), messaging::Error> {
//! use messaging::Transport;
//! use messaging::health::Probes;
//!
//! let transport = Transport::connect("memory://").await?;
//! let probes = Probes::of(&transport);
//! assert!(probes.live().ok && probes.ready().ok);
//! # Ok(()) }
//! ```
//!
//! With the feature `health` they are served over HTTP, at `/health/live` and `/health/ready`: see
//! `Probes::serve`.

#[cfg(feature = "health")]
mod http;

use serde::Serialize;

#[cfg(feature = "health")]
pub use http::Serving;

use crate::driver::{ConnectionState, ConsumerState};
use crate::rpc::server::Looked;
use crate::{Health, RpcServer, Transport};

/// What the probes of a process look at: a transport, and its servers.
#[derive(Clone, Debug)]
pub struct Probes {
    transport: Transport,
    servers: Vec<Looked>,
    #[cfg(feature = "health")]
    scrape: Option<http::Scrape>,
}

/// The answer to a probe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// Whether all is well.
    pub ok: bool,
    /// What was looked at.
    pub checks: Vec<Check>,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Check {
    /// What it is: `transport`, `connection publish`, `consumer` with its queues, `server` with its
    /// target.
    pub name: String,
    /// Whether it is well.
    pub ok: bool,
    /// How it is, in a few words.
    pub state: String,
}

impl Probes {
    /// The probes of what `transport` does.
    #[must_use]
    pub fn of(transport: &Transport) -> Self {
        Self {
            transport: transport.clone(),
            servers: Vec::new(),
            #[cfg(feature = "health")]
            scrape: None,
        }
    }

    /// The same, not ready unless `server` takes messages. It is looked at and not kept: one whose last
    /// handle is dropped stops, and is not ready.
    #[must_use]
    pub fn server(mut self, server: &RpcServer) -> Self {
        self.servers.push(server.looked_at());
        self
    }

    /// Whether the process works, or mends itself. The broker is not looked at.
    #[must_use]
    pub fn live(&self) -> Report {
        Report::of(vec![transport(&self.transport.health())])
    }

    /// Whether the process does its work now.
    #[must_use]
    pub fn ready(&self) -> Report {
        let health = self.transport.health();
        let connections = health.connections.iter().map(|connection| Check {
            name: format!("connection {:?}", connection.purpose).to_lowercase(),
            ok: matches!(connection.state, ConnectionState::Idle | ConnectionState::Open),
            state: format!("{:?}", connection.state).to_lowercase(),
        });
        let consumers = health.consumers.iter().map(|consumer| Check {
            name: format!("consumer {}", consumer.queues.join(", ")),
            ok: consumer.state == ConsumerState::Open,
            state: format!("{:?}", consumer.state).to_lowercase(),
        });
        let servers = self.servers.iter().map(|server| {
            let (name, ok) = (format!("server {}", server.target()), server.takes_messages());
            Check { name, ok, state: if ok { "serving" } else { "not serving" }.to_owned() }
        });
        let all = [transport(&health)].into_iter().chain(connections).chain(consumers);
        Report::of(all.chain(servers).collect())
    }
}

fn transport(health: &Health) -> Check {
    let ok = health.is_live();
    let state = if ok { "open" } else { "closed" };
    Check { name: "transport".to_owned(), ok, state: state.to_owned() }
}

impl Report {
    fn of(checks: Vec<Check>) -> Self {
        Self { ok: checks.iter().all(|check| check.ok), checks }
    }
}
