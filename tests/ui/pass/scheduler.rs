//! The trait of the documentation, implemented and named in full.

use messaging::{Context, Failure, Proxy as _, Transport, Version, rpc_api};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RequestSpec {
    vcpus: u32,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct FilterProperties {
    ignore_hosts: Vec<String>,
}

/// Places instances on hosts.
#[rpc_api(topic = "scheduler", version = "2.6")]
pub trait Scheduler {
    /// The hosts fit for a request, best first.
    #[rpc(since = "2.0", timeout = "30s", idempotent)]
    async fn select_hosts(
        &self,
        ctx: &Context,
        request_spec: RequestSpec,
        #[rpc(since = "2.6")] filter_properties: FilterProperties,
    ) -> Result<Vec<String>, Failure>;

    /// Tells schedulers what a host can do.
    #[rpc(since = "2.3", cast)]
    async fn update_capabilities(&self, ctx: &Context, host: String, vcpus: u32);

    /// Runs on a thread where blocking is allowed.
    fn digest(&self, ctx: &Context, data: String) -> Result<String, Failure>;
}

struct Manager;

impl Scheduler for Manager {
    async fn select_hosts(
        &self,
        _ctx: &Context,
        request_spec: RequestSpec,
        filter_properties: FilterProperties,
    ) -> Result<Vec<String>, Failure> {
        let fit = request_spec.vcpus < 8 && filter_properties.ignore_hosts.is_empty();
        Ok(fit.then(|| "host-1".to_owned()).into_iter().collect())
    }

    async fn update_capabilities(&self, _ctx: &Context, _host: String, _vcpus: u32) {}

    fn digest(&self, _ctx: &Context, data: String) -> Result<String, Failure> {
        Ok(data.len().to_string())
    }
}

async fn call(transport: &Transport) {
    let scheduler = SchedulerClient::new(transport);
    let spec = RequestSpec { vcpus: 2 };
    let _: Vec<String> = scheduler.select_hosts(spec, FilterProperties::default()).await.unwrap();
    scheduler.update_capabilities("host-1".to_owned(), 8).await.unwrap();
    let _: String = scheduler.digest("data".to_owned()).await.unwrap();
}

fn main() {
    let _ = call;
    let _ = SchedulerEndpoint::new(Manager).clone();
    let api = SchedulerClient::API;
    assert_eq!((api.name, api.topic, api.namespace), ("Scheduler", "scheduler", None));
    assert_eq!(api.docs, "Places instances on hosts.");
    assert_eq!(api.methods.len(), 3);
    let select_hosts = SchedulerClient::SELECT_HOSTS;
    assert_eq!(select_hosts.since, Version::new(2, 0));
    assert_eq!(select_hosts.timeout, Some(std::time::Duration::from_secs(30)));
    assert!(select_hosts.idempotent && !select_hosts.cast);
    assert_eq!(select_hosts.params[0].since, Version::new(2, 0));
    assert!(!select_hosts.params[0].optional && select_hosts.params[1].optional);
    assert!(SchedulerClient::UPDATE_CAPABILITIES.cast);
    assert_eq!(SchedulerClient::DIGEST.since, Version::new(2, 0));
}
