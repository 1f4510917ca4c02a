//! A server in the making.

use std::fmt;
use std::sync::Arc;

use tokio::sync::watch;

use super::answer::MissingQueues;
use super::epoch::Phase;
use super::{Executor, Handle, Inner, RpcServer};
use crate::rpc::dispatcher::{Dispatcher, Endpoint};
use crate::{Error, ErrorKind, Target, Transport};

/// A server in the making.
#[must_use = "call `start()` to start the server"]
pub struct RpcServerBuilder {
    transport: Transport,
    target: Target,
    endpoints: Vec<Arc<dyn Endpoint>>,
    executor: Executor,
}

impl RpcServerBuilder {
    pub(super) fn new(transport: &Transport, target: Target) -> Self {
        Self {
            transport: transport.clone(),
            target,
            endpoints: Vec::new(),
            executor: Executor::default(),
        }
    }

    /// Serves one more API. Endpoints are asked in the order in which they are added: the first
    /// with the namespace, a compatible version and the method serves a request.
    pub fn endpoint(mut self, endpoint: impl Endpoint) -> Self {
        self.endpoints.push(Arc::new(endpoint));
        self
    }

    /// How handlers are run, and how many at once. The default is [`Executor::tasks`] with 64.
    pub fn executor(mut self, executor: Executor) -> Self {
        self.executor = executor;
        self
    }

    /// The server, which does not run yet.
    ///
    /// # Errors
    ///
    /// [`Target`](ErrorKind::Target) if the target has no topic or no server, or there is no
    /// endpoint.
    pub fn build(self) -> Result<RpcServer, Error> {
        let wrong = |why: &str| {
            Err(Error::new(ErrorKind::Target, format!("no server of {}: {why}", self.target)))
        };
        if self.target.topic.is_empty() {
            return wrong("its topic is empty; clients send to a topic");
        }
        let Some(name) = self.target.server.clone().filter(|server| !server.is_empty()) else {
            return wrong(
                "its target names no server; add `.server(\"host-1\")`, a name that no other \
                 server of the topic has",
            );
        };
        if self.endpoints.is_empty() {
            return wrong("it has no endpoint; add one with `.endpoint(..)`");
        }
        Ok(RpcServer {
            handle: Arc::new(Handle(Arc::new(Inner {
                transport: self.transport,
                target: self.target,
                name,
                dispatcher: Dispatcher::new(self.endpoints),
                executor: self.executor,
                phase: watch::Sender::new(Phase::Idle),
                missing_queues: MissingQueues::default(),
            }))),
        })
    }

    /// Builds the server and starts it.
    ///
    /// # Errors
    ///
    /// As [`build`](Self::build) and [`RpcServer::start`].
    pub async fn start(self) -> Result<RpcServer, Error> {
        let server = self.build()?;
        server.start().await?;
        Ok(server)
    }
}

impl fmt::Debug for RpcServerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RpcServerBuilder")
            .field("target", &self.target)
            .field("executor", &self.executor)
            .finish_non_exhaustive()
    }
}
