//! A client of a literal version has no method that came later.

use messaging::{Context, Failure, Proxy as _, Transport, rpc_api, version};

#[rpc_api(topic = "scheduler", version = "2.6")]
pub trait Scheduler {
    async fn ping(&self, ctx: &Context) -> Result<String, Failure>;

    #[rpc(since = "2.3", cast)]
    async fn update_capabilities(&self, ctx: &Context, host: String);
}

async fn use_it(transport: &Transport) {
    let scheduler = SchedulerClient::new(transport);
    let old = scheduler.prepare().version(version!("2.2")).server("host-1").build().unwrap();
    drop(old.ping());
    drop(old.update_capabilities("host-1".to_owned()));
}

fn main() {}
