//! Signs of life of calls that are monitored (wire document, section 13), on virtual time.

use std::time::Duration;

use messaging::driver::OpenInbox;
use messaging::testing::Sent;
use messaging::{Error, ErrorKind, Executor, RpcClient, version};
use serde_json::{Value, json};

use crate::api::{Manager, SchedulerEndpoint, client, serve};
use crate::bus::{Bus, WITHIN, send, unique};
use crate::faulty::Faulty;

fn is_sign(sent: &Sent) -> bool {
    let Sent { message, .. } = sent;
    message["ending"] == false && message["result"].is_null() && message["failure"].is_null()
}

#[tokio::test(start_paused = true)]
async fn they_come_each_half_of_the_time_and_end_with_the_method() {
    let (bus, recorder) = Faulty::over(Bus::memory().await).await;
    let (_server, mut seen, manager) = serve(&bus, "one").await;
    let call = tokio::spawn(client(&bus).hold().monitor(Duration::from_secs(5)).into_future());
    seen.recv().await.unwrap();
    let begun = tokio::time::Instant::now();
    tokio::time::sleep(Duration::from_secs(11)).await;
    manager.release.one();
    assert_eq!(call.await.unwrap().unwrap(), "one");
    tokio::time::sleep(Duration::from_secs(60)).await;

    let asked_for = |sent: &Sent| sent.notes.get("messaging-runs").is_none();
    let replies: Vec<_> = recorder.replies().into_iter().filter(asked_for).collect();
    let (answer, signs) = replies.split_last().unwrap();
    assert!(signs.iter().all(is_sign) && !is_sign(answer), "{replies:?}");
    let at: Vec<_> = signs.iter().map(|sign| (sign.at - begun.into_std()).as_millis()).collect();
    assert_eq!(at, [2500, 5000, 7500, 10_000]);
    assert!(signs.iter().all(|sign| sign.mandatory && sign.expires.is_none()));
}

/// The peer has none more often than each second, and gives none for what it does not serve.
#[tokio::test(start_paused = true)]
async fn there_are_none_for_short_times_and_for_methods_that_there_are_not() {
    let (bus, recorder) = Faulty::over(Bus::memory().await).await;
    let (_server, mut seen, manager) = serve(&bus, "one").await;
    let driver = bus.driver().await;
    for monitor in [json!(1), json!(1.9), json!("1"), json!(-4), json!("soon"), json!(null)] {
        let call = json!({
            "method": "hold", "version": "2.0", "_timeout": monitor,
            "_msg_id": unique(), "_reply_q": "reply_1",
        });
        send(&*driver, &bus.to_topic(), call.to_string().as_bytes()).await;
        seen.recv().await.unwrap();
    }
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert_eq!(recorder.replies().len(), 0);
    (0..6).for_each(|_| manager.release.one());

    let by_name = RpcClient::new(&bus.transport, bus.target().version(version!("2.0")));
    let call = by_name.call::<Value>("no_such", json!({})).monitor(Duration::from_secs(2));
    let error = call.await.unwrap_err();
    assert_eq!(error.rpc().map(Error::kind), Some(ErrorKind::NoSuchMethod));
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert!(!recorder.replies().iter().any(is_sign));
}

#[tokio::test(start_paused = true)]
async fn they_outlast_a_lost_connection_and_end_with_their_caller() {
    let (bus, recorder) = Faulty::over(Bus::memory().await).await;
    let (_server, mut seen, manager) = serve(&bus, "one").await;
    let driver = bus.driver().await;
    let inbox = driver.open_inbox(OpenInbox::within(WITHIN)).await.unwrap();
    let call = json!({
        "method": "hold", "version": "2.0", "_timeout": 4,
        "_msg_id": unique(), "_reply_q": inbox.queue,
    });
    send(&*driver, &bus.to_topic(), call.to_string().as_bytes()).await;
    seen.recv().await.unwrap();
    recorder.lose_replies(1, ErrorKind::NotConfirmed);
    tokio::time::sleep(Duration::from_secs(21)).await;
    assert_eq!(recorder.replies().len(), 10);
    inbox.consumer.close(WITHIN).await.unwrap();
    // As long as an answer would be tried: it may be connecting anew.
    tokio::time::sleep(Duration::from_secs(200)).await;
    let signs = recorder.replies().len();
    assert!((39..=42).contains(&signs), "{signs}");
    manager.release.one();
}

/// Its caller may be connecting anew in that very moment.
#[tokio::test(start_paused = true)]
async fn one_that_is_not_taken_is_not_the_last_however_seldom_they_are() {
    let (bus, recorder) = Faulty::over(Bus::memory().await).await;
    let (_server, mut seen, manager) = serve(&bus, "one").await;
    let driver = bus.driver().await;
    let inbox = driver.open_inbox(OpenInbox::within(WITHIN)).await.unwrap();
    let call = json!({
        "method": "hold", "version": "2.0", "_timeout": 300,
        "_msg_id": unique(), "_reply_q": inbox.queue,
    });
    send(&*driver, &bus.to_topic(), call.to_string().as_bytes()).await;
    seen.recv().await.unwrap();
    tokio::time::sleep(Duration::from_secs(160)).await;
    recorder.lose_replies(1, ErrorKind::Unroutable);
    tokio::time::sleep(Duration::from_secs(300)).await;
    assert_eq!(recorder.replies().len(), 3);
    manager.release.one();
    inbox.consumer.close(WITHIN).await.unwrap();
}

/// On a thread of its own, so that no clock can be virtual.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn they_come_from_a_method_that_blocks() {
    let bus = Bus::memory().await;
    let (manager, _seen) = Manager::new("one");
    let builder = bus.builder("one").endpoint(SchedulerEndpoint::new(manager));
    let _server = builder.executor(Executor::threads(1)).start().await.unwrap();
    client(&bus).block(4500).monitor(Duration::from_secs(4)).await.unwrap();
}
