//! Nobody knows of a method that is called by name whether it may run twice.
use messaging::{RetryPolicy, RpcClient};

fn again(client: &RpcClient) {
    let _ = client.call::<u8>("ask", ()).retry(RetryPolicy::new());
    let _ = client.cast("tell", ()).retry(RetryPolicy::new());
}

fn main() {}
