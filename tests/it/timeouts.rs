//! Time-outs, on virtual time.

use std::time::Duration;

use messaging::driver::Address;
use messaging::{Config, ErrorKind, Transport};
use serde_json::json;

use crate::api::{client, serve};
use crate::bus::{Bus, WITHIN, message, send, unique};

#[tokio::test(start_paused = true)]
async fn a_call_without_an_answer_ends_exactly_at_its_timeout() {
    let bus = Bus::memory().await;
    let _server = serve(&bus, "one").await;
    for seconds in [1, 3600] {
        let began = tokio::time::Instant::now();
        let error = client(&bus).hold().timeout(Duration::from_secs(seconds)).await.unwrap_err();
        assert_eq!(began.elapsed().as_secs(), seconds);
        let error = error.rpc().unwrap();
        assert!(error.is_timeout());
        let text = error.to_string();
        for part in ["`hold`", &bus.topic, &format!("{seconds}s")] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_waits_sixty_seconds_unless_configured() {
    let bus = Bus::memory().await;
    let _server = serve(&bus, "one").await;
    let began = tokio::time::Instant::now();
    client(&bus).hold().await.unwrap_err();
    assert_eq!(began.elapsed().as_secs(), 60);

    let url = format!("memory://{}", unique());
    let config = Config::new().url(&url).response_timeout(Duration::from_secs(5));
    let bus = bus.with(Transport::from_config(&config).await.unwrap());
    let _server = serve(&bus, "one").await;
    let began = tokio::time::Instant::now();
    client(&bus).hold().await.unwrap_err();
    assert_eq!(began.elapsed().as_secs(), 5);
}

/// A server of ours does not send it any more: it knows when its caller gives up.
#[tokio::test(start_paused = true)]
async fn an_answer_that_comes_too_late_is_dropped_and_hurts_nobody() {
    let bus = Bus::memory().await;
    let driver = bus.driver().await;
    let mut slow = driver.listen(bus.listen("slow")).await.unwrap();
    let error = client(&bus).hold().timeout(Duration::from_secs(1)).await.unwrap_err();
    assert_eq!(error.rpc().unwrap().kind(), ErrorKind::Timeout);
    let request = slow.next().await.unwrap().unwrap();
    request.settle.ack().await.unwrap();
    slow.close(WITHIN).await.unwrap();
    let request = message(&request.body);
    let answer =
        json!({"_msg_id": request["_msg_id"], "result": 1, "failure": null, "ending": true});
    let queue = request["_reply_q"].as_str().unwrap().to_owned();
    send(&*driver, &Address::Reply { queue }, answer.to_string().as_bytes()).await;

    let (_server, mut seen, manager) = serve(&bus, "one").await;
    assert_eq!(client(&bus).whoami().await.unwrap(), "one");
    assert!(format!("{:?}", bus.transport).contains("late_replies: 1"), "{:?}", bus.transport);
    client(&bus).hold().timeout(Duration::from_secs(1)).await.unwrap_err();
    seen.recv().await.unwrap();
    manager.release.one();
    assert_eq!(client(&bus).whoami().await.unwrap(), "one");
    assert!(format!("{:?}", bus.transport).contains("late_replies: 1"), "{:?}", bus.transport);
}

#[tokio::test(start_paused = true)]
async fn a_monitored_call_lives_as_long_as_its_server_shows_signs_of_life() {
    let bus = Bus::memory().await;
    let (server, mut seen, manager) = serve(&bus, "one").await;
    let long =
        client(&bus).hold().timeout(Duration::from_secs(3600)).monitor(Duration::from_secs(4));
    let call = tokio::spawn(long.into_future());
    seen.recv().await.unwrap();
    tokio::time::sleep(Duration::from_secs(1800)).await;
    assert!(!call.is_finished());
    manager.release.one();
    assert_eq!(call.await.unwrap().unwrap(), "one");
    drop(server);
}

#[tokio::test(start_paused = true)]
async fn a_monitored_call_to_a_server_that_died_ends_early() {
    let bus = Bus::memory().await;
    let driver = bus.driver().await;
    // It takes the request and never says a word.
    let _dead = driver.listen(bus.listen("dead")).await.unwrap();
    let began = tokio::time::Instant::now();
    let call =
        client(&bus).hold().timeout(Duration::from_secs(3600)).monitor(Duration::from_secs(4));
    let error = call.await.unwrap_err();
    assert_eq!(began.elapsed().as_secs(), 4);
    let error = error.rpc().unwrap();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.to_string().contains("sign of life"), "{error}");
}
