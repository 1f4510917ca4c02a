//! Asking everyone: who answers, and what ends the answers.

use std::collections::BTreeMap;
use std::time::Duration;

use messaging::{
    Answers, CallError, Context, ErrorKind, Gathered, Proxy as _, RpcClient, RpcServer, Transport,
    rpc_api, version,
};
use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::bus::{Bus, on_both};
use crate::faulty::Faulty;

#[rpc_api(topic = "rooms", version = "1.2")]
trait Rooms {
    /// How much is free.
    async fn free(&self, ctx: &Context) -> Result<u32, String>;
    /// What the caller's context says.
    async fn user(&self, ctx: &Context) -> Result<Option<String>, String>;
    #[rpc(since = "1.2")]
    async fn newest(&self, ctx: &Context) -> Result<(), String>;
}

/// A house that takes its time.
struct House {
    free: Result<u32, String>,
    after: Duration,
}

impl Rooms for House {
    async fn free(&self, _: &Context) -> Result<u32, String> {
        tokio::time::sleep(self.after).await;
        self.free.clone()
    }

    async fn user(&self, ctx: &Context) -> Result<Option<String>, String> {
        Ok(ctx.get("user").and_then(|user| user.as_str()).map(str::to_owned))
    }

    async fn newest(&self, _: &Context) -> Result<(), String> {
        Ok(())
    }
}

const AT_ONCE: Duration = Duration::ZERO;
const LONG: Duration = Duration::from_secs(600);

async fn house(bus: &Bus, name: &str, free: Result<u32, &str>, after: Duration) -> RpcServer {
    let free = free.map_err(str::to_owned);
    bus.serve(name, RoomsEndpoint::new(House { free, after })).await
}

fn rooms(bus: &Bus) -> RoomsClient {
    RoomsClient::new(&bus.transport).prepare().topic(&bus.topic).build().unwrap()
}

type Free = Gathered<u32, String>;

/// The answers by server.
fn by_server(answers: Vec<Free>) -> BTreeMap<String, Result<u32, String>> {
    let result = |answer: Free| match answer.result {
        Ok(free) => Ok(free),
        Err(CallError::Remote(error)) => Err(error),
        Err(error) => panic!("{error}"),
    };
    let named = |answer: Free| (answer.server.clone().expect("one of ours"), result(answer));
    answers.into_iter().map(named).collect()
}

