//! A scheduler to look at, of the API in `examples/src/scheduler.rs`.

use messaging::contract::Contract;
use messaging::{Context, Proxy as _, RpcServer, Target, Transport};
use messaging_examples::scheduler::{
    Capabilities, FilterProperties, Host, RequestSpec, Scheduler, SchedulerClient,
    SchedulerEndpoint, SchedulerError,
};

/// It has one host, of 4096 MB.
struct One;

impl Scheduler for One {
    async fn select_hosts(
        &self,
        _: &Context,
        request_spec: RequestSpec,
        filter_properties: FilterProperties,
    ) -> Result<Vec<Host>, SchedulerError> {
        let host = Host { host: "host-1".to_owned(), memory_mb: 4096 };
        let fits = request_spec.memory_mb <= host.memory_mb;
        if !fits || filter_properties.ignore_hosts.contains(&host.host) {
            let reason = format!("{} MB are needed", request_spec.memory_mb);
            return Err(SchedulerError::NoValidHost { reason });
        }
        Ok(vec![host])
    }

    async fn update_capabilities(&self, _: &Context, _: String, _: Capabilities) {}
}

/// The scheduler's contract, with another topic.
pub(crate) fn contract(topic: &str) -> Contract {
    let mut contract = SchedulerClient::contract();
    topic.clone_into(&mut contract.topic);
    contract
}

/// A server of it.
pub(crate) async fn start(transport: &Transport, topic: &str, name: &str) -> RpcServer {
    RpcServer::builder(transport, Target::topic(topic).server(name))
        .endpoint(SchedulerEndpoint::new(One))
        .start()
        .await
        .expect("the server starts")
}
