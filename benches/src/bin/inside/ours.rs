//! Ours, as a user who sets nothing has it.

use messaging::{Proxy as _, RpcServer, Target, Transport};
use messaging_benches::{BenchClient, BenchEndpoint, Echo, Load, Record};

pub(crate) async fn run(load: &Load, data: &str) -> Record {
    let transport = Transport::connect("memory://").await.expect("a bus in this process");
    let server = RpcServer::builder(&transport, Target::topic("bench").server("one"))
        .endpoint(BenchEndpoint::new(Echo))
        .start()
        .await
        .expect("a server");
    let client = BenchClient::new(&transport);
    let record = load
        .run(|| {
            let (client, data) = (client.clone(), data.to_owned());
            move || {
                let call = client.echo(data.clone());
                async move { call.await.is_ok() }
            }
        })
        .await;
    server.stop();
    server.wait().await;
    record
}