on_both! {
    async fn every_server_answers_once_and_says_who_it_is(bus: Bus) {
        let _one = house(&bus, "one", Ok(1), AT_ONCE).await;
        let _two = house(&bus, "two", Err("closed"), AT_ONCE).await;
        let _three = house(&bus, "three", Ok(3), AT_ONCE).await;
        let gather = rooms(&bus).free().gather(LONG).gap(Duration::from_secs(3));
        let answers = gather.await.unwrap().all().await;
        assert_eq!(answers.len(), 3, "{answers:?}");
        let expected = [
            ("one".to_owned(), Ok(1)),
            ("three".to_owned(), Ok(3)),
            ("two".to_owned(), Err("closed".to_owned())),
        ];
        assert_eq!(by_server(answers), BTreeMap::from(expected));
    }

    async fn a_number_of_answers_ends_them(bus: Bus) {
        let _one = house(&bus, "one", Ok(1), AT_ONCE).await;
        let _two = house(&bus, "two", Ok(2), AT_ONCE).await;
        let answers = rooms(&bus).free().gather(LONG).first(2).await.unwrap().all().await;
        assert_eq!(by_server(answers).len(), 2);
        let mut answers = rooms(&bus).free().gather(LONG).first(0).await.unwrap();
        assert!(answers.next().await.is_some() && answers.next().await.is_none());
    }

    async fn where_nobody_listens_the_answers_end_at_once(bus: Bus) {
        let answers = rooms(&bus).free().gather(LONG).await.unwrap();
        assert!(answers.nobody_listens());
        assert_eq!(answers.all().await.len(), 0);
    }

    async fn a_client_of_one_server_does_not_ask_every_server(bus: Bus) {
        let one = rooms(&bus).prepare().server("one").build().unwrap();
        let error = one.newest().gather(LONG).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Target);
        assert!(error.to_string().contains("server `one`"), "{error}");
    }

    async fn a_server_that_refuses_is_an_answer(bus: Bus) {
        let _one = house(&bus, "one", Ok(1), AT_ONCE).await;
        let client = RpcClient::new(&bus.transport, bus.target().version(version!("1.3")));
        let call = client.call::<u32>("free", json!({}));
        let answers = call.gather(LONG).first(1).await.unwrap().all().await;
        let [Gathered { server, result: Err(error) }] = &answers[..] else {
            panic!("{answers:?}");
        };
        assert_eq!(server.as_deref(), Some("one"));
        assert_eq!(error.rpc().unwrap().kind(), ErrorKind::UnsupportedVersion);
    }

    async fn the_context_travels_and_a_pin_is_kept(bus: Bus) {
        let _one = house(&bus, "one", Ok(1), AT_ONCE).await;
        let alice = Context::new().with("user", "alice");
        let gather = rooms(&bus).user().gather(LONG).first(1).context(&alice);
        let answer = gather.await.unwrap().next().await.unwrap();
        assert_eq!(answer.result.unwrap().as_deref(), Some("alice"));

        let old = rooms(&bus).prepare().version(version!("1.1").version()).build().unwrap();
        let refused = old.newest().gather(LONG).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Version);
    }

    async fn closing_the_transport_ends_the_answers_with_an_error(bus: Bus) {
        let _one = house(&bus, "one", Ok(1), LONG).await;
        let transport = bus.another().await;
        let client = RoomsClient::new(&transport).prepare().topic(&bus.topic).build().unwrap();
        let mut answers = client.free().gather(LONG).await.unwrap();
        transport.close(Duration::from_secs(5)).await;
        let told = answers.next().await.unwrap();
        assert_eq!(told.result.unwrap_err().rpc().unwrap().kind(), ErrorKind::Closed);
        assert!(answers.next().await.is_none());
    }
}

/// Timers tick by the millisecond.
fn assert_passed(begun: Instant, expected: u64) {
    let passed = begun.elapsed().as_millis();
    assert!((u128::from(expected)..u128::from(expected) + 5).contains(&passed), "{passed} ms");
}

/// Houses that answer after so many milliseconds, and say how many they were.
async fn houses(bus: &Bus, after: &[u64]) -> Vec<RpcServer> {
    let mut houses = Vec::new();
    for millis in after {
        let free = u32::try_from(*millis).unwrap();
        let after = Duration::from_millis(*millis);
        houses.push(house(bus, &format!("house-{millis}"), Ok(free), after).await);
    }
    houses
}

async fn values(answers: Answers<Result<u32, String>>) -> Vec<u32> {
    answers.all().await.into_iter().map(|answer| answer.result.unwrap()).collect()
}

fn late(transport: &Transport) -> String {
    let debug = format!("{transport:?}");
    debug.split("late_replies: ").nth(1).unwrap().chars().take_while(char::is_ascii_digit).collect()
}

#[tokio::test(start_paused = true)]
async fn the_window_ends_the_answers_and_what_comes_later_is_late() {
    let bus = Bus::memory().await;
    let _houses = houses(&bus, &[100, 900, 1100]).await;
    let begun = Instant::now();
    let call = rooms(&bus).free().timeout(Duration::from_millis(500));
    let answers = call.gather(Duration::from_secs(1)).await.unwrap();
    assert_eq!(values(answers).await, [100, 900]);
    assert_passed(begun, 1000);
    tokio::time::sleep(Duration::from_secs(5)).await;
    // Its server had been told of the window, and has dropped it.
    assert_eq!(late(&bus.transport), "0");
}

#[tokio::test(start_paused = true)]
async fn a_gap_ends_the_answers_once_the_first_has_come() {
    let bus = Bus::memory().await;
    let _houses = houses(&bus, &[1000, 1300, 2000]).await;
    let begun = Instant::now();
    let gather = rooms(&bus).free().gather(LONG).gap(Duration::from_millis(500));
    assert_eq!(values(gather.await.unwrap()).await, [1000, 1300]);
    assert_passed(begun, 1800);
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(late(&bus.transport), "1");
}

