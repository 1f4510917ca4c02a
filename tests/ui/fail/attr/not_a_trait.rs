use messaging::rpc_api;

#[rpc_api(topic = "api", version = "1.0")]
pub struct Api;

fn main() {
    let _ = Api;
}
