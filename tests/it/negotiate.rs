//! Negotiation: the highest version that all servers speak.

use std::time::Duration;

use messaging::driver::{Address, Listen};
use messaging::{Context, ErrorKind, Negotiated, Proxy as _, RpcServer, Version, rpc_api};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::api::{self, Manager, SchedulerClient, SchedulerEndpoint};
use crate::bus::{Bus, WITHIN, message, on_both, send, unique};
use crate::faulty::Faulty;

/// The scheduler of the release before.
mod old {
    use super::*;

    #[rpc_api(topic = "scheduler", version = "2.3")]
    pub(super) trait Scheduler {
        async fn whoami(&self, ctx: &Context) -> Result<String, String>;
    }
}

/// The scheduler that breaks with it.
mod next {
    use super::*;

    #[rpc_api(topic = "scheduler", version = "3.1")]
    pub(super) trait Scheduler {
        async fn whoami(&self, ctx: &Context) -> Result<String, String>;
    }
}

struct Named(&'static str);

impl old::Scheduler for Named {
    async fn whoami(&self, _: &Context) -> Result<String, String> {
        Ok(self.0.to_owned())
    }
}

impl next::Scheduler for Named {
    async fn whoami(&self, _: &Context) -> Result<String, String> {
        Ok(self.0.to_owned())
    }
}

async fn serve_2_3(bus: &Bus, name: &'static str) -> RpcServer {
    bus.serve(name, old::SchedulerEndpoint::new(Named(name))).await
}

async fn serve_2_6(bus: &Bus, name: &str) -> RpcServer {
    bus.serve(name, SchedulerEndpoint::new(Manager::new(name).0)).await
}

/// Enough for those who are there, and no more.
const WINDOW: Duration = Duration::from_secs(3);

async fn negotiate(client: &SchedulerClient) -> Negotiated<SchedulerClient> {
    client.negotiate().window(WINDOW).await.unwrap()
}

fn named(servers: &[&str]) -> Vec<Option<String>> {
    servers.iter().map(|server| Some((*server).to_owned())).collect()
}

on_both! {
    async fn a_fleet_is_upgraded_without_a_cap(bus: Bus) {
        let client = api::client(&bus);
        let old = serve_2_3(&bus, "old").await;
        let _new = serve_2_6(&bus, "new").await;
        let scheduler = negotiate(&client).await;
        assert_eq!(scheduler.version, Version::new(2, 3));
        assert_eq!(scheduler.servers, named(&["new", "old"]));
        // What the old one does not have is not sent, and what it has is understood by both.
        assert!(!scheduler.can_send(SchedulerClient::NEWEST));
        assert_eq!(scheduler.newest().await.unwrap_err().kind(), Some(ErrorKind::Version));
        scheduler.whoami().await.unwrap();

        old.stop();
        old.wait().await;
        let scheduler = negotiate(&client).await.into_client();
        assert!(scheduler.can_send(SchedulerClient::NEWEST));
        assert_eq!(scheduler.whoami().await.unwrap(), "new");
    }

    async fn where_nobody_is_that_is_said(bus: Bus) {
        // Where the broker knows it, nothing is waited for.
        let long = Duration::from_secs(600);
        let error = api::client(&bus).negotiate().window(long).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unroutable);
        let expected = format!(
            "negotiating API `Scheduler` on topic `{}`: no server answered within 600s; start one, \
             check the topic, or give slow ones more time with `.window(..)`",
            bus.topic
        );
        assert_eq!(error.to_string(), expected);
    }

    async fn a_server_of_another_major_leaves_no_common_version(bus: Bus) {
        let _new = serve_2_6(&bus, "new").await;
        let _next = bus.serve("next", next::SchedulerEndpoint::new(Named("next"))).await;
        let error = api::client(&bus).negotiate().window(WINDOW).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnsupportedVersion);
        assert!(error.is_version_refused());
        let text = error.to_string();
        assert!(text.contains("no version from 2.0 to 2.6 is spoken by all of the 2 servers"), "{text}");
        assert!(text.contains("; server `next` refused 2.0,"), "{text}");
    }

    async fn a_client_of_one_server_asks_that_one(bus: Bus) {
        let _old = serve_2_3(&bus, "old").await;
        let _new = serve_2_6(&bus, "new").await;
        for (server, version) in [("new", Version::new(2, 6)), ("old", Version::new(2, 3))] {
            let client = api::client(&bus).prepare().server(server).build().unwrap();
            let scheduler = negotiate(&client).await;
            assert_eq!((scheduler.version, &scheduler.servers), (version, &named(&[server])));
            assert_eq!(scheduler.whoami().await.unwrap(), server);
        }
        let gone = api::client(&bus).prepare().server("gone").build().unwrap();
        let error = gone.negotiate().window(WINDOW).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unroutable);
        assert!(error.to_string().contains("server `gone` did not answer"), "{error}");
    }

    async fn a_client_goes_no_higher_than_it_knows_or_may(bus: Bus) {
        let _new = serve_2_6(&bus, "new").await;
        let client = api::client(&bus);
        let (low, four) = (Version::new(2, 1), Version::new(2, 4));
        let capped = client.prepare().version_cap(four).build().unwrap();
        assert_eq!(negotiate(&capped).await.version, four);
        let pinned = capped.prepare().version(low).build().unwrap();
        assert_eq!(negotiate(&pinned).await.version, low);
        // A cap above what it knows is none.
        let capped = client.prepare().version_cap(Version::new(2, 9)).build().unwrap();
        assert_eq!(negotiate(&capped).await.version, Version::new(2, 6));
        let client = old::SchedulerClient::new(&bus.transport);
        let client = client.prepare().topic(&bus.topic).build().unwrap();
        let old = client.negotiate().window(WINDOW).await.unwrap();
        assert_eq!(old.version, Version::new(2, 3));
    }
}

