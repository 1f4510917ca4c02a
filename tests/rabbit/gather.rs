//! Asking everyone, with each kind of queue behind the fanout.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::time::Duration;

use messaging::{Config, Context, Proxy as _, RpcServer, Target, Transport, rpc_api};

use crate::broker;

#[rpc_api(topic = "named", version = "1.0")]
trait Named {
    async fn name(&self, ctx: &Context) -> Result<String, Infallible>;
}

struct Name(&'static str);

impl Named for Name {
    async fn name(&self, _: &Context) -> Result<String, Infallible> {
        Ok(self.0.to_owned())
    }
}

/// All servers of a topic answer, and each once.
async fn everyone_answers(options: &[(&str, &str)]) {
    let topic = broker::topic();
    // An exchange of its own: durable or not, it is declared as the options say.
    let config = Config::new().url(&broker::url()).control_exchange(&topic);
    let config = options.iter().fold(config, |config, (name, value)| config.option(*name, *value));
    let transport = Transport::from_config(&config).await.unwrap();
    let mut servers = Vec::new();
    for name in ["one", "two", "three"] {
        let builder = RpcServer::builder(&transport, Target::topic(&topic).server(name));
        servers.push(builder.endpoint(NamedEndpoint::new(Name(name))).start().await.unwrap());
    }
    let client = NamedClient::new(&transport).prepare().topic(&topic).build().unwrap();
    let gather = client.name().gather(Duration::from_secs(20)).gap(Duration::from_secs(4));
    let answers = gather.await.unwrap().all().await;
    assert_eq!(answers.len(), 3, "{options:?}: {answers:?}");
    let names: BTreeSet<String> =
        answers.into_iter().map(|answer| answer.result.unwrap()).collect();
    assert_eq!(names, ["one", "three", "two"].map(str::to_owned).into());
    drop(servers);
    transport.close(Duration::from_secs(5)).await;
}

#[tokio::test]
async fn everyone_answers_behind_durable_queues() {
    everyone_answers(&[("amqp_durable_queues", "true")]).await;
}

#[tokio::test]
async fn everyone_answers_behind_quorum_queues() {
    let quorum = [("rabbit_quorum_queue", "true"), ("rabbit_transient_quorum_queue", "true")];
    everyone_answers(&quorum).await;
}

#[tokio::test]
async fn everyone_answers_behind_a_stream() {
    let stream = [
        ("rabbit_transient_quorum_queue", "true"),
        ("rabbit_stream_fanout", "true"),
        ("rabbit_qos_prefetch_count", "10"),
    ];
    everyone_answers(&stream).await;
}
