//! A server of the fleet, which an operator stops and starts.

use std::time::Duration;

use messaging::{RpcServer, Target, Transport};

use crate::api::{Service, new, old};
use crate::python::{Server, rabbit_url};
use crate::tally::Start;

/// What a shutdown may take; it takes no longer than the work that is under way.
const BUDGET: Duration = Duration::from_secs(10);

/// The version of the API that a server runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Build {
    Old,
    New,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Python,
    Rust,
}

/// A server of the fleet, by a name that it keeps.
pub(crate) struct Member {
    name: &'static str,
    kind: Kind,
    topic: String,
    starts: u32,
    running: Option<Running>,
}

enum Running {
    Python(Server),
    Rust(Transport, RpcServer),
}

impl Member {
    pub(crate) fn new(topic: &str, name: &'static str, kind: Kind) -> Self {
        Self { name, kind, topic: topic.to_owned(), starts: 0, running: None }
    }

    /// Starts it, and ends when it listens.
    pub(crate) async fn start(&mut self, build: Build) {
        assert!(self.running.is_none(), "{} runs", self.name);
        self.starts += 1;
        self.running = Some(match self.kind {
            Kind::Python => Running::Python(self.python(build).await),
            Kind::Rust => self.rust(build).await,
        });
    }

    /// Stops it as an operator does, and ends when all that it had taken is answered.
    pub(crate) async fn stop(&mut self) {
        match self.running.take().expect("it runs") {
            Running::Python(server) => server.stop().await,
            Running::Rust(transport, server) => {
                let report = server.shutdown(BUDGET).await;
                assert!(report.is_clean(), "{}: {report:?}", self.name);
                transport.close(BUDGET).await;
            }
        }
    }

    /// Its latest start.
    pub(crate) fn latest(&self) -> Start {
        (self.name.to_owned(), self.starts)
    }

    pub(crate) fn is_running(&self) -> bool {
        self.running.is_some()
    }

    async fn python(&self, build: Build) -> Server {
        let version = match build {
            Build::Old => "2.5",
            Build::New => "2.6",
        };
        let start = self.starts.to_string();
        let mut arguments = vec!["--fleet".to_owned(), version.into(), "--start".into(), start];
        if let Ok(more) = std::env::var("FLEET_SET") {
            for it in more.split_whitespace() {
                arguments.push("--set".into());
                arguments.push(it.replace("NAME", self.name).replace("TOPIC", &self.topic));
            }
        }
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        Server::start_on(self.topic.clone(), self.name, &arguments).await
    }

    async fn rust(&self, build: Build) -> Running {
        let transport = Transport::connect(&rabbit_url()).await.expect("the broker");
        let service = Service { server: self.name.to_owned(), start: self.starts };
        let target = Target::topic(&self.topic).server(self.name);
        let server = RpcServer::builder(&transport, target);
        let server = match build {
            Build::Old => server.endpoint(old::FleetEndpoint::new(service)),
            Build::New => server.endpoint(new::FleetEndpoint::new(service)),
        };
        let server = server.start().await.expect("the Rust server starts");
        Running::Rust(transport, server)
    }
}
