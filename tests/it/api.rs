//! The API that the tests call: the scheduler of the design note, and what it needs.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use messaging::{Context, Proxy as _, RemoteError, rpc_api};
use serde::{Deserialize, Serialize};
use tokio::sync::{Semaphore, mpsc};

use crate::bus::Bus;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Spec {
    pub(crate) ram: u32,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Filter {
    pub(crate) zone: Option<String>,
}

#[derive(Clone, Debug, PartialEq, RemoteError)]
pub(crate) enum SchedulerError {
    NoValidHost { ram: u32 },
    Maintenance,
}

impl std::fmt::Display for SchedulerError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoValidHost { ram } => write!(f, "no host has {ram} MiB"),
            Self::Maintenance => f.write_str("under maintenance"),
        }
    }
}

/// The scheduler.
#[rpc_api(topic = "scheduler", version = "2.6")]
pub(crate) trait Scheduler {
    /// The hosts fit for a request.
    async fn select_hosts(
        &self,
        ctx: &Context,
        spec: Spec,
        #[rpc(since = "2.6")] filter: Filter,
    ) -> Result<Vec<String>, SchedulerError>;

    /// A cast.
    #[rpc(since = "2.3", cast)]
    async fn update(&self, ctx: &Context, host: String);

    /// Who answers.
    async fn whoami(&self, ctx: &Context) -> Result<String, SchedulerError>;

    /// Waits to be released.
    async fn hold(&self, ctx: &Context) -> Result<String, SchedulerError>;

    /// The same, and may run twice.
    #[rpc(idempotent)]
    async fn hold_again(&self, ctx: &Context) -> Result<String, SchedulerError>;

    /// Who answers, and may run twice.
    #[rpc(idempotent)]
    async fn again(&self, ctx: &Context) -> Result<String, SchedulerError>;

    /// A cast that may run twice.
    #[rpc(since = "2.3", cast, idempotent)]
    async fn update_again(&self, ctx: &Context, host: String);

    /// Panics.
    async fn panic(&self, ctx: &Context) -> Result<(), SchedulerError>;

    /// What the context says.
    async fn seen(&self, ctx: &Context) -> Result<serde_json::Value, SchedulerError>;

    /// Blocks its thread, and says its name.
    fn block(&self, ctx: &Context, millis: u64) -> Result<Option<String>, SchedulerError>;

    /// What is given back is what came.
    async fn echo(
        &self,
        ctx: &Context,
        value: serde_json::Value,
    ) -> Result<serde_json::Value, SchedulerError>;

    /// Newer than most tests pin.
    #[rpc(since = "2.5", timeout = "150ms")]
    async fn newest(&self, ctx: &Context) -> Result<(), SchedulerError>;
}

/// Lets one held handler go for each time that it is told to, in whatever order the two come.
pub(crate) struct Release(Semaphore);

impl Default for Release {
    fn default() -> Self {
        Self(Semaphore::new(0))
    }
}

impl Release {
    pub(crate) fn one(&self) {
        self.0.add_permits(1);
    }

    async fn wait(&self) {
        self.0.acquire().await.expect("it is never closed").forget();
    }
}

/// An implementation that tells what happens to it.
#[derive(Clone)]
pub(crate) struct Manager {
    pub(crate) name: String,
    pub(crate) events: mpsc::UnboundedSender<String>,
    pub(crate) release: Arc<Release>,
    pub(crate) running: Arc<AtomicUsize>,
    pub(crate) most: Arc<AtomicUsize>,
}

impl Manager {
    pub(crate) fn new(name: &str) -> (Self, mpsc::UnboundedReceiver<String>) {
        let (events, seen) = mpsc::unbounded_channel();
        let manager = Self {
            name: name.to_owned(),
            events,
            release: Arc::default(),
            running: Arc::default(),
            most: Arc::default(),
        };
        (manager, seen)
    }

    async fn held(&self) -> Result<String, SchedulerError> {
        let running = self.running.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(running, Ordering::SeqCst);
        let _ = self.events.send(format!("holds on {}", self.name));
        self.release.wait().await;
        self.running.fetch_sub(1, Ordering::SeqCst);
        Ok(self.name.clone())
    }
}

impl Scheduler for Manager {
    async fn select_hosts(
        &self,
        _: &Context,
        spec: Spec,
        filter: Filter,
    ) -> Result<Vec<String>, SchedulerError> {
        match spec.ram {
            0 => Err(SchedulerError::Maintenance),
            ram if ram > 4096 => Err(SchedulerError::NoValidHost { ram }),
            _ => Ok(vec![filter.zone.unwrap_or_else(|| self.name.clone())]),
        }
    }

    async fn update(&self, _: &Context, host: String) {
        let _ = self.events.send(format!("{host} on {}", self.name));
    }

    async fn whoami(&self, _: &Context) -> Result<String, SchedulerError> {
        Ok(self.name.clone())
    }

    async fn hold(&self, _: &Context) -> Result<String, SchedulerError> {
        self.held().await
    }

    async fn hold_again(&self, _: &Context) -> Result<String, SchedulerError> {
        self.held().await
    }

    async fn again(&self, _: &Context) -> Result<String, SchedulerError> {
        Ok(self.name.clone())
    }

    async fn update_again(&self, ctx: &Context, host: String) {
        self.update(ctx, host).await;
    }

    async fn panic(&self, _: &Context) -> Result<(), SchedulerError> {
        panic!("on purpose");
    }

    async fn seen(&self, ctx: &Context) -> Result<serde_json::Value, SchedulerError> {
        Ok(serde_json::json!({
            "values": ctx.values(),
            "client_timeout": ctx.client_timeout().map(|monitored| monitored.as_secs()),
            "remaining": ctx.remaining().map(|left| left.as_millis() as u64),
        }))
    }

    fn block(&self, _: &Context, millis: u64) -> Result<Option<String>, SchedulerError> {
        std::thread::sleep(Duration::from_millis(millis));
        Ok(std::thread::current().name().map(str::to_owned))
    }

    async fn echo(
        &self,
        _: &Context,
        value: serde_json::Value,
    ) -> Result<serde_json::Value, SchedulerError> {
        Ok(value)
    }

    async fn newest(&self, _: &Context) -> Result<(), SchedulerError> {
        std::future::pending().await
    }
}

/// The client of a test's own topic.
pub(crate) fn client(bus: &Bus) -> SchedulerClient {
    SchedulerClient::new(&bus.transport).prepare().topic(&bus.topic).build().expect("a client")
}

/// A server of the test's topic.
pub(crate) async fn serve(
    bus: &Bus,
    name: &str,
) -> (messaging::RpcServer, mpsc::UnboundedReceiver<String>, Manager) {
    let (manager, events) = Manager::new(name);
    let server = bus.serve(name, SchedulerEndpoint::new(manager.clone())).await;
    (server, events, manager)
}
