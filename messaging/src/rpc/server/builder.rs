//! A server in the making.

use std::fmt;
use std::sync::Arc;

use tokio::sync::watch;

use super::epoch::Phase;
use super::missing::MissingQueues;
use super::remembered::Remembered;
use super::{Executor, Handle, Inner, RpcServer};
use crate::rpc::dispatcher::{AccessPolicy, BuiltIn, Dispatcher, Endpoint, Itself, Ping, Served};
use crate::{Error, ErrorKind, Target, Transport, target};

/// A server in the making.
#[must_use = "call `start()` to start the server"]
pub struct RpcServerBuilder {
    transport: Transport,
    target: Target,
    endpoints: Vec<Served>,
    access_policy: AccessPolicy,
    introspection: bool,
    /// None is as many tasks as the transport is configured with.
    executor: Option<Executor>,
    waiting: Option<usize>,
    max_attempts: Option<u32>,
}

impl RpcServerBuilder {
    pub(super) fn new(transport: &Transport, target: Target) -> Self {
        Self {
            transport: transport.clone(),
            target,
            endpoints: Vec::new(),
            access_policy: AccessPolicy::default(),
            introspection: true,
            executor: None,
            waiting: None,
            max_attempts: None,
        }
    }

    /// Serves one more API. Endpoints are asked in the order in which they are added: the first
    /// with the namespace, a compatible version and the method serves a request.
    pub fn endpoint(self, endpoint: impl Endpoint) -> Self {
        self.endpoint_also_in(endpoint, [])
    }

    /// Serves one more API, also in namespaces that it had before, while there are clients that
    /// use them; none is the null namespace.
    pub fn endpoint_also_in<'a>(
        mut self,
        endpoint: impl Endpoint,
        legacy_namespaces: impl IntoIterator<Item = Option<&'a str>>,
    ) -> Self {
        let legacy = legacy_namespaces.into_iter().map(|legacy| legacy.map(str::to_owned));
        self.endpoints.push(Served::new(endpoint, legacy));
        self
    }

    /// Which methods may be called. The default is [`AccessPolicy::default`]: all whose name does
    /// not begin with an underscore.
    pub fn access_policy(mut self, policy: AccessPolicy) -> Self {
        self.access_policy = policy;
        self
    }

    /// Whether the server answers who it is, what it serves and what it has done, in the namespace
    /// `messaging.server` that [`Introspection`](crate::introspection::Introspection) asks. The
    /// default is true. The access policy holds for its methods as for all others.
    pub fn introspection(mut self, enabled: bool) -> Self {
        self.introspection = enabled;
        self
    }

    /// How handlers are run, and how many at once. The default is [`Executor::tasks`] with the
    /// transport's [`executor_pool_size`](crate::Config::executor_pool_size), which is 64.
    pub fn executor(mut self, executor: Executor) -> Self {
        self.executor = Some(executor);
        self
    }

    /// While all workers are busy and `waiting` messages wait here for one, answers further calls
    /// by [`Busy`](ErrorKind::Busy) at once. Without it, which is the default, what no worker is
    /// free for stays in its queue, from which whoever is free first takes it, until its caller
    /// gives up.
    ///
    /// What is refused counts as `busy` in the server's
    /// [statistics](crate::introspection::Statistics). A cast, which nobody could be told of, is
    /// never refused: it waits, and what the broker has sent and not yet heard of is bounded by
    /// the workers, `waiting` and 64 more.
    pub fn refuse_beyond(mut self, waiting: usize) -> Self {
        self.waiting = Some(waiting);
        self
    }

    /// After how many attempts that did not come to their end a message is given up: rejected, so
    /// that the broker hands it to the dead-letter exchange of its queue, where a policy names one,
    /// and else drops it. Its caller is told by a failure `TooManyAttempts`. The default is no
    /// limit.
    ///
    /// It ends what kills its server each time that it is run, which only an `idempotent` method
    /// can do: any other runs once. What is counted is how often the broker has given the message
    /// out, so it takes quorum queues ([`Config::quorum`](crate::Config::quorum)) to count beyond 2,
    /// and what a server that stopped had been sent and gave back counts as well. Quorum queues also have a
    /// limit of the broker's own, `rabbit_quorum_delivery_limit`, of which nobody is told.
    ///
    /// Handlers find the number in [`Context::attempt`](crate::Context::attempt).
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = Some(attempts.max(1));
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
        let misnamed = |why: &str| wrong(&format!("{why}; {}", ErrorKind::Target.next_step()));
        if let Err(why) = target::check_topic(&self.target.topic) {
            return misnamed(why);
        }
        let Some(name) = self.target.server.clone() else {
            return wrong(
                "its target names no server; add `.server(\"host-1\")`, a name that no other \
                 server of the topic has",
            );
        };
        let checked = target::check_server(&self.target.topic, &name);
        let exchange = self.target.exchange.as_deref().map_or(Ok(()), target::check_exchange);
        if let Err(why) = checked.and(exchange) {
            return misnamed(why);
        }
        if self.endpoints.is_empty() {
            return wrong("it has no endpoint; add one with `.endpoint(..)`");
        }
        let executor =
            self.executor.unwrap_or_else(|| Executor::tasks(self.transport.executor_pool_size()));
        let mut endpoints = self.endpoints;
        if self.transport.rpc_ping_enabled() {
            endpoints.push(Served::built_in(Ping));
        }
        let itself = Arc::new(Itself::new(
            name.clone(),
            self.target.topic.clone(),
            Arc::clone(self.transport.runtime()),
            endpoints.iter().map(|served| Arc::clone(&served.api)).collect(),
        ));
        if self.introspection {
            endpoints.push(Served::built_in(BuiltIn(Arc::clone(&itself))));
        }
        let server = Arc::new(Inner {
            transport: self.transport,
            target: self.target,
            name,
            dispatcher: Dispatcher::new(endpoints, self.access_policy),
            itself,
            executor,
            waiting: self.waiting,
            max_attempts: self.max_attempts,
            phase: watch::Sender::new(Phase::Idle),
            missing_queues: MissingQueues::default(),
            remembered: Remembered::default(),
        });
        #[cfg(feature = "opentelemetry")]
        crate::telemetry::observe(Arc::downgrade(&server) as _);
        Ok(RpcServer { handle: Arc::new(Handle(server)) })
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
