//! A transport and a server of a test's own.

use messaging::{RpcServer, Target, Transport};

use crate::echo::{EchoClient, EchoEndpoint, Echoing};

/// A server, and a client of it, on one transport.
pub(crate) async fn serve(transport: &Transport, topic: &str) -> (RpcServer, EchoClient) {
    use messaging::Proxy as _;
    let server = RpcServer::builder(transport, Target::topic(topic).server("one"));
    let server = server.endpoint(EchoEndpoint::new(Echoing)).start().await.expect("it starts");
    let client = EchoClient::new(transport).prepare().topic(topic).build().expect("a client");
    (server, client)
}
