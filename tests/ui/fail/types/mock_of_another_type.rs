use messaging::testing::Mock;
use messaging::{Context, Failure, rpc_api};

#[rpc_api(topic = "api", version = "1.0")]
pub trait Api {
    async fn method(&self, ctx: &Context, text: String) -> Result<u32, Failure>;
}

fn main() {
    let mock = Mock::<ApiClient>::new();
    mock.on(ApiClient::METHOD).answers(|text| Ok(text));
}
