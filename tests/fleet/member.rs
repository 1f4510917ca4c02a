//! A server of the fleet, which its operator starts and stops.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use messaging::{RpcServer, Target, Transport};

use crate::api::{Service, new, old};
use crate::python::{Server, rabbit_url};
use crate::tally::Start;

/// What a shutdown may take; it ends with the work that is under way.
const BUDGET: Duration = Duration::from_secs(10);

/// The build of its program.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Build {
    /// With version 2.5 of the API.
    Old,
    /// With version 2.6.
    New,
}

/// What it is written in.
#[derive(Debug)]
pub(crate) enum Program {
    /// With settings of oslo.messaging.
    Python(Vec<String>),
    Rust,
}

/// A server of the fleet, by a name that it keeps.
#[derive(Debug)]
pub(crate) struct Member {
    topic: String,
    name: &'static str,
    program: Program,
    starts: u32,
    running: Option<Running>,
    /// How many calls it has run, up to when it last stopped.
    ran: u64,
}

#[derive(Debug)]
enum Running {
    Python(Server),
    Rust { transport: Transport, server: RpcServer, ran: Arc<AtomicU64> },
}

impl Member {
    pub(crate) fn new(topic: &str, name: &'static str, program: Program) -> Self {
        Self { topic: topic.to_owned(), name, program, starts: 0, running: None, ran: 0 }
    }

    /// Starts it; ends when it listens.
    pub(crate) async fn start(&mut self, build: Build) {
        assert!(self.running.is_none(), "{} is started once", self.name);
        self.starts += 1;
        self.running = Some(match &self.program {
            Program::Python(settings) => Running::Python(self.python(settings, build).await),
            Program::Rust => self.rust(build).await,
        });
    }

    /// Stops it as an operator does; ends when all that it had taken is answered.
    pub(crate) async fn stop(&mut self) {
        self.ran += match self.running.take().expect("it runs") {
            Running::Python(server) => {
                let told = server.stop().await;
                let ran = told.iter().find(|event| event["event"] == "ran");
                ran.and_then(|event| event["calls"].as_u64()).expect("it tells what it ran")
            }
            Running::Rust { transport, server, ran } => {
                let report = server.shutdown(BUDGET).await;
                assert!(report.is_clean(), "{}: {report:?}", self.name);
                transport.close(BUDGET).await;
                ran.load(Ordering::Relaxed)
            }
        };
    }

    /// Its latest start, if it runs.
    pub(crate) fn running(&self) -> Option<Start> {
        self.running.as_ref().map(|_| (self.name.to_owned(), self.starts))
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn ran(&self) -> u64 {
        self.ran
    }

    async fn python(&self, settings: &[String], build: Build) -> Server {
        let version = match build {
            Build::Old => "2.5",
            Build::New => "2.6",
        };
        let start = self.starts.to_string();
        let mut arguments = vec!["--fleet", version, "--start", &start];
        arguments.extend(settings.iter().flat_map(|setting| ["--set", setting]));
        Server::start_on(self.topic.clone(), self.name, &arguments).await
    }

    async fn rust(&self, build: Build) -> Running {
        let transport = Transport::connect(&rabbit_url()).await.expect("the broker is there");
        let ran = Arc::default();
        let service = Service::new(self.name, self.starts, &ran);
        let server = RpcServer::builder(&transport, Target::topic(&self.topic).server(self.name));
        let server = match build {
            Build::Old => server.endpoint(old::FleetEndpoint::new(service)),
            Build::New => server.endpoint(new::FleetEndpoint::new(service)),
        };
        let server = server.start().await.expect("the Rust server starts");
        Running::Rust { transport, server, ran }
    }
}