/// The versions that servers were asked about.
fn asked(recorder: &Faulty) -> Vec<String> {
    let sent = recorder.sent().into_iter();
    let asked = sent.filter(|sent| sent.message["method"] == "_messaging-negotiate_ignore_errors");
    asked.map(|sent| sent.message["version"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn one_question_is_enough_where_all_are_new_and_few_are_else() {
    let (bus, recorder) = Faulty::over(Bus::memory().await).await;
    let _new = serve_2_6(&bus, "new").await;
    let begun = Instant::now();
    api::client(&bus).negotiate().await.unwrap();
    assert_eq!(asked(&recorder), ["2.6"]);
    let passed = begun.elapsed();
    assert!(passed >= Duration::from_secs(2) && passed < Duration::from_millis(2010), "{passed:?}");

    let _old = serve_2_3(&bus, "old").await;
    let begun = Instant::now();
    assert_eq!(api::client(&bus).negotiate().await.unwrap().version, Version::new(2, 3));
    assert_eq!(asked(&recorder)[1..], ["2.6", "2.3", "2.5", "2.4"]);
    // The first question alone takes the window.
    let passed = begun.elapsed();
    assert!(passed < Duration::from_millis(2010), "{passed:?}");
}

#[tokio::test(start_paused = true)]
async fn a_client_over_an_implementation_agrees_with_it() {
    let client = SchedulerClient::local(Manager::new("here").0);
    let begun = Instant::now();
    let scheduler = client.negotiate().await.unwrap();
    assert_eq!((scheduler.version, scheduler.servers.len()), (Version::new(2, 6), 1));
    assert_eq!(scheduler.whoami().await.unwrap(), "here");
    assert_eq!(begun.elapsed(), Duration::ZERO);
}

/// Answers every question with what `answers` says of its number and its version.
async fn fake_server(bus: &Bus, answers: fn(usize, &str) -> Vec<Value>) {
    let driver = bus.driver().await;
    let listen = Listen {
        exchange: "openstack".into(),
        topic: bus.topic.clone(),
        server: unique(),
        prefetch: 1,
        within: WITHIN,
    };
    let mut consumer = driver.listen(listen).await.unwrap();
    tokio::spawn(async move {
        let mut number = 0;
        while let Some(Ok(delivery)) = consumer.next().await {
            let question = message(&delivery.body);
            for mut answer in answers(number, question["version"].as_str().unwrap()) {
                answer["_msg_id"] = question["_msg_id"].clone();
                answer["_unique_id"] = json!(unique());
                answer["ending"] = json!(true);
                let queue = question["_reply_q"].as_str().unwrap().to_owned();
                send(&*driver, &Address::Reply { queue }, answer.to_string().as_bytes()).await;
            }
            delivery.settle.ack().await.unwrap();
            number += 1;
        }
    });
}

fn failure(class: &str) -> Value {
    let (module, class) = class.rsplit_once('.').unwrap();
    let failure = json!({"module": module, "class": class, "message": "no"}).to_string();
    json!({"result": null, "failure": failure})
}

fn speaks() -> Value {
    failure("oslo_messaging.rpc.dispatcher.NoSuchMethod")
}

fn refuses() -> Value {
    failure("oslo_messaging.rpc.dispatcher.UnsupportedVersion")
}

/// As servers in Python do.
#[tokio::test(start_paused = true)]
async fn servers_without_a_name_are_counted() {
    let bus = Bus::memory().await;
    fake_server(&bus, |_, version| match version {
        "2.0" | "2.1" => vec![speaks(), speaks()],
        _ => vec![refuses(), speaks()],
    })
    .await;
    let scheduler = api::client(&bus).negotiate().await.unwrap();
    assert_eq!(
        (scheduler.version, &scheduler.servers[..]),
        (Version::new(2, 1), &[None, None][..])
    );
}

#[tokio::test(start_paused = true)]
async fn servers_that_change_meanwhile_are_asked_anew_three_times_at_most() {
    let bus = Bus::memory().await;
    fake_server(&bus, |_, version| match version {
        "2.6" => vec![refuses(), speaks()],
        _ => vec![speaks()],
    })
    .await;
    let (begun, client) = (Instant::now(), api::client(&bus));
    let error = client.negotiate().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(
        error.to_string().contains("other servers answered each time, 3 times over"),
        "{error}"
    );
    assert!(begun.elapsed() < Duration::from_millis(12_100), "{:?}", begun.elapsed());

    // Once they are settled, it is as if nothing had been.
    let bus = Bus::memory().await;
    fake_server(&bus, |number, version| match (number, version) {
        (0, _) => vec![refuses(), speaks()],
        (_, "2.6") => vec![refuses()],
        _ => vec![speaks()],
    })
    .await;
    assert_eq!(api::client(&bus).negotiate().await.unwrap().version, Version::new(2, 5));
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_neither_yes_nor_no_is_an_error_that_says_so() {
    for (answer, kind, expected) in [
        (json!({"result": 1, "failure": null}), ErrorKind::Decode, "it answered a method that no"),
        (failure("builtins.KeyError"), ErrorKind::Remote, "it answered builtins.KeyError: no"),
        (json!({"result": 1, "failure": []}), ErrorKind::Decode, "cannot be read"),
    ] {
        let bus = Bus::memory().await;
        static ANSWER: std::sync::Mutex<Value> = std::sync::Mutex::new(Value::Null);
        *ANSWER.lock().unwrap() = answer;
        fake_server(&bus, |_, _| vec![ANSWER.lock().unwrap().clone()]).await;
        let error = api::client(&bus).negotiate().await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        let text = error.to_string();
        assert!(text.contains("gave no answer that tells what it speaks"), "{text}");
        assert!(text.contains(expected), "{text}");
    }
}
