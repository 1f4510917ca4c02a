//! A client of a literal version passes no parameter that came later.

use messaging::{Context, Failure, Proxy as _, Transport, omitted, rpc_api, version};
use serde::{Deserialize, Serialize};

#[derive(Default, Serialize, Deserialize)]
pub struct FilterProperties;

#[rpc_api(topic = "scheduler", version = "2.6")]
pub trait Scheduler {
    async fn select_hosts(
        &self,
        ctx: &Context,
        memory: u32,
        #[rpc(since = "2.6")] filter_properties: FilterProperties,
    ) -> Result<Vec<String>, Failure>;
}

async fn use_it(transport: &Transport) {
    let scheduler = SchedulerClient::new(transport);
    let old = scheduler.prepare().version(version!("2.3")).build().unwrap();
    drop(old.select_hosts(512, omitted()));
    drop(old.select_hosts(512, FilterProperties));
}

fn main() {}
