//! The conformance suite, and what only this broker can be asked.

use futures_util::FutureExt as _;
use futures_util::future::join_all;

use super::*;
use crate::driver::conformance::{CASES, Env};
use crate::driver::{Address, Delivery, Notes};
use crate::url::Host;

const WITHIN: Duration = Duration::from_secs(5);

fn connect(url: &TransportUrl, runtime: Arc<dyn Runtime>) -> Arc<dyn Driver> {
    super::connect(url, Own::default(), runtime)
}

fn runtime() -> Arc<dyn Runtime> {
    crate::runtime::tokio().unwrap()
}

/// One test per case of the suite, and one that none was left out.
macro_rules! conformance {
    ($($case:ident)+) => {
        mod conformance {
            use super::*;

            $(
                #[tokio::test(start_paused = true)]
                async fn $case() {
                    let connect = private(runtime());
                    let env = Env::new(runtime(), move || std::future::ready(Ok(connect())));
                    let case = CASES.iter().find(|case| case.name == stringify!($case)).unwrap();
                    case.run(&env).await;
                }
            )+

            #[test]
            fn no_case_is_left_out() {
                let names: Vec<_> = CASES.iter().map(|case| case.name).collect();
                assert_eq!(names, [$(stringify!($case)),+]);
            }
        }
    };
}

conformance! {
    a_message_arrives_with_its_body
    bodies_may_be_large_or_empty
    notes_arrive_with_their_message
    a_message_to_a_server_reaches_that_server_alone
    a_fanout_reaches_each_server_once
    a_fanout_needs_nobody
    a_mandatory_message_that_no_queue_takes_is_unroutable
    a_message_that_is_not_mandatory_may_be_for_nobody
    the_queues_of_a_server_outlive_it
    exchanges_are_separate
    an_inbox_gets_what_is_sent_to_it_alone
    a_closed_inbox_takes_no_more
    many_may_publish_at_once
    messages_of_a_queue_come_in_order
    servers_of_a_topic_share_its_messages
    prefetch_leaves_the_rest_to_others
    acknowledging_makes_room_in_the_prefetch
    next_may_be_dropped_without_loss
    next_may_be_left_for_something_else_without_loss
    what_was_not_settled_comes_back_after_close
    what_was_not_settled_comes_back_after_drop
    what_was_acknowledged_does_not_come_back
    a_rejected_message_comes_back_if_asked_to
    a_rejected_message_is_gone_otherwise
    settling_after_close_is_an_error
    a_message_expires_while_it_waits
    the_expiry_arrives_with_the_message
    cancel_gives_back_what_was_not_given_out
    what_was_given_out_can_be_settled_after_cancel
    closing_the_driver_ends_its_consumers
    closing_the_driver_gives_back_what_was_not_settled
    a_closed_driver_says_so
    closing_twice_is_closing_once
}

fn url(hosts: &[&str], virtual_host: Option<&str>) -> TransportUrl {
    let host =
        |name: &&str| Host { name: (*name).to_owned(), port: None, user: None, password: None };
    TransportUrl {
        scheme: "memory".to_owned(),
        hosts: hosts.iter().map(host).collect(),
        virtual_host: virtual_host.map(str::to_owned),
        query: [].into(),
    }
}

fn topic() -> Address {
    Address::Topic { exchange: "e".to_owned(), topic: "t".to_owned(), server: None }
}

fn message<'a>(address: &'a Address, body: &'a [u8]) -> Publish<'a> {
    Publish {
        address,
        body,
        notes: Notes::NONE,
        expires: None,
        mandatory: true,
        within: WITHIN,
        retries: None,
    }
}

async fn listen(driver: &Arc<dyn Driver>, server: &str, prefetch: u16) -> Box<dyn Consumer> {
    let listen = Listen {
        exchange: "e".to_owned(),
        topic: "t".to_owned(),
        server: server.to_owned(),
        prefetch,
        within: WITHIN,
    };
    driver.listen(listen).await.unwrap()
}

/// The next message, which must be there.
async fn next(consumer: &mut Box<dyn Consumer>) -> Delivery {
    timeout(&*runtime(), WITHIN, consumer.next()).await.unwrap().unwrap().unwrap()
}

