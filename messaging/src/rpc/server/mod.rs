//! The serving side: a server takes messages, its executor runs them, its dispatcher finds the
//! endpoint.

mod answer;
mod begun;
#[cfg(feature = "bench")]
pub(crate) mod bench;
mod builder;
mod busy;
mod caller;
mod claim;
mod duplicates;
mod epoch;
mod executor;
mod intake;
mod looked;
mod missing;
mod monitor;
#[cfg(feature = "opentelemetry")]
mod observed;
mod panics;
mod patrol;
mod remembered;
mod return_address;
mod running;
mod shutdown;
mod starting;
mod taken;
mod turn;
mod worker;

use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{BoxFuture, Either, select};
use tokio::sync::watch;

pub(crate) use answer::notes_of;
pub use builder::RpcServerBuilder;
pub(crate) use executor::may_block;
pub use executor::{Execute, Executor, Job};
pub(crate) use looked::Looked;
pub(crate) use panics::{catch_panic, catch_panic_in};
pub use shutdown::{CutOff, ShutdownReport};
pub(crate) use worker::{BUSY, CANCELLED, MODULE, SHUTTING_DOWN, not_a_request, shutting_down};

use crate::context::Deadline;
use crate::introspection::Statistics;
use crate::rpc::dispatcher::{Dispatcher, Itself};
use crate::{Error, ErrorKind, Stage, Target, Transport, runtime};
use epoch::{Epoch, Phase};
use missing::MissingQueues;
use remembered::Remembered;
use starting::Starting;

/// After how long waiting for a stopped server is logged, as by the peer.
const LONG: Duration = Duration::from_secs(30);

/// A server of one topic.
///
/// It listens on the topic, which it shares with the other servers of the topic, on the topic with
/// its own name, and on the topic's fanout. It takes a message only when it is free to run it, so
/// that what waits goes to a server that is.
///
/// Its life has three verbs. Each may be used any number of times and from several tasks at once:
///
/// - [`start`](Self::start) begins to take messages;
/// - [`stop`](Self::stop) takes no more, and returns at once;
/// - [`wait`](Self::wait) ends when what was taken has run and is answered.
///
/// [`shutdown`](Self::shutdown) is the last two under one budget. A server may be started again
/// afterwards. Handles are cheap to clone; when the last is dropped, the server stops.
#[derive(Clone)]
pub struct RpcServer {
    handle: Arc<Handle>,
}

/// Stops the server with the last of its handles.
struct Handle(Arc<Inner>);

pub(super) struct Inner {
    transport: Transport,
    target: Target,
    /// The target's server, which the builder has made sure of.
    name: String,
    dispatcher: Dispatcher,
    itself: Arc<Itself>,
    executor: Executor,
    /// How many may wait for a worker here before others are answered that all are busy; none
    /// leaves what no worker is free for to its queue.
    waiting: Option<usize>,
    /// After how many attempts a message is rejected; none is without limit.
    max_attempts: Option<u32>,
    phase: watch::Sender<Phase>,
    missing_queues: MissingQueues,
    remembered: Remembered,
}

impl RpcServer {
    /// Begins a server of `target`, which needs a topic and a server:
    /// `Target::topic("scheduler").server("host-1")`.
    pub fn builder(transport: &Transport, target: Target) -> RpcServerBuilder {
        RpcServerBuilder::new(transport, target)
    }

    /// Begins to take messages; ends when the broker has set everything up.
    ///
    /// On a server that runs it does nothing; on one that is just being started or stopped it
    /// waits for that first.
    ///
    /// # Errors
    ///
    /// What the broker refuses, or that it does not answer within the transport's response
    /// timeout; [`Timeout`](ErrorKind::Timeout) if what the server had taken before does not end
    /// within that time.
    pub async fn start(&self) -> Result<(), Error> {
        self.boxed_start().await
    }