/// How slowly they are read makes no difference to what they are.
#[tokio::test(start_paused = true)]
async fn what_came_in_time_can_be_read_later() {
    let bus = Bus::memory().await;
    let _houses = houses(&bus, &[100, 400, 3000]).await;
    let gather = rooms(&bus).free().gather(LONG).gap(Duration::from_secs(1));
    let answers = gather.await.unwrap();
    tokio::time::sleep(Duration::from_secs(5)).await;
    let begun = Instant::now();
    assert_eq!(values(answers).await, [100, 400]);
    assert_passed(begun, 0);
    assert_eq!(late(&bus.transport), "1");
}

#[tokio::test(start_paused = true)]
async fn answers_that_nobody_reads_are_bounded_and_counted() {
    let bus = Bus::memory().await;
    let _houses = houses(&bus, &[100, 200, 300, 2000]).await;
    let gather = rooms(&bus).free().gather(Duration::from_secs(3)).unread(1);
    let mut answers = gather.await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(answers.dropped(), 2);
    assert_eq!(answers.next().await.unwrap().result.unwrap(), 100);
    // There is room again.
    assert_eq!(values(answers).await, [2000]);
}

#[tokio::test(start_paused = true)]
async fn answers_that_nobody_wants_any_more_are_late() {
    let bus = Bus::memory().await;
    let _houses = houses(&bus, &[100]).await;
    drop(rooms(&bus).free().gather(LONG).await.unwrap());
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(late(&bus.transport), "1");
}

/// A server that is not sure of its answer sends it again.
#[tokio::test(start_paused = true)]
async fn an_answer_that_comes_twice_is_one() {
    let (bus, recorder) = Faulty::over(Bus::memory().await).await;
    let _houses = houses(&bus, &[100, 200]).await;
    recorder.doubt_replies(1, ErrorKind::NotConfirmed);
    let answers = rooms(&bus).free().gather(Duration::from_secs(5)).await.unwrap();
    assert_eq!(values(answers).await, [100, 200]);
    assert_eq!(recorder.replies().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_may_have_been_sent_fails_only_if_nobody_answers() {
    let (bus, recorder) = Faulty::over(Bus::memory().await).await;
    let _houses = houses(&bus, &[100]).await;
    let gather = || rooms(&bus).free().gather(Duration::from_secs(1));
    recorder.fail_request(ErrorKind::NotConfirmed, true);
    assert_eq!(values(gather().await.unwrap()).await, [100]);
    recorder.fail_request(ErrorKind::NotConfirmed, false);
    let told = gather().await.unwrap().all().await;
    let [Gathered { server: None, result: Err(error) }] = &told[..] else { panic!("{told:?}") };
    assert_eq!(error.rpc().unwrap().kind(), ErrorKind::NotConfirmed);
    assert!(error.to_string().starts_with("gather of method `free` on topic "), "{error}");
    recorder.fail_request(ErrorKind::Connection, false);
    assert_eq!(gather().await.unwrap_err().kind(), ErrorKind::Connection);
}

#[rpc_api(topic = "agency", version = "1.0")]
trait Agency {
    #[rpc(timeout = "3s")]
    async fn ask(&self, ctx: &Context) -> Result<(), String>;
}

struct Agent {
    rooms: RoomsClient,
    passed: mpsc::UnboundedSender<Duration>,
}

impl Agency for Agent {
    async fn ask(&self, ctx: &Context) -> Result<(), String> {
        let begun = Instant::now();
        let answers = self.rooms.free().context(ctx).gather(LONG).await.unwrap();
        assert_eq!(values(answers).await, [100]);
        let _ = self.passed.send(begun.elapsed());
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn the_window_ends_with_the_deadline_of_the_context() {
    let bus = Bus::memory().await;
    let _houses = houses(&bus, &[100]).await;
    let (passed, mut told) = mpsc::unbounded_channel();
    let agent = Agent { rooms: rooms(&bus), passed };
    let target = messaging::Target::topic("agency").server("one");
    let builder = RpcServer::builder(&bus.transport, target);
    let _server = builder.endpoint(AgencyEndpoint::new(agent)).start().await.unwrap();
    AgencyClient::new(&bus.transport).ask().await.unwrap_err();
    let passed = told.recv().await.unwrap();
    assert!(passed <= Duration::from_millis(3005), "{passed:?}");
}
