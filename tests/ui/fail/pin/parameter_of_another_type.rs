//! A parameter that a pinned client may leave out is of its own type, or left out.

use messaging::{Context, Failure, Proxy as _, Transport, rpc_api, version};

#[rpc_api(topic = "scheduler", version = "2.6")]
pub trait Scheduler {
    async fn hosts(
        &self,
        ctx: &Context,
        #[rpc(since = "2.6")] zone: String,
    ) -> Result<Vec<String>, Failure>;
}

async fn use_it(transport: &Transport) {
    let scheduler = SchedulerClient::new(transport);
    let new = scheduler.prepare().version(version!("2.6")).build().unwrap();
    drop(new.hosts("north".to_owned()));
    drop(new.hosts("north"));
}

fn main() {}
