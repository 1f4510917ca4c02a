//! What is handed to the broker, how often, and what becomes of it when that fails. On virtual
//! time.

use std::time::Duration;

use messaging::driver::Address;
use messaging::{ErrorKind, Executor};
use serde_json::{Value, json};

use crate::api::{Manager, SchedulerEndpoint, client, serve};
use crate::bus::{Bus, send, unique};
use crate::faulty::Faulty;

/// As oslo.messaging sets them (wire document, sections 6 and 15), but that requests are mandatory.
#[tokio::test(start_paused = true)]
async fn calls_alone_expire_and_fanouts_alone_may_reach_nobody() {
    let (bus, recorder) = Faulty::over(Bus::memory().await).await;
    let (_server, mut seen, _) = serve(&bus, "one").await;
    client(&bus).whoami().timeout(Duration::from_millis(2500)).await.unwrap();
    client(&bus).whoami().await.unwrap();
    client(&bus).update("cast".into()).await.unwrap();
    client(&bus).update("fanout".into()).fanout().await.unwrap();
    client(&bus).update("careless".into()).mandatory(false).await.unwrap();
    for _ in 0..3 {
        seen.recv().await.unwrap();
    }
    let told: Vec<_> = recorder.sent().iter().map(|sent| (sent.expires, sent.mandatory)).collect();
    let (call, reply) = (|millis| (Some(Duration::from_millis(millis)), true), (None, true));
    let casts = [(None, true), (None, false), (None, false)];
    assert_eq!(told[..4], [call(2500), reply, call(60_000), reply]);
    assert_eq!(told[4..], casts);
}

