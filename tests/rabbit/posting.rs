//! What leaves the driver, and nobody waits for.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use futures_util::future::{join_all, try_join_all};
use lapin::options::ExchangeDeleteOptions;
use messaging::driver::{Address, Listen, Notes, Post, Publish, Sender};
use messaging::{Error, ErrorKind};
use tokio::sync::mpsc;

use crate::broker::*;
use crate::proxy::Proxy;

/// More than may be under way at once on one channel.
const MANY: usize = 400;

/// Less than the driver lets pass between two looks at what nobody waits for.
const SOON: Duration = Duration::from_millis(700);

/// Hears what was not delivered.
#[derive(Debug)]
struct Heard(mpsc::UnboundedSender<(Vec<u8>, Error)>);

impl Sender for Heard {
    fn undelivered(self: Arc<Self>, body: &[u8], error: Error) {
        self.0.send((body.to_vec(), error)).unwrap();
    }
}

fn post(address: Address, mandatory: bool, body: &[u8], sender: &Arc<Heard>) -> Post {
    Post {
        address: Arc::new(address),
        body: Arc::new(body.to_vec()),
        notes: Arc::new(Notes::default()),
        expires: None,
        mandatory,
        within: WITHIN,
        retries: None,
        sender: Arc::clone(sender) as _,
    }
}

fn heard() -> (Arc<Heard>, mpsc::UnboundedReceiver<(Vec<u8>, Error)>) {
    let (sender, heard) = mpsc::unbounded_channel();
    (Arc::new(Heard(sender)), heard)
}

#[tokio::test]
async fn the_sender_of_what_no_queue_takes_is_told_which_and_of_nothing_else() {
    let (driver, (sender, mut heard)) = (connect().await, heard());
    let served = topic();
    let consumer = driver.listen(listen(&served)).await.unwrap();
    // The channel is open after the first.
    driver.post(post(to_topic(&served), true, b"first", &sender)).await.unwrap();
    let bodies: Vec<Vec<u8>> = (0..40).map(|number| vec![number]).collect();
    let nobody = topic();
    let all = bodies.iter().map(|body| {
        let is_lost = body[0] % 8 == 3;
        let to = to_topic(if is_lost { &nobody } else { &served });
        driver.post(post(to, true, body, &sender))
    });
    try_join_all(all).await.unwrap();
    driver.flush(WITHIN).await;
    let mut lost = Vec::new();
    for _ in 0..5 {
        let (body, error) = tokio::time::timeout(WITHIN, heard.recv()).await.unwrap().unwrap();
        assert_eq!(error.kind(), ErrorKind::Unroutable, "{error}");
        lost.push(body[0]);
    }
    lost.sort_unstable();
    assert_eq!(lost, [3, 11, 19, 27, 35]);
    assert!(heard.try_recv().is_err());
    consumer.close(WITHIN).await.unwrap();
}

#[tokio::test]
async fn more_than_have_room_go_out_as_soon_as_the_broker_has_taken_the_first() {
    let (driver, (sender, mut heard)) = (connect().await, heard());
    let address = to_fanout(&topic());
    driver.post(post(address.clone(), false, b"", &sender)).await.unwrap();
    let all = (0..MANY).map(|_| driver.post(post(address.clone(), false, b"{}", &sender)));
    try_join_all(all).await.unwrap();
    driver.flush(WITHIN).await;
    assert!(heard.try_recv().is_err());
}

/// Each takes its room until it is settled, and there is room for few at once.
#[tokio::test]
async fn thousands_are_settled_as_fast_as_they_come() {
    let (driver, (sender, mut heard)) = (connect().await, heard());
    let to = to_fanout(&topic());
    let begun = Instant::now();
    let one = || post(to.clone(), false, b"{}", &sender);
    try_join_all((0..10 * MANY).map(|_| driver.post(one()))).await.unwrap();
    driver.flush(WITHIN).await;
    // As many looks as there are rooms full of them would take longer: ten seconds and more.
    assert!(begun.elapsed() < 9 * WITHIN / 20, "{:?}", begun.elapsed());
    assert!(heard.try_recv().is_err());
}