#[tokio::test(start_paused = true)]
async fn transports_of_one_name_and_virtual_host_share_a_broker() {
    let connect = |hosts: &[&str], virtual_host| connect(&url(hosts, virtual_host), runtime());
    let server = connect(&["shared"], Some("v"));
    let mut consumer = listen(&server, "one", 0).await;

    let same = connect(&["shared"], Some("v"));
    same.publish(message(&topic(), b"here")).await.unwrap();
    assert_eq!(next(&mut consumer).await.body, b"here");

    for other in [
        connect(&["shared"], Some("w")),
        connect(&["shared"], None),
        connect(&["other"], Some("v")),
        connect(&[], Some("v")),
        connect(&[""], None),
    ] {
        let error = other.publish(message(&topic(), b"elsewhere")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unroutable);
    }
}

#[tokio::test(start_paused = true)]
async fn a_broker_is_gone_with_its_last_transport() {
    let url = url(&["short-lived"], None);
    let first = connect(&url, runtime());
    drop(listen(&first, "one", 0).await);
    first.publish(message(&topic(), b"waits")).await.unwrap();
    drop(first);
    let second = connect(&url, runtime());
    let error = second.publish(message(&topic(), b"nobody")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unroutable);
}

#[tokio::test(start_paused = true)]
async fn errors_name_the_thing_and_what_to_do() {
    let driver = private(runtime())();
    let unroutable = driver.publish(message(&topic(), b"")).await.unwrap_err();
    assert_eq!(
        unroutable.to_string(),
        "no queue takes messages for topic `t` in exchange `e`; check the name, and that whoever \
         should listen there runs"
    );
    let mut consumer = listen(&driver, "one", 0).await;
    driver.publish(message(&topic(), b"")).await.unwrap();
    let delivery = next(&mut consumer).await;
    driver.close(WITHIN).await;
    let late = delivery.settle.ack().await.unwrap_err();
    assert_eq!(
        late.to_string(),
        "the consumer of queue `t` was closed before this message was settled, and gave it back; \
         settle messages before closing"
    );
    let closed = driver.publish(message(&topic(), b"")).await.unwrap_err();
    assert_eq!(
        closed.to_string(),
        "the driver `memory` was closed; connect a new transport to publish to topic `t` in \
         exchange `e`"
    );
}

#[tokio::test(start_paused = true)]
async fn consumers_take_turns() {
    let driver = private(runtime())();
    let mut one = listen(&driver, "one", 0).await;
    let mut two = listen(&driver, "two", 0).await;
    for number in 0..6 {
        driver.publish(message(&topic(), &[number])).await.unwrap();
    }
    for number in [0, 2, 4] {
        assert_eq!(next(&mut one).await.body, [number]);
        assert_eq!(next(&mut two).await.body, [number + 1]);
    }
}

