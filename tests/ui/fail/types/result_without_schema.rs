use messaging::{Context, Failure, rpc_api};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub struct Door;

#[rpc_api(topic = "api", version = "2.6", schema)]
pub trait Api {
    async fn ping(&self, ctx: &Context) -> Result<Door, Failure>;
}

fn main() {}