/// One after the other, and more than have room, so that each gives its room back.
#[tokio::test]
async fn the_sender_of_what_comes_back_is_told_at_once_and_nothing_is_kept_of_it() {
    let (driver, (sender, mut heard)) = (connect().await, heard());
    let nobody = to_topic(&topic());
    let mut took = Vec::new();
    for number in 0..MANY {
        let (begun, body) = (Instant::now(), number.to_string().into_bytes());
        driver.post(post(nobody.clone(), true, &body, &sender)).await.unwrap();
        let (lost, error) = tokio::time::timeout(WITHIN, heard.recv()).await.unwrap().unwrap();
        assert_eq!((lost, error.kind()), (body, ErrorKind::Unroutable));
        took.push(begun.elapsed());
    }
    took.sort_unstable();
    // Not in the pause between two looks at what nobody waits for. A busy machine holds up a few.
    assert!(took[MANY / 2] < SOON, "{:?}", took[MANY / 2]);
}

#[tokio::test]
async fn what_the_broker_was_not_known_to_have_when_its_connection_was_lost_is_in_doubt() {
    let (proxy, (sender, mut heard)) = (Proxy::start().await, heard());
    let driver = connect_to(&proxy.url()).await.unwrap();
    let to = to_fanout(&topic());
    let one = |body| post(to.clone(), false, body, &sender);
    driver.post(one(b"taken")).await.unwrap();
    driver.flush(WITHIN).await;
    proxy.swallow();
    for body in [b"1", b"2", b"3"] {
        driver.post(one(body)).await.unwrap();
    }
    // They are written by then, and the broker was asked in vain.
    driver.flush(SOON).await;
    assert!(heard.try_recv().is_err());
    proxy.cut();
    let mut doubtful = Vec::new();
    for _ in 0..3 {
        let (body, error) = tokio::time::timeout(WITHIN, heard.recv()).await.unwrap().unwrap();
        assert_eq!(error.kind(), ErrorKind::NotConfirmed, "{error}");
        doubtful.push(body);
    }
    doubtful.sort_unstable();
    assert_eq!(doubtful, [b"1", b"2", b"3"]);
}

#[tokio::test]
async fn what_is_posted_to_an_exchange_that_has_gone_is_sent_again() {
    let (driver, (sender, mut heard)) = (connect().await, heard());
    let (exchange, served) = (topic(), topic());
    let listen = Listen { exchange: exchange.clone(), ..listen(&served) };
    let mut consumer = driver.listen(listen).await.unwrap();
    let (topic, server) = (served.clone(), None);
    let to = Address::Topic { exchange: exchange.clone(), topic, server };
    let one = |body| post(to.clone(), true, body, &sender);
    driver.post(one(b"before")).await.unwrap();
    assert_eq!(next(&mut consumer).await.body, b"before");
    driver.flush(WITHIN).await;
    let (channel, delete) = (stranger().await, ExchangeDeleteOptions::default());
    channel.exchange_delete(exchange.as_str().into(), delete).await.unwrap();
    driver.post(one(b"after")).await.unwrap();
    assert_eq!(next(&mut consumer).await.body, b"after");
    assert!(heard.try_recv().is_err());
    consumer.close(WITHIN).await.unwrap();
    channel.exchange_delete(exchange.as_str().into(), delete).await.unwrap();
}

#[tokio::test]
async fn whoever_stops_to_wait_gives_the_room_of_its_message_back() {
    let driver = connect().await;
    let address = to_fanout(&topic());
    let publish = Publish { mandatory: false, ..message(&address, b"{}") };
    driver.publish(publish.clone()).await.unwrap();
    for _ in 0..MANY {
        // It is on its way, and dropped.
        let _ = driver.publish(publish.clone()).now_or_never();
    }
    let sent = join_all((0..4).map(|_| driver.publish(publish.clone()))).await;
    assert!(sent.iter().all(Result::is_ok), "{sent:?}");
}
