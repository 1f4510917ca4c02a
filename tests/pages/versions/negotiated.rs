//! A client that meets old servers.

use greeter::GreeterClient;
use messaging::{Proxy as _, Transport};

async fn negotiated(transport: Transport) -> Result<(), Box<dyn std::error::Error>> {
    let greeter = GreeterClient::new(&transport).negotiate().await?;
    println!("{} servers speak {}", greeter.servers.len(), greeter.version);
    for politely in [false, true] {
        match greeter.greet("you".into(), politely).await {
            Ok(greeting) => println!("politely: {politely}: {greeting}"),
            Err(error) => println!("politely: {politely}: {error}"),
        }
    }
    Ok(())
}