#[tokio::test(start_paused = true)]
async fn what_comes_back_takes_its_old_place() {
    let driver = private(runtime())();
    let mut one = listen(&driver, "one", 2).await;
    let mut two = listen(&driver, "two", 2).await;
    for number in 0..6 {
        driver.publish(message(&topic(), &[number])).await.unwrap();
    }
    // One holds 0 and 2, two holds 1 and 3; the others wait.
    let (zero, first) = (next(&mut one).await, next(&mut two).await);
    assert_eq!((&zero.body[..], &first.body[..]), (&[0][..], &[1][..]));
    // 2 comes back before 3 does, and 0 before 1.
    one.cancel(WITHIN).await.unwrap();
    two.cancel(WITHIN).await.unwrap();
    zero.settle.reject(true).await.unwrap();
    first.settle.reject(true).await.unwrap();
    let mut three = listen(&driver, "three", 0).await;
    for number in 0..6 {
        let delivery = next(&mut three).await;
        assert_eq!((&delivery.body[..], delivery.redelivered()), (&[number][..], number < 4));
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_that_comes_back_keeps_its_expiry() {
    let driver = private(runtime())();
    let mut one = listen(&driver, "one", 0).await;
    let address = topic();
    let expires = Some(Duration::from_secs(2));
    driver.publish(Publish { expires, ..message(&address, b"old") }).await.unwrap();
    let delivery = next(&mut one).await;
    runtime().sleep(Duration::from_secs(1)).await;
    one.cancel(WITHIN).await.unwrap();
    delivery.settle.reject(true).await.unwrap();
    runtime().sleep(Duration::from_secs(1)).await;
    let mut two = listen(&driver, "two", 0).await;
    driver.publish(message(&address, b"new")).await.unwrap();
    assert_eq!(next(&mut two).await.body, b"new");
}

#[tokio::test(start_paused = true)]
async fn a_message_that_may_not_wait_reaches_a_consumer_that_is_there() {
    let driver = private(runtime())();
    let mut one = listen(&driver, "one", 0).await;
    let address = topic();
    let expires = Some(Duration::ZERO);
    driver.publish(Publish { expires, ..message(&address, b"now") }).await.unwrap();
    assert_eq!(next(&mut one).await.body, b"now");
}

/// Fills the queue of the topic; nobody consumes it.
async fn fill(driver: &Arc<dyn Driver>, expires: Option<Duration>) {
    drop(listen(driver, "gone", 0).await);
    let address = topic();
    for _ in 0..queue::LIMIT {
        driver.publish(Publish { expires, ..message(&address, b"") }).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_is_not_confirmed_in_time() {
    let driver = private(runtime())();
    fill(&driver, None).await;
    let began = runtime().now();
    let error = driver.publish(message(&topic(), b"")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotConfirmed);
    assert!(
        error.to_string().starts_with("queue `t` was full (100000 messages) for 5s"),
        "{error}"
    );
    // Timers tick by the millisecond.
    let waited = runtime().now() - began;
    assert!(waited >= WITHIN && waited < WITHIN + Duration::from_millis(10), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn publishers_wait_for_room_and_each_gets_it() {
    let driver = private(runtime())();
    fill(&driver, None).await;
    let began = runtime().now();
    let address = topic();
    let waiting = (0..20).map(|_| driver.publish(message(&address, b"")));
    let consuming = async {
        let mut consumer = listen(&driver, "one", 5).await;
        for _ in 0..queue::LIMIT + 20 {
            next(&mut consumer).await.settle.ack().await.unwrap();
        }
    };
    let (published, ()) = tokio::join!(join_all(waiting), consuming);
    assert!(published.iter().all(Result::is_ok), "{published:?}");
    assert_eq!(runtime().now(), began, "room is taken as soon as it is there");
}

#[tokio::test(start_paused = true)]
async fn what_expires_makes_room() {
    let driver = private(runtime())();
    fill(&driver, Some(Duration::from_secs(2))).await;
    driver.publish(message(&topic(), b"later")).await.unwrap();
    let mut consumer = listen(&driver, "one", 0).await;
    assert_eq!(next(&mut consumer).await.body, b"later");
}

#[tokio::test(start_paused = true)]
async fn closing_ends_the_wait_for_room() {
    let driver = private(runtime())();
    fill(&driver, None).await;
    let began = runtime().now();
    let address = topic();
    let (published, ()) =
        tokio::join!(driver.publish(message(&address, b"")), driver.close(WITHIN));
    assert_eq!(published.unwrap_err().kind(), ErrorKind::Closed);
    assert_eq!(runtime().now(), began);
}

#[tokio::test(start_paused = true)]
async fn a_fanout_to_a_full_queue_reaches_nobody() {
    let driver = private(runtime())();
    let mut reading = listen(&driver, "reading", 1).await;
    let stuck = listen(&driver, "stuck", 1).await;
    let fanout = Address::Fanout { topic: "t".to_owned() };
    for _ in 0..queue::LIMIT {
        driver.publish(message(&fanout, b"")).await.unwrap();
        next(&mut reading).await.settle.ack().await.unwrap();
    }
    let error = driver.publish(message(&fanout, b"")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotConfirmed);
    // The queue of the one that is stuck goes with it, and the others go on.
    let (published, ()) = tokio::join!(driver.publish(message(&fanout, b"on")), async {
        stuck.close(WITHIN).await.unwrap();
    });
    published.unwrap();
    assert_eq!(next(&mut reading).await.body, b"on");
}

#[tokio::test(start_paused = true)]
async fn publishing_without_end_lets_others_run() {
    let driver = private(runtime())();
    let fanout = Address::Fanout { topic: "nobody".to_owned() };
    let endless = async {
        loop {
            let message = Publish { mandatory: false, ..message(&fanout, b"") };
            driver.publish(message).await.unwrap();
        }
    };
    assert!(endless.now_or_never().is_none());
}
