//! Who may call what: nothing but what the trait declares, and of that what the policy allows.

use std::sync::{Arc, Mutex};

use messaging::driver::OpenInbox;
use messaging::{AccessPolicy, Config, ErrorKind, RpcClient, Transport, runtime, version};
use serde_json::{Value, json};

use crate::bus::{Bus, WITHIN, on_both, rabbit_url, send};
use crate::peer::Caller;
use crate::vault::{Counting, VaultEndpoint, client, serve};

/// The user of the URL.
const USER: &str = "guest";

async fn with_user(bus: &Bus) -> Transport {
    Transport::from_config(&config_with_user(bus)).await.expect("a transport with a user")
}

fn config_with_user(bus: &Bus) -> Config {
    let url = format!("{:?}", bus.transport);
    let name = url.split("memory://").nth(1).and_then(|rest| rest.split(['/', '"']).next());
    let config = match name {
        Some(name) => bus.config().url(&format!("memory://{USER}:hunter2@{name}")),
        None => bus.config(),
    };
    config.send_user_id(true)
}

on_both! {
    async fn only_what_the_trait_declares_can_be_called(bus: Bus) {
        let (_server, counting) = serve(&bus, &bus.transport).await;
        let by_name = RpcClient::new(&bus.transport, bus.target().version(version!("1.0")));
        for method in
            ["_open", "__class__", "__init__", "stop", "wait", "handle", "api", "drop", "OPEN", "open ", ""]
        {
            let error = by_name.call::<Value>(method, json!({"name": "x"})).await.unwrap_err();
            assert_eq!(error.kind(), Some(ErrorKind::NoSuchMethod), "{method}: {error}");
        }
        assert_eq!(counting.runs(), 0);
    }

    /// It decides before the arguments are read: these could not be.
    async fn what_the_policy_denies_does_not_run(bus: Bus) {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&asked);
        let policy = AccessPolicy::by_request(move |request| {
            let asked = (request.namespace().map(str::to_owned), request.version().map(str::to_owned));
            noted.lock().unwrap().push((request.api().name, request.method().name, asked));
            request.namespace() != Some("old")
        });
        let counting = Counting::default();
        let _server = bus
            .builder("one")
            .endpoint_also_in(VaultEndpoint::new(counting.clone()), [Some("old")])
            .access_policy(policy)
            .start()
            .await
            .unwrap();
        let mut caller = Caller::of(&bus).await;
        let request = json!({
            "method": "open", "namespace": "old", "version": "1.0", "args": {"name": [1]},
            "_msg_id": "1", "_reply_q": caller.queue,
        });
        caller.send(request.to_string().as_bytes()).await;
        assert_eq!(caller.failure().await["class"], "NoSuchMethod");
        assert_eq!(counting.runs(), 0);
        let expected = (Some("old".to_owned()), Some("1.0".to_owned()));
        assert_eq!(*asked.lock().unwrap(), [("Vault", "open", expected)]);
    }

    async fn a_policy_may_go_by_the_user_who_calls(bus: Bus) {
        let counting = Counting::default();
        let _server = bus
            .builder("one")
            .endpoint(VaultEndpoint::new(counting.clone()))
            .access_policy(AccessPolicy::by_request(|request| request.user_id() == Some(USER)))
            .start()
            .await
            .unwrap();
        // Whoever does not say who it is, as no Python caller does.
        let error = client(&bus, &bus.transport).open("x".into()).await.unwrap_err();
        assert_eq!(error.kind(), Some(ErrorKind::NoSuchMethod), "{error}");
        assert_eq!(counting.runs(), 0);
        let known = with_user(&bus).await;
        assert_eq!(client(&bus, &known).open("x".into()).await.unwrap(), "x");
    }

    /// Of an answer it can be seen as well.
    async fn a_message_says_who_sends_it_where_that_is_asked_for(bus: Bus) {
        let runtime = runtime::current().unwrap();
        let driver = messaging::driver::connect(&config_with_user(&bus), runtime).await.unwrap();
        let mut inbox = driver.open_inbox(OpenInbox::within(WITHIN)).await.unwrap();
        let to = messaging::driver::Address::Reply { queue: inbox.queue };
        send(&*driver, &to, b"{}").await;
        let delivery = inbox.consumer.next().await.unwrap().unwrap();
        assert_eq!(delivery.user_id.as_deref(), Some(USER));
        delivery.settle.ack().await.unwrap();
        send(&*bus.driver().await, &to, b"{}").await;
        let delivery = inbox.consumer.next().await.unwrap().unwrap();
        assert_eq!(delivery.user_id, None);
        delivery.settle.ack().await.unwrap();
        inbox.consumer.close(WITHIN).await.unwrap();
    }
}

/// Whoever is not the user that its message names: RabbitMQ says so.
#[tokio::test(flavor = "multi_thread")]
async fn the_broker_takes_no_message_in_another_s_name() {
    use lapin::options::BasicPublishOptions;
    let url = rabbit_url().replacen("rabbit://", "amqp://", 1);
    let url = url.strip_suffix('/').map_or(url.clone(), |url| format!("{url}/%2F"));
    let connection = lapin::Connection::connect(&url, Default::default()).await.unwrap();
    let channel = connection.create_channel().await.unwrap();
    channel.confirm_select(Default::default()).await.unwrap();
    let forged = lapin::BasicProperties::default().with_user_id("admin".into());
    let options = BasicPublishOptions::default();
    let error = async {
        channel.basic_publish("".into(), "scheduler".into(), options, b"{}", forged).await?.await
    };
    let error = error.await.unwrap_err().to_string();
    assert!(error.contains("PRECONDITION_FAILED") && error.contains("user_id"), "{error}");
}
