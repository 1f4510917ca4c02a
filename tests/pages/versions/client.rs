//! `src/bin/client.rs`, where it begins: of the first version.

use super::v1_0 as greeter;

use greeter::GreeterClient;
use messaging::{Proxy as _, Transport};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let transport = Transport::connect(&std::env::var("MESSAGING_URL")?).await?;
    let greeter = GreeterClient::new(&transport);
    println!("{}", greeter.greet("you".into()).await?);
    Ok(())
}