    /// Boxed here, where what a server does is compiled once: a future is compiled where it is
    /// polled, so that each program would compile all of it anew.
    fn boxed_start(&self) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(self.started())
    }

    async fn started(&self) -> Result<(), Error> {
        let server = &self.handle.0;
        let clock = server.transport.runtime();
        let deadline = Deadline::after(clock, server.transport.response_timeout());
        let mut phases = server.phase.subscribe();
        loop {
            if let Some(starting) = Starting::take(server) {
                return starting.open().await;
            }
            if matches!(&*phases.borrow_and_update(), Phase::Running(epoch) if !epoch.is_stopping())
            {
                tracing::debug!(target = %server.target, "the server runs already");
                return Ok(());
            }
            if runtime::timeout(&**clock, deadline.remaining(), phases.changed()).await.is_none() {
                return Err(Error::new(
                    ErrorKind::Timeout,
                    format!(
                        "the server of {} was not started: it still finishes what it had taken \
                         before it was stopped; shut it down with a budget",
                        server.target
                    ),
                )
                .with_stage(Stage::Stopping));
            }
        }
    }

    /// Takes no more messages. What the broker had sent and nobody had taken goes back to its
    /// queue; what runs goes on, which [`wait`](Self::wait) waits for.
    pub fn stop(&self) {
        self.handle.0.stop();
    }

    /// Ends when the server has stopped and everything that it had taken has run and is answered.
    /// Without a [`stop`](Self::stop) it waits for that.
    ///
    /// It returns at once on a server that does not run. It is bounded by the handlers, and by how
    /// long their callers wait while the broker is away; use [`shutdown`](Self::shutdown) for a
    /// bound of your own. What still runs half a minute after
    /// the server was stopped is logged, once for each wait.
    pub async fn wait(&self) {
        self.boxed_wait().await;
    }

    fn boxed_wait(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.waited())
    }

    async fn waited(&self) {
        let Some(epoch) = self.epoch() else { return };
        let ended = pin!(self.ended(&epoch));
        let long = async {
            epoch.stopped().await;
            self.handle.0.transport.runtime().sleep(LONG).await;
        };
        if let Either::Right(((), ended)) = select(ended, pin!(long)).await {
            let (target, running) = (&self.handle.0.target, epoch.running());
            tracing::warn!(%target, ?running, "a server that was stopped still runs methods");
            ended.await;
        }
    }

    /// What the server has done since it was made, method by method; what
    /// [`Introspection::stats`](crate::introspection::Introspection::stats) answers. It is counted
    /// whether or not callers may ask for it.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        self.handle.0.itself.statistics()
    }

    /// What it serves, and by which name.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.handle.0.target
    }

    /// Whether it takes messages: it was started, and not stopped since.
    #[must_use]
    pub fn takes_messages(&self) -> bool {
        let phase = self.handle.0.phase.borrow();
        matches!(&*phase, Phase::Running(epoch) if !epoch.is_stopping())
    }

    fn epoch(&self) -> Option<Arc<Epoch>> {
        self.handle.0.phase.borrow().epoch().cloned()
    }

    async fn ended(&self, epoch: &Arc<Epoch>) {
        let mut phases = self.handle.0.phase.subscribe();
        let is_over = |phase: &Phase| !phase.epoch().is_some_and(|now| Arc::ptr_eq(now, epoch));
        // The sender lives in this server, which is held here.
        let _ = phases.wait_for(is_over).await;
    }
}

impl Inner {
    fn stop(&self) {
        if let Some(epoch) = self.phase.borrow().epoch() {
            epoch.stop();
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.stop();
    }
}

impl fmt::Debug for RpcServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let server = &self.handle.0;
        f.debug_struct("RpcServer")
            .field("target", &server.target)
            .field("endpoints", &server.dispatcher)
            .field("executor", &server.executor)
            .field("phase", &*server.phase.borrow())
            .finish_non_exhaustive()
    }
}
