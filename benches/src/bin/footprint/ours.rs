//! Transports and servers of ours.

use std::time::Duration;

use messaging::{Proxy as _, RpcServer, Target, Transport};
use messaging_benches::{BenchClient, BenchEndpoint, Echo, Place, Watched, payload, ready};

use crate::measure::Before;

pub(crate) async fn connect(place: &Place) -> Transport {
    Transport::connect(&place.url).await.expect("a transport")
}

pub(crate) fn client(transport: &Transport, topic: &str) -> BenchClient {
    BenchClient::new(transport).prepare().topic(topic).build().expect("a client")
}

pub(crate) async fn close(transport: &Transport) {
    transport.close(Duration::from_secs(5)).await;
}

async fn serve(transport: &Transport, topic: &str) -> RpcServer {
    let server = RpcServer::builder(transport, Target::topic(topic).server("one"));
    server.endpoint(BenchEndpoint::new(Echo)).start().await.expect("a server")
}

/// Servers that nobody calls.
pub(crate) async fn servers(place: &Place, watch: &[Watched], count: u32) {
    let mut servers = Vec::new();
    let mut before = None;
    // What the first of them makes for all is not theirs.
    for number in 0..=count {
        let transport = connect(place).await;
        let server = serve(&transport, &format!("{}-{number}", place.topic)).await;
        servers.push((transport, server));
        before.get_or_insert_with(|| Before::now(watch));
    }
    before.inspect(|before| before.print(count));
    for (transport, server) in servers {
        server.stop();
        server.wait().await;
        close(&transport).await;
    }
}

/// A server and its client on one transport.
pub(crate) async fn both(place: &Place, callers: u32) {
    let transport = connect(place).await;
    let _server = serve(&transport, &place.topic).await;
    let client = client(&transport, &place.topic);
    for _ in 0..callers {
        let client = client.clone();
        tokio::spawn(async move {
            loop {
                client.echo(payload(64)).await.expect("an answer");
            }
        });
    }
    ready().await;
}
