//! tarpc over its in-memory transport, with its default settings.

use std::future::ready;

use futures_util::StreamExt as _;
use messaging_benches::{Load, Record};
use tarpc::server::{BaseChannel, Channel as _};
use tarpc::{client, context};

#[tarpc::service]
trait Echo {
    async fn echo(data: String) -> String;
}

#[derive(Clone)]
struct Server;

impl Echo for Server {
    async fn echo(self, _: context::Context, data: String) -> String {
        data
    }
}

pub(crate) async fn run(load: &Load, data: &str) -> Record {
    let (near, far) = tarpc::transport::channel::unbounded();
    let requests = BaseChannel::with_defaults(far).execute(Server.serve());
    tokio::spawn(requests.for_each(|handler| {
        tokio::spawn(handler);
        ready(())
    }));
    let client = EchoClient::new(client::Config::default(), near).spawn();
    load.run(|| {
        let (client, data) = (client.clone(), data.to_owned());
        move || {
            let (client, data) = (client.clone(), data.clone());
            async move { client.echo(context::current(), data).await.is_ok() }
        }
    })
    .await
}
