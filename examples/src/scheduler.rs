//! The scheduler's API: what its servers and clients share, and what its contract is made of.

use messaging::{Context, RemoteError, rpc_api};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is to be placed.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct RequestSpec {
    /// In MB.
    pub memory_mb: u32,
}

/// Which hosts will not do; by default all will.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct FilterProperties {
    #[serde(default)]
    pub ignore_hosts: Vec<String>,
}

/// What a host can do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Capabilities {
    /// In MB.
    pub memory_mb: u32,
}

/// A host that fits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Host {
    pub host: String,
    /// In MB.
    pub memory_mb: u32,
}

/// What a scheduler cannot do.
#[derive(Clone, Debug, RemoteError)]
#[remote(module = "scheduler_exceptions", schema)] // as the Python side calls it
pub enum SchedulerError {
    NoValidHost { reason: String },
}

impl std::fmt::Display for SchedulerError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self::NoValidHost { reason } = self;
        write!(f, "no valid host was found: {reason}")
    }
}

/// Places instances on hosts.
#[rpc_api(topic = "scheduler", version = "2.6", schema)]
pub trait Scheduler {
    /// The hosts fit for a request, best first.
    #[rpc(timeout = "30s", idempotent)]
    async fn select_hosts(
        &self,
        ctx: &Context,
        request_spec: RequestSpec,
        #[rpc(since = "2.6")] filter_properties: FilterProperties,
    ) -> Result<Vec<Host>, SchedulerError>;

    /// Tells schedulers what a host can do. No reply, so it may be fanned out.
    #[rpc(since = "2.3", cast)]
    async fn update_capabilities(&self, ctx: &Context, host: String, capabilities: Capabilities);
}
