//! What came with a version is not in another major.

use messaging::{Context, Failure, Proxy as _, Transport, rpc_api, version};

#[rpc_api(topic = "scheduler", version = "2.6")]
pub trait Scheduler {
    #[rpc(since = "2.3")]
    async fn ping(&self, ctx: &Context) -> Result<String, Failure>;
}

async fn use_it(transport: &Transport) {
    let scheduler = SchedulerClientAt::<version!("3.9")>::new(transport);
    drop(scheduler.ping());
}

fn main() {}
