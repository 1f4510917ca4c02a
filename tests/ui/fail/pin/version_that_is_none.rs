//! What is to be a version is one, and no text.

use messaging::{Context, Failure, Proxy as _, Transport, rpc_api, version};

#[rpc_api(topic = "scheduler", version = "2.6")]
pub trait Scheduler {
    async fn ping(&self, ctx: &Context) -> Result<String, Failure>;
}

async fn use_it(transport: &Transport) {
    let scheduler = SchedulerClient::new(transport);
    drop(scheduler.prepare().version("2.3"));
    drop(scheduler.prepare().version(version!("2.x")));
    drop(scheduler.prepare().version(Some(version!("2.3"))));
}

fn main() {}
