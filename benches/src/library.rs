//! The program that is the library, over any transport.

use std::sync::Arc;
use std::time::Duration;

use messaging::{Proxy as _, RpcServer, Target, Transport};

use crate::{BenchClient, BenchEndpoint, Echo, Place, Role, payload, ready};

/// Serves the topic of `place` over `transport`, or calls what is served there.
///
/// # Panics
///
/// If it can do neither.
pub async fn run(transport: Transport, place: Place, role: Role) {
    let Place { topic, idempotent, .. } = place;
    match role {
        Role::Server => {
            let target = Target::topic(topic).server("one");
            let server = RpcServer::builder(&transport, target).endpoint(BenchEndpoint::new(Echo));
            let _server = server.start().await.expect("a server");
            ready().await;
        }
        Role::Client(load) => {
            let (client, data) = (client(&transport, topic), payload(load.size));
            load.run(|| {
                let (client, data) = (Arc::clone(&client), data.clone());
                move || {
                    let (client, data) = (Arc::clone(&client), data.clone());
                    async move {
                        match idempotent {
                            true => client.echo_again(data).await.is_ok(),
                            false => client.echo(data).await.is_ok(),
                        }
                    }
                }
            })
            .await
            .print();
        }
        Role::Cast(load) => {
            let (client, data) = (client(&transport, topic), payload(load.size));
            load.run(|| {
                let (client, data) = (Arc::clone(&client), data.clone());
                move || {
                    let cast = client.note(data.clone());
                    async move { cast.await.is_ok() }
                }
            })
            .await
            .print();
        }
    }
    transport.close(Duration::from_secs(5)).await;
}

fn client(transport: &Transport, topic: String) -> Arc<BenchClient> {
    let client = BenchClient::new(transport).prepare().topic(topic).build();
    Arc::new(client.expect("a client"))
}
