//! Two APIs in one module, served by one type; one trait is private, one restricted. And two whose
//! names differ in case alone.

use messaging::{Context, Failure, Proxy as _, rpc_api};

#[rpc_api(topic = "two", version = "1.0")]
trait First {
    async fn ping(&self, ctx: &Context) -> Result<u32, Failure>;
}

#[rpc_api(topic = "two", version = "1.0", namespace = "second")]
pub(crate) trait Second {
    async fn ping(&self, ctx: &Context) -> Result<u32, Failure>;
}

struct Both;

impl First for Both {
    async fn ping(&self, _: &Context) -> Result<u32, Failure> {
        Ok(1)
    }
}

impl Second for Both {
    async fn ping(&self, _: &Context) -> Result<u32, Failure> {
        Ok(2)
    }
}

#[rpc_api(topic = "two", version = "1.0")]
trait GATE {
    async fn ping(&self, ctx: &Context) -> Result<u32, Failure>;
}

#[rpc_api(topic = "two", version = "1.0")]
trait Gate {
    async fn ping(&self, ctx: &Context) -> Result<u32, Failure>;
}

fn main() {
    assert_ne!(GATEClient::API.name, GateClient::API.name);
    let both = std::sync::Arc::new(Both);
    let endpoints: [Box<dyn messaging::Endpoint>; 2] =
        [Box::new(FirstEndpoint::from_arc(both.clone())), Box::new(SecondEndpoint::from_arc(both))];
    assert_eq!(endpoints.map(|endpoint| endpoint.api().namespace), [None, Some("second")]);
}