#[tokio::test(start_paused = true)]
async fn an_answer_whose_connection_was_lost_is_sent_again() {
    let (bus, recorder) = Faulty::over(Bus::memory().await).await;
    let _server = serve(&bus, "one").await;
    recorder.lose_replies(2, ErrorKind::NotConfirmed);
    // What the broker says of the service may pass as well.
    recorder.lose_replies(1, ErrorKind::AccessRefused);
    assert_eq!(client(&bus).whoami().await.unwrap(), "one");
    // Each try is a message of its own.
    let replies = recorder.replies();
    assert_eq!(replies.len(), 4);
    assert!(replies.iter().all(|sent| sent.message["result"] == "one"));
    assert_ne!(replies[0].message["_unique_id"], replies[2].message["_unique_id"]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_the_broker_refuses_is_replaced_by_a_failure() {
    let (bus, recorder) = Faulty::over(Bus::memory().await).await;
    let _server = serve(&bus, "one").await;
    recorder.lose_replies(1, ErrorKind::Refused);
    let error = client(&bus).whoami().await.unwrap_err();
    let failure = error.rpc().and_then(|error| error.failure()).expect("an answer");
    assert_eq!(failure.class, "ResultNotSent");
    // Where that is refused as well, there is nothing more to say.
    recorder.lose_replies(2, ErrorKind::Refused);
    let call = client(&bus).whoami().timeout(Duration::from_secs(5));
    assert_eq!(call.await.unwrap_err().rpc().unwrap().kind(), ErrorKind::Timeout);
    assert_eq!(recorder.replies().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_tried_each_quarter_of_a_second_until_its_queue_is_back() {
    let (bus, recorder) = Faulty::over(Bus::memory().await).await;
    let _server = serve(&bus, "one").await;
    recorder.lose_replies(5, ErrorKind::Unroutable);
    assert_eq!(client(&bus).whoami().await.unwrap(), "one");
    let replies = recorder.replies();
    let after: Vec<_> = replies.iter().map(|sent| (sent.at - replies[0].at).as_millis()).collect();
    assert_eq!(after, [0, 0, 250, 500, 750, 1000]);
    assert_ne!(replies[0].message["_unique_id"], replies[5].message["_unique_id"]);
}

/// Of a caller that never comes back; and that came back later than one of its calls had time.
#[tokio::test(start_paused = true)]
async fn a_caller_is_gone_when_its_queue_was_missing_for_a_minute_and_not_before() {
    let (bus, recorder) = Faulty::over(Bus::memory().await).await;
    let _server = serve(&bus, "one").await;
    let driver = bus.driver().await;
    let ask = async |expires: Option<Duration>| {
        let call = json!({
            "method": "whoami", "version": "2.0", "_msg_id": unique(), "_reply_q": "reply_gone",
        })
        .to_string();
        let (address, begun) = (bus.to_topic(), recorder.replies().len());
        match expires {
            None => send(&*driver, &address, call.as_bytes()).await,
            expires => {
                let within = Duration::from_secs(1);
                let message = messaging::driver::Publish {
                    address: &address,
                    body: call.as_bytes(),
                    notes: messaging::driver::Notes::NONE,
                    expires,
                    mandatory: true,
                    within,
                    retries: None,
                };
                driver.publish(message).await.unwrap();
            }
        }
        tokio::time::sleep(Duration::from_secs(90)).await;
        recorder.replies().len() - begun
    };
    // By the caller's own deadline it ends, and the next answer is tried as if nothing had been.
    let tries = ask(Some(Duration::from_secs(2))).await;
    assert!((9..=10).contains(&tries), "{tries}");
    let tries = ask(None).await;
    assert!((241..=242).contains(&tries), "{tries}");
    let call = |queue: &str| {
        json!({"method": "whoami", "version": "2.0", "_msg_id": unique(), "_reply_q": queue})
            .to_string()
    };
    send(&*driver, &bus.to_topic(), call("reply_other").as_bytes()).await;
    tokio::time::sleep(Duration::from_secs(61)).await;
    let begun = recorder.replies().len();
    send(&*driver, &bus.to_topic(), call("reply_other").as_bytes()).await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(recorder.replies().len(), begun, "an answer to a caller that is gone is dropped");
    tokio::time::sleep(Duration::from_secs(60)).await;
    send(&*driver, &bus.to_topic(), call("reply_other").as_bytes()).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(recorder.replies().len() > begun, "and after a minute it is forgotten");
}

/// The option is about queues that are missing, and says nothing of others.
#[tokio::test(start_paused = true)]
async fn without_patience_an_answer_is_tried_once() {
    let bus = Bus::memory().await;
    let config = bus.config().option("kombu_missing_consumer_retry_timeout", "0");
    let (bus, recorder) = Faulty::with(bus, &config).await;
    let _server = serve(&bus, "one").await;
    assert_eq!(client(&bus).whoami().await.unwrap(), "one");
    recorder.lose_replies(1, ErrorKind::Unroutable);
    let call = client(&bus).whoami().timeout(Duration::from_secs(5));
    assert!(call.await.unwrap_err().rpc().unwrap().is_timeout());
    assert_eq!(recorder.replies().len(), 2);
}

/// By what they hold, and not by their number: those that there is no room for are dropped.
#[tokio::test(start_paused = true)]
async fn answers_that_wait_are_bounded() {
    let (bus, recorder) = Faulty::over(Bus::memory().await).await;
    let _server = serve(&bus, "one").await;
    let driver = bus.driver().await;
    // Of which four fit into 64 MiB.
    let value = "x".repeat(13 << 20);
    for caller in 0..5 {
        let call = json!({
            "method": "echo", "version": "2.0", "args": {"value": value},
            "_msg_id": unique(), "_reply_q": format!("reply_{caller}"),
        });
        send(&*driver, &bus.to_topic(), call.to_string().as_bytes()).await;
    }
    tokio::time::sleep(Duration::from_millis(400)).await;
    let tried = |caller: usize| {
        let queue = format!("reply_{caller}");
        recorder
            .replies()
            .iter()
            .filter(|sent| sent.address == Address::Reply { queue: queue.clone() })
            .count()
    };
    let waiting = (0..5).filter(|caller| tried(*caller) > 1).count();
    assert_eq!(waiting, 4);
}

/// What an answer that waits is run on is free, and not only its permit.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_that_wait_keep_no_thread() {
    let (bus, recorder) = Faulty::over(Bus::memory().await).await;
    let (manager, _seen) = Manager::new("one");
    let builder = bus.builder("one").endpoint(SchedulerEndpoint::new(manager));
    let _server = builder.executor(Executor::threads(1)).start().await.unwrap();
    recorder.lose_replies(1, ErrorKind::Unroutable);
    let waits = tokio::spawn(client(&bus).block(0).into_future());
    // The only thread has to be free for this one, and is the same.
    let (first, second) = (client(&bus).block(0).await.unwrap(), waits.await.unwrap().unwrap());
    assert_eq!(first, second);
}

/// While the broker is away, a stop waits for answers no longer than their callers do, and a
/// shutdown no longer than its budget.
#[tokio::test(start_paused = true)]
async fn a_server_that_ends_gives_up_what_it_cannot_send() {
    let (bus, recorder) = Faulty::over(Bus::memory().await).await;
    for budget in [None, Some(Duration::from_secs(2))] {
        let (server, mut seen, manager) = serve(&bus, "one").await;
        let call = client(&bus).hold().timeout(Duration::from_secs(10));
        let call = tokio::spawn(call.into_future());
        seen.recv().await.unwrap();
        recorder.lose_replies(1000, ErrorKind::Connection);
        manager.release.one();
        let begun = tokio::time::Instant::now();
        match budget {
            None => {
                server.stop();
                server.wait().await;
            }
            Some(budget) => assert!(server.shutdown(budget).await.is_clean()),
        }
        let longest = budget.unwrap_or(Duration::from_secs(11));
        assert!(begun.elapsed() <= longest, "{:?}", begun.elapsed());
        recorder.mend();
        assert!(call.await.unwrap().unwrap_err().rpc().unwrap().is_timeout());
    }
}

/// All its answers wait, and one of them tries.
#[tokio::test(start_paused = true)]
async fn a_missing_queue_is_asked_for_by_one_answer_at_a_time() {
    let (bus, recorder) = Faulty::over(Bus::memory().await).await;
    let _server = serve(&bus, "one").await;
    recorder.lose_replies(1000, ErrorKind::Unroutable);
    let calls: Vec<_> = (0..50)
        .map(|_| tokio::spawn(client(&bus).whoami().timeout(Duration::from_secs(30)).into_future()))
        .collect();
    tokio::time::sleep(Duration::from_secs(10)).await;
    // One try of each, and four a second of all.
    let tries = recorder.replies().len();
    assert!((80..=100).contains(&tries), "{tries}");
    recorder.mend();
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap(), "one");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_confirmation_was_lost_waits_for_its_answer() {
    let (bus, recorder) = Faulty::over(Bus::memory().await).await;
    let _server = serve(&bus, "one").await;
    recorder.fail_request(ErrorKind::NotConfirmed, true);
    assert_eq!(client(&bus).whoami().await.unwrap(), "one");

    recorder.fail_request(ErrorKind::NotConfirmed, false);
    let begun = tokio::time::Instant::now();
    let error = client(&bus).whoami().timeout(Duration::from_secs(5)).await.unwrap_err();
    assert_eq!(error.rpc().unwrap().kind(), ErrorKind::NotConfirmed);
    assert_eq!(begun.elapsed().as_secs(), 5);
    // It is never sent twice: it may run.
    let requests = recorder.sent().len() - recorder.replies().len();
    assert_eq!(requests, 2);

    recorder.fail_request(ErrorKind::Connection, false);
    let begun = tokio::time::Instant::now();
    let error = client(&bus).whoami().await.unwrap_err();
    assert_eq!(error.rpc().unwrap().kind(), ErrorKind::Connection);
    assert_eq!(begun.elapsed().as_secs(), 0);
}

/// By both a Python server's log tells of it.
#[tokio::test(start_paused = true)]
async fn a_timeout_names_the_call_and_its_reply_queue() {
    let (bus, recorder) = Faulty::over(Bus::memory().await).await;
    let _server = serve(&bus, "one").await;
    let error = client(&bus).hold().timeout(Duration::from_secs(1)).await.unwrap_err().to_string();
    let request: &Value = &recorder.sent()[0].message;
    for key in ["_msg_id", "_reply_q"] {
        assert!(error.contains(request[key].as_str().unwrap()), "{key}: {error}");
    }
    assert!(error.contains("after 1s"), "{error}");
}
