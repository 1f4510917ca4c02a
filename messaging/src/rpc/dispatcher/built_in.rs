//! The API that every server has: what it tells of itself.

use std::sync::Arc;
use std::time::Instant;

use super::endpoint::{Answer, Endpoint, Handled};
use super::served::ServedApi;
use super::tally::Counter;
use super::{Invocation, Unpack, no_such_method};
use crate::introspection::{Description, Introspection, Library, Pong, Statistics};
use crate::runtime::Runtime;
use crate::{ApiDescriptor, Proxy as _};

/// What a server knows of itself.
#[derive(Debug)]
pub(crate) struct Itself {
    server: String,
    topic: String,
    /// When it was made.
    since: Instant,
    clock: Arc<dyn Runtime>,
    apis: Vec<Arc<ServedApi>>,
    pub(crate) malformed: Counter,
    pub(crate) unknown: Counter,
    pub(crate) busy: Counter,
    pub(crate) given_up: Counter,
}

impl Itself {
    pub(crate) fn new(
        server: String,
        topic: String,
        clock: Arc<dyn Runtime>,
        apis: Vec<Arc<ServedApi>>,
    ) -> Self {
        let since = clock.now();
        let [malformed, unknown, busy, given_up] = <[Counter; 4]>::default();
        Self { server, topic, since, clock, apis, malformed, unknown, busy, given_up }
    }

    fn pong(&self) -> Pong {
        Pong {
            server: self.server.clone(),
            topic: self.topic.clone(),
            library: Library::own(),
            uptime: self.uptime(),
            pid: std::process::id(),
        }
    }

    fn description(&self) -> Description {
        Description {
            server: self.server.clone(),
            topic: self.topic.clone(),
            library: Library::own(),
            apis: self.apis.iter().filter_map(|api| api.description()).collect(),
        }
    }

    pub(crate) fn statistics(&self) -> Statistics {
        Statistics {
            server: self.server.clone(),
            topic: self.topic.clone(),
            uptime: self.uptime(),
            malformed: self.malformed.get(),
            unknown: self.unknown.get(),
            busy: self.busy.get(),
            given_up: self.given_up.get(),
            apis: self.apis.iter().map(|api| api.statistics()).collect(),
        }
    }

    fn uptime(&self) -> f64 {
        self.clock.now().saturating_duration_since(self.since).as_secs_f64()
    }
}

/// Serves [`Introspection`].
pub(crate) struct BuiltIn(pub(crate) Arc<Itself>);

impl Endpoint for BuiltIn {
    fn api(&self) -> ApiDescriptor {
        Introspection::API
    }

    fn handle(&self, invocation: Invocation) -> Handled {
        let itself = Arc::clone(&self.0);
        Box::pin(async move {
            let method = invocation.method().to_owned();
            Unpack::new(invocation).finish()?;
            if method == Introspection::PING.name {
                Answer::new(&itself.pong())
            } else if method == Introspection::DESCRIBE.name {
                Answer::new(&itself.description())
            } else if method == Introspection::STATS.name {
                Answer::new(&itself.statistics())
            } else {
                Err(no_such_method(Introspection::API.namespace, &method))
            }
        })
    }
}
