//! A request that kills each server that runs it.

use std::convert::Infallible;
use std::future::IntoFuture as _;
use std::process::Command;

use lapin::options::BasicGetOptions;
use messaging::{Config, Context, Proxy as _, RpcServer, Target, Transport, rpc_api};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::broker::*;

#[rpc_api(topic = "poison", version = "1.0")]
trait Poison {
    /// Never ends.
    #[rpc(idempotent)]
    async fn swallow(&self, ctx: &Context) -> Result<(), Infallible>;
}

struct Service(mpsc::UnboundedSender<u32>);

impl Poison for Service {
    async fn swallow(&self, ctx: &Context) -> Result<(), Infallible> {
        let _ = self.0.send(ctx.attempt());
        std::future::pending().await
    }
}

fn rabbitmqctl(arguments: &[&str]) {
    let program = std::env::var("MESSAGING_TEST_RABBITMQCTL").expect("`cargo xtask test`");
    assert!(Command::new(program).args(arguments).status().expect("it runs").success());
}

#[tokio::test]
async fn what_kills_its_servers_is_dead_lettered_and_its_caller_is_told() {
    let topic = topic();
    let dead = format!("dead-{topic}");
    let channel = stranger().await;
    channel
        .queue_declare(dead.as_str().into(), Default::default(), Default::default())
        .await
        .unwrap();
    let pattern = format!("^{topic}$");
    let policy = format!(r#"{{"dead-letter-exchange": "", "dead-letter-routing-key": "{dead}"}}"#);
    rabbitmqctl(&["set_policy", &dead, &pattern, &policy, "--apply-to", "queues"]);

    let config = Config::new().url(&url()).quorum();
    let connect = async || Transport::from_config(&config).await.unwrap();
    let (sender, mut attempts) = mpsc::unbounded_channel();
    let start = async |transport: &Transport| {
        RpcServer::builder(transport, Target::topic(&topic).server("one"))
            .endpoint(PoisonEndpoint::new(Service(sender.clone())))
            .max_attempts(3)
            .start()
            .await
            .unwrap()
    };
    let here = connect().await;
    let client = PoisonClient::new(&here).prepare().topic(&topic).build().unwrap();
    let mut transport = connect().await;
    let mut server = start(&transport).await;
    let call = tokio::spawn(client.swallow().timeout(3 * WITHIN).into_future());
    for attempt in 1..=3 {
        assert_eq!(timeout(WITHIN, attempts.recv()).await.unwrap(), Some(attempt));
        // As if its process had died: what it had not settled goes back.
        transport.close(WITHIN).await;
        drop(server);
        transport = connect().await;
        server = start(&transport).await;
    }
    let error = call.await.unwrap().unwrap_err();
    let text = "TooManyAttempts: the request was attempted 3 times";
    assert!(error.to_string().contains(text), "{error}");
    assert!(attempts.try_recv().is_err());
    assert_eq!(server.statistics().given_up, 1);
    let arrives = async {
        loop {
            let options = BasicGetOptions { no_ack: true };
            if let Some(got) = channel.basic_get(dead.as_str().into(), options).await.unwrap() {
                break got;
            }
        }
    };
    let arrived = timeout(WITHIN, arrives).await.unwrap();
    assert!(String::from_utf8_lossy(&arrived.data).contains("swallow"));
    channel.queue_delete(dead.as_str().into(), Default::default()).await.unwrap();
    rabbitmqctl(&["clear_policy", &dead]);
}
