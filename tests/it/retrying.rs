//! Calls that are made again where they fail.

use std::time::Duration;

use messaging::testing::Expected;
use messaging::testing::Sent;
use messaging::{Error, ErrorKind, RetryPolicy, RpcClient, version};
use serde_json::json;
use tokio::time::Instant;

use crate::api::{Manager, client, serve};
use crate::bus::{Bus, on_both};
use crate::faulty::Faulty;

const MANY: u32 = u32::MAX;

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A bus whose next requests are lost.
async fn losing(count: usize, kind: ErrorKind) -> (Bus, Faulty) {
    let (bus, recorder) = Faulty::over(Bus::memory().await).await;
    (0..count).for_each(|_| recorder.fail_request(kind, false));
    (bus, recorder)
}

fn requests(recorder: &Faulty) -> Vec<Sent> {
    let is_request = |sent: &Sent| sent.message["method"] == "again";
    recorder.sent().into_iter().filter(is_request).collect()
}

#[tokio::test(start_paused = true)]
async fn attempts_are_further_and_further_apart_and_each_is_a_message_of_its_own() {
    let (bus, recorder) = losing(5, ErrorKind::Connection).await;
    let (_server, ..) = serve(&bus, "one").await;
    let policy = RetryPolicy::new().attempts(6).pauses(millis(100), millis(400));
    assert_eq!(client(&bus).again().retry(policy).await.unwrap(), "one");
    let sent = requests(&recorder);
    assert_eq!(sent.len(), 6);
    for (pair, longest) in sent.windows(2).zip([100, 200, 400, 400, 400]) {
        let pause = pair[1].at - pair[0].at;
        // Timers are of whole milliseconds.
        let range = millis(longest / 2)..=millis(longest + 1);
        assert!(range.contains(&pause), "{pause:?} of {longest} ms");
        for id in ["_msg_id", "_unique_id"] {
            assert_ne!(pair[0].message[id], pair[1].message[id], "{id}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn all_attempts_are_within_the_time_of_the_call() {
    let (bus, _) = losing(0, ErrorKind::Connection).await;
    let begun = Instant::now();
    let policy = RetryPolicy::new().attempts(MANY).pauses(millis(800), millis(800));
    let call = client(&bus).again().timeout(Duration::from_secs(10)).retry(policy);
    let error = call.await.unwrap_err().rpc().unwrap().clone();
    assert!(error.is_unroutable() && !error.may_have_run(), "{error:?}");
    // Where there is no time for one more it does not wait in vain.
    let passed = begun.elapsed();
    assert!((9_000..10_000).contains(&passed.as_millis()), "{passed:?}");
    assert!((12..=25).contains(&error.attempts()), "{error}");
    assert!(error.to_string().contains(&format!("attempt {}", error.attempts())), "{error}");
}

#[tokio::test(start_paused = true)]
async fn an_attempt_may_have_a_time_of_its_own() {
    let (bus, recorder) = losing(0, ErrorKind::Connection).await;
    let (_server, mut seen, manager) = serve(&bus, "one").await;
    let policy = RetryPolicy::new().attempt_timeout(Duration::from_secs(2));
    let call = tokio::spawn(client(&bus).hold_again().retry(policy).into_future());
    let begun = Instant::now();
    for _ in 0..2 {
        assert_eq!(seen.recv().await.unwrap(), "holds on one");
    }
    assert!(begun.elapsed() >= Duration::from_secs(2), "{:?}", begun.elapsed());
    // The first was ended with its attempt.
    manager.release.one();
    assert_eq!(call.await.unwrap().unwrap(), "one");
    let requests = recorder.matching(&Expected::call("hold_again"));
    let expires: Vec<_> = requests.iter().filter_map(|sent| sent.expires).collect();
    assert_eq!(expires, [Duration::from_secs(2); 2]);
}

#[tokio::test(start_paused = true)]
async fn what_ran_in_an_attempt_before_the_last_is_not_forgotten() {
    let (bus, recorder) = losing(1, ErrorKind::NotConfirmed).await;
    recorder.fail_request(ErrorKind::Unroutable, false);
    let policy = RetryPolicy::new().attempts(2).attempt_timeout(Duration::from_secs(1));
    let error = client(&bus).again().retry(policy).await.unwrap_err();
    assert!(error.is_unroutable() && error.may_have_run(), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn what_does_not_pass_by_itself_is_not_tried_again() {
    for kind in ErrorKind::ALL {
        let (bus, recorder) = losing(1, *kind).await;
        let _server = serve(&bus, "one").await;
        let policy = RetryPolicy::new().attempts(2).attempt_timeout(Duration::from_secs(1));
        let answered = client(&bus).again().retry(policy).await;
        let transient = Error::new(*kind, "").is_transient();
        assert_eq!(answered.is_ok(), transient, "{kind:?}: {answered:?}");
        assert_eq!(requests(&recorder).len(), if transient { 2 } else { 1 }, "{kind:?}");
        if let Err(error) = answered {
            assert_eq!(error.rpc().unwrap().attempts(), 1);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_caller_may_say_what_is_tried_again() {
    let (bus, recorder) = losing(0, ErrorKind::Connection).await;
    let _server = serve(&bus, "one").await;
    let named = RpcClient::new(&bus.transport, bus.target().version(version!("2.6")));
    // The method's own error, which is the end of it unless told otherwise.
    let args = json!({"spec": {"ram": 0}, "filter": {"zone": null}});
    let call = || named.call_idempotent::<()>("select_hosts", &args);
    let policy = RetryPolicy::new().attempts(3);
    assert!(call().retry(policy.clone()).await.unwrap_err().is_own());
    let own = call().retry(policy.clone()).when(|error| error.is_own());
    assert_eq!(own.await.unwrap_err().remote().unwrap().class, "Maintenance");
    assert_eq!(recorder.sent().len() - recorder.replies().len(), 1 + 3);
    recorder.fail_request(ErrorKind::Connection, false);
    let never = client(&bus).again().retry(policy).when(|_| false);
    assert!(never.await.unwrap_err().is_connection());
}

#[tokio::test(start_paused = true)]
async fn a_cast_is_made_again_too() {
    let (bus, recorder) = losing(1, ErrorKind::NotConfirmed).await;
    let (_server, mut seen, _) = serve(&bus, "one").await;
    client(&bus).update_again("host-1".into()).retry(RetryPolicy::new()).await.unwrap();
    assert_eq!(seen.recv().await.unwrap(), "host-1 on one");
    let by_name = RpcClient::new(&bus.transport, bus.target().version(version!("2.6")));
    recorder.fail_request(ErrorKind::Connection, false);
    let cast = by_name.cast_idempotent("update_again", json!({"host": "host-2"}));
    cast.retry(RetryPolicy::new()).await.unwrap();
    assert_eq!(seen.recv().await.unwrap(), "host-2 on one");
    recorder.fail_request(ErrorKind::Connection, false);
    let never = client(&bus).update_again("host-3".into()).retry(RetryPolicy::new());
    assert!(never.when(|error| error.is_refused()).await.unwrap_err().is_connection());
}

on_both! {
    async fn a_call_to_nobody_is_answered_once_somebody_is_there(bus: Bus) {
        let policy = RetryPolicy::new().attempts(MANY).pauses(millis(20), millis(20));
        let call = tokio::spawn(client(&bus).again().retry(policy).into_future());
        // Until then nobody takes it, and each attempt says so.
        client(&bus).again().await.unwrap_err();
        let _server = serve(&bus, "one").await;
        assert_eq!(call.await.unwrap().unwrap(), "one");
    }

    /// Its method is no idempotent one to the server, which cuts it off and says so.
    async fn a_call_whose_server_shuts_down_is_answered_by_another(bus: Bus) {
        let (server, mut seen, _manager) = serve(&bus, "one").await;
        let named = RpcClient::new(&bus.transport, bus.target().version(version!("2.0")));
        let call = named.call_idempotent::<String>("hold", json!({})).retry(RetryPolicy::new());
        let call = tokio::spawn(call.into_future());
        assert_eq!(seen.recv().await.unwrap(), "holds on one");
        let (other, mut seen, manager): (_, _, Manager) = serve(&bus, "two").await;
        assert_eq!(server.shutdown(millis(200)).await.cut_off.len(), 1);
        assert_eq!(seen.recv().await.unwrap(), "holds on two");
        manager.release.one();
        assert_eq!(call.await.unwrap().unwrap(), "two");
        drop(other);
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_was_lost_is_given_again_without_running_again() {
    let (bus, faults) = Faulty::over(Bus::memory().await).await;
    let (server, ..) = serve(&bus, "one").await;
    // As if the server had died over it.
    faults.lose_replies(1, ErrorKind::Closed);
    let policy = RetryPolicy::new().attempt_timeout(Duration::from_secs(1));
    assert_eq!(client(&bus).again().retry(policy).await.unwrap(), "one");
    let statistics = server.statistics();
    let again = statistics.method(None, "again").unwrap();
    assert_eq!((again.calls, again.duplicates), (1, 1));
    // Another call is none of its attempts.
    assert_eq!(client(&bus).again().await.unwrap(), "one");
    assert_eq!(server.statistics().method(None, "again").unwrap().calls, 2);
}
