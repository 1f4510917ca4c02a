//! The driver against a broker that follows a script, for what no broker at hand does.

#![allow(clippy::unwrap_in_result)] // a script of a test

mod herd;
mod scripted;

use std::io::Read as _;
use std::net::TcpListener;
use std::pin::pin;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;

use futures_util::future::{Either, join_all, select};
use tokio::sync::oneshot;

use self::scripted::{Asked, Script, broker};
use super::connection::Connection;
use super::fault::Fault;
use super::peer::Peer;
use super::*;
use crate::ErrorKind;
use crate::driver::{ConnectionState, Notes, Sender};
use crate::url::Host;

/// With the options of our own as they are by default.
async fn connect(
    url: &TransportUrl,
    options: &RabbitOptions,
    runtime: Arc<dyn Runtime>,
) -> Result<Arc<dyn Driver>, Error> {
    super::connect(url, options, Own::default(), runtime).await
}

fn url(port: u16) -> TransportUrl {
    let host = Host {
        name: "127.0.0.1".into(),
        port: Some(port),
        user: Some("user".into()),
        password: Some("not-to-be-shown".into()),
    };
    let (scheme, query) = ("rabbit".into(), Default::default());
    TransportUrl { scheme, hosts: vec![host], virtual_host: None, query }
}

#[tokio::test]
async fn a_broker_without_transient_queues_is_told_of_and_not_asked_again() {
    let (port, accepted, _) = broker(Script::NoTransientQueues);
    let runtime = crate::runtime::tokio().unwrap();
    let driver = connect(&url(port), &RabbitOptions::default(), runtime).await.unwrap();
    assert!(!format!("{driver:?}").contains("not-to-be-shown"));

    let within = Duration::from_secs(20);
    let error = driver.open_inbox(OpenInbox::within(within)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Topology, "{error}");
    let text = error.to_string();
    for part in ["`reply_", "INTERNAL_ERROR", "rabbit_transient_quorum_queue"] {
        assert!(text.contains(part), "{text}");
    }
    let listen =
        Listen { exchange: "e".into(), topic: "t".into(), server: "s".into(), prefetch: 1, within };
    let error = driver.listen(listen).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Topology, "{error}");
    assert!(error.to_string().contains("queue `t`"), "{error}");
    driver.close(within).await;
    // One to publish, and one for each attempt to consume.
    assert_eq!(accepted.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_transient_queue_whose_node_is_down_is_made_anew() {
    let (port, _, asked) = broker(Script::NodeDown);
    let runtime = crate::runtime::tokio().unwrap();
    let driver = connect(&url(port), &RabbitOptions::default(), runtime).await.unwrap();
    let within = Duration::from_secs(20);
    let inbox = driver.open_inbox(OpenInbox::within(within)).await.unwrap();
    let of_queues = |method: &&[u8; 2]| method[0] == 50;
    let asked = asked.lock().unwrap().iter().filter(of_queues).copied().collect::<Vec<_>>();
    // Declared, deleted, declared.
    assert_eq!(asked, [[50, 10], [50, 40], [50, 10]]);
    inbox.consumer.close(within).await.unwrap();
    driver.close(within).await;
}

#[tokio::test]
async fn a_shared_queue_whose_node_is_down_is_left_alone() {
    let (port, _, asked) = broker(Script::NodeDown);
    let runtime = crate::runtime::tokio().unwrap();
    let driver = connect(&url(port), &RabbitOptions::default(), runtime).await.unwrap();
    let within = Duration::from_secs(20);
    let listen =
        Listen { exchange: "e".into(), topic: "t".into(), server: "s".into(), prefetch: 1, within };
    let error = driver.listen(listen).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Topology);
    assert!(error.to_string().contains("home node 'n2'"), "{error}");
    assert!(!asked.lock().unwrap().contains(&[50, 40]));
    driver.close(within).await;
}

/// Connects to a broker that follows a script.
async fn connected(script: Script) -> (Arc<dyn Driver>, Asked) {
    let (port, _, asked) = broker(script);
    let options = RabbitOptions { reconnect_delay: Duration::ZERO, ..RabbitOptions::default() };
    let driver = connect(&url(port), &options, crate::runtime::tokio().unwrap()).await.unwrap();
    (driver, asked)
}

fn count(asked: &Asked, method: [u8; 2]) -> usize {
    asked.lock().unwrap().iter().filter(|asked| **asked == method).count()
}

/// The peer asks once more (wire document, section 5.7).
#[tokio::test]
async fn a_broker_that_is_just_starting_is_asked_again() {
    let (driver, asked) = connected(Script::Starting).await;
    let within = Duration::from_secs(20);
    let inbox = driver.open_inbox(OpenInbox::within(within)).await.unwrap();
    assert_eq!(count(&asked, [50, 10]), 2);
    inbox.consumer.close(within).await.unwrap();
    driver.close(within).await;
}

#[tokio::test]
async fn a_queue_that_goes_before_it_is_consumed_is_declared_again() {
    let (driver, asked) = connected(Script::GoneBeforeConsumed).await;
    let within = Duration::from_secs(20);
    let inbox = driver.open_inbox(OpenInbox::within(within)).await.unwrap();
    assert_eq!((count(&asked, [50, 10]), count(&asked, [60, 20])), (2, 2));
    inbox.consumer.close(within).await.unwrap();
    driver.close(within).await;
}

#[tokio::test]
async fn a_message_that_the_broker_does_not_take_is_published_again_unless_told_not_to() {
    for (retries, published) in [(None, 2), (Some(0), 1)] {
        let (driver, asked) = connected(Script::NoLeader).await;
        let address = Address::Topic { exchange: "e".into(), topic: "t".into(), server: None };
        let within = Duration::from_secs(20);
        let (expires, mandatory, address) = (None, true, &address);
        let message = Publish {
            address,
            body: b"{}",
            notes: Notes::NONE,
            expires,
            mandatory,
            within,
            retries,
        };
        let told = driver.publish(message.clone()).await;
        match retries {
            None => told.unwrap(),
            Some(_) => assert_eq!(told.unwrap_err().kind(), ErrorKind::Connection),
        }
        assert_eq!(count(&asked, [60, 40]), published);
        // Once for the channel, however often it is used; a machine that stalls may see another, since
        // one that is older than a second is not used again after a refusal.
        for _ in 0..3 {
            driver.publish(message.clone()).await.unwrap();
        }
        assert!(count(&asked, [40, 10]) < 3);
        driver.close(within).await;
    }
}

/// Of a channel that was first published on while its quorum queue had no leader RabbitMQ may take
/// nothing ever after, or say nothing.
#[tokio::test]
async fn messages_go_another_way_where_the_broker_takes_none_on_a_channel() {
    for script in [Script::Stuck, Script::Mute] {
        let (driver, asked) = connected(script).await;
        let address = Address::Topic { exchange: "e".into(), topic: "t".into(), server: None };
        let address = &address;
        let publish = |within| {
            let (expires, mandatory, retries) = (None, true, None);
            let (body, notes) = (&b"{}"[..], Notes::NONE);
            driver.publish(Publish { address, body, notes, expires, mandatory, within, retries })
        };
        let long = Duration::from_secs(60);
        match script {
            // Tried again by itself.
            Script::Stuck => publish(long).await.unwrap(),
            // As many as may be under way on a channel, and one that waits for its turn.
            _ => {
                let silent = join_all((0..outlet::MOST).map(|_| publish(long)));
                let last = publish(long);
                let Either::Right((last, _)) = select(pin!(silent), pin!(last)).await else {
                    panic!("a message on the silent channel was confirmed")
                };
                last.unwrap();
            }
        }
        // On another channel, with the exchange declared there; a machine that stalls may see one more.
        assert!(count(&asked, [40, 10]) > 1);
        publish(long).await.unwrap();
        driver.close(Duration::from_secs(1)).await;
    }
}

/// Whoever posts is told of nothing here.
struct Silent;

impl Sender for Silent {
    fn undelivered(self: Arc<Self>, _: &[u8], error: Error) {
        panic!("{error}");
    }
}

/// To queues that are kept each is confirmed; of all others the broker is asked now and then.
#[tokio::test]
async fn what_is_posted_is_confirmed_where_queues_are_kept_and_asked_of_together_elsewhere() {
    for quorum_queue in [false, true] {
        let (port, _, asked) = broker(Script::GoneBeforeConsumed);
        let options = RabbitOptions { quorum_queue, ..RabbitOptions::default() };
        let driver = connect(&url(port), &options, crate::runtime::tokio().unwrap()).await.unwrap();
        let within = Duration::from_secs(20);
        let topic = Address::Topic { exchange: "e".into(), topic: "t".into(), server: None };
        let message = Post {
            address: Arc::new(topic),
            body: Arc::new(b"{}".to_vec()),
            notes: Arc::default(),
            expires: None,
            mandatory: false,
            within,
            retries: None,
            sender: Arc::new(Silent),
        };
        for _ in 0..100 {
            driver.post(message.clone()).await.unwrap();
        }
        driver.flush(within).await;
        assert_eq!(count(&asked, [60, 40]), 100);
        let (confirms, questions) = (count(&asked, [85, 10]), count(&asked, [20, 20]));
        match quorum_queue {
            true => assert_eq!((confirms, questions), (1, 0)),
            false => assert!(confirms == 0 && (1..=10).contains(&questions), "{questions}"),
        }
        driver.close(within).await;
    }
}

#[tokio::test]
async fn a_broker_that_has_blocked_the_connection_is_named_as_the_cause() {
    let (driver, _) = connected(Script::ShortOfMemory).await;
    let address = &Address::Fanout { topic: "t".into() };
    let within = Duration::from_secs(3);
    let (expires, mandatory, retries) = (None, false, None);
    let message =
        Publish { address, body: b"{}", notes: Notes::NONE, expires, mandatory, within, retries };
    let mut events = driver.events();
    let error = driver.publish(message).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotConfirmed);
    assert!(error.to_string().contains("blocked this connection: low on memory"), "{error}");
    let told = events.next().await.unwrap();
    let Event::Blocked { purpose: Purpose::Publish, reason, .. } = told else { panic!("{told:?}") };
    assert_eq!(reason, "low on memory");
    let health = driver.health();
    assert_eq!(health.connections[0].state, ConnectionState::Blocked("low on memory".into()));
    assert!(health.is_live() && !health.is_ready());
    assert_eq!(health.counters.blocked, 1);
    // It is there, and says why it is silent: the connection is kept.
    let within = Duration::from_secs(20);
    let inbox = driver.open_inbox(OpenInbox::within(within)).await.unwrap();
    inbox.consumer.close(within).await.unwrap();
    // Nor is it waited for when it is closed, which it would not hear.
    let closing = crate::runtime::tokio().unwrap();
    let begun = closing.now();
    driver.close(within).await;
    assert!(closing.now() - begun < within / 2);
}

#[tokio::test]
async fn a_queue_that_another_connection_holds_is_waited_for_and_named() {
    let (driver, asked) = connected(Script::Locked(2)).await;
    let within = Duration::from_secs(20);
    let inbox = driver.open_inbox(OpenInbox::within(within)).await.unwrap();
    assert_eq!(count(&asked, [50, 10]), 3);
    inbox.consumer.close(within).await.unwrap();
    driver.close(within).await;

    let (driver, _) = connected(Script::Locked(usize::MAX)).await;
    let opening = OpenInbox { retries: Some(2), ..OpenInbox::within(within) };
    let error = driver.open_inbox(opening).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection, "{error}");
    let text = error.to_string();
    assert!(
        ["`reply_", "RESOURCE_LOCKED", "heartbeat"].iter().all(|it| text.contains(it)),
        "{text}"
    );
    driver.close(within).await;
}

/// Whoever reads it learns on another thread that the driver is closed, and is done with it as well.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_driver_that_is_closed_deletes_the_queue_of_whoever_still_reads() {
    let within = Duration::from_secs(20);
    for _ in 0..40 {
        let (driver, asked) = connected(Script::NoLeader).await;
        let mut inbox = driver.open_inbox(OpenInbox::within(within)).await.unwrap();
        let (closed, reading) = oneshot::channel();
        crate::runtime::tokio().unwrap().spawn(Box::pin(async move {
            while inbox.consumer.next().await.is_some() {}
            closed.send(inbox.consumer.close(within).await).unwrap();
        }));
        driver.close(within).await;
        reading.await.unwrap().unwrap();
        assert!(count(&asked, [50, 40]) > 0);
    }
}

#[tokio::test]
async fn a_consumer_whose_channel_the_broker_closed_is_restored_at_once() {
    let (driver, asked) = connected(Script::AckTimeout).await;
    let within = Duration::from_secs(20);
    let mut inbox = driver.open_inbox(OpenInbox::within(within)).await.unwrap();
    let mut events = driver.events();
    let error = inbox.consumer.next().await.unwrap().unwrap_err();
    assert!(error.to_string().contains("acknowledgement on channel 1 timed out"), "{error}");
    let restored = async {
        loop {
            if let Some(Event::ConsumerRestored { after, .. }) = events.next().await {
                return after;
            }
        }
    };
    let after = tokio::select! {
        after = restored => after,
        _ = inbox.consumer.next() => panic!("nothing was sent"),
    };
    // A probe would find it after five seconds and more.
    assert!(after <= Duration::from_secs(4), "{after:?}");
    assert_eq!(count(&asked, [60, 20]), 2);
    // The connection was left alone.
    assert_eq!(driver.health().counters.disconnected, 0);
    inbox.consumer.close(within).await.unwrap();
    driver.close(within).await;
}

#[tokio::test]
async fn a_virtual_host_that_is_starting_is_waited_for_and_named() {
    let (port, ..) = broker(Script::VhostStarting);
    let options = RabbitOptions {
        retry_interval: Duration::from_millis(10),
        retry_backoff: Duration::ZERO,
        ..RabbitOptions::default()
    };
    let runtime = crate::runtime::tokio().unwrap();
    let driver = connect(&url(port), &options, runtime).await.unwrap();
    let mut events = driver.events();
    let within = Duration::from_secs(20);
    let inbox = driver.open_inbox(OpenInbox::within(within)).await.unwrap();
    for _ in 0..2 {
        let told = events.next().await.unwrap();
        let Event::ConnectFailed { reason, .. } = &told else { panic!("{told:?}") };
        assert!(reason.contains("is starting or has failed"), "{reason}");
    }
    inbox.consumer.close(within).await.unwrap();
    driver.close(within).await;
}

/// Both connections are lost and want to log in again.
#[tokio::test]
async fn a_login_that_was_refused_is_tried_once_per_pause_whatever_wants_a_connection() {
    let (port, accepted, _) = broker(Script::LockedOut);
    let second = Duration::from_secs(1);
    let options = RabbitOptions {
        reconnect_delay: Duration::ZERO,
        retry_max: second,
        ..RabbitOptions::default()
    };
    let runtime = crate::runtime::tokio().unwrap();
    let driver = connect(&url(port), &options, runtime.clone()).await.unwrap();
    let mut events = driver.events();
    let failing = async {
        let mut failed = Vec::new();
        while failed.len() < 4 {
            if let Event::ConnectFailed { retry_in, .. } = events.next().await.unwrap() {
                assert!(retry_in >= second);
                failed.push(runtime.now());
            }
        }
        failed
    };
    let address = &Address::Fanout { topic: "t".into() };
    let (expires, mandatory, retries, within) = (None, false, None, second * 20);
    let message =
        Publish { address, body: b"{}", notes: Notes::NONE, expires, mandatory, within, retries };
    let opening = driver.open_inbox(OpenInbox::within(within));
    let (published, opened, failed) = tokio::join!(driver.publish(message), opening, failing);
    // Nobody waits for a password to be changed.
    for error in [published.unwrap_err(), opened.unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::AccessRefused, "{error}");
        assert!(!error.to_string().contains("not-to-be-shown"));
    }
    // Those that were already under way when the first was refused do not count.
    assert!(failed[3] - failed[1] >= second * 2, "{failed:?}");
    assert!(accepted.load(Ordering::SeqCst) <= 6);
    driver.close(within).await;
}

#[tokio::test]
async fn what_is_asked_of_a_connection_that_ended_is_not_waited_for() {
    let (port, _, _) = broker(Script::NoLeader);
    let runtime = crate::runtime::tokio().unwrap();
    let (peers, options) = (Peer::all(&url(port)).unwrap(), RabbitOptions::default());
    let teller = Arc::default();
    let opening = Connection::open(&peers[0], Purpose::Publish, &options, &runtime, &teller);
    let connection = opening.await.unwrap();
    let (within, never) = (Duration::from_secs(20), std::future::pending::<lapin::Result<()>>());
    let deadline = Deadline::after(&runtime, within * 60);
    // lapin never answers what it is asked for between the end of a connection and its own note
    // of it: a moment too short to be met here.
    let waiting = connection.bounded(&deadline, never);
    let ending = async { connection.close(&deadline).await };
    let both = async { tokio::join!(waiting, ending) };
    let (ended, ()) = crate::runtime::timeout(&*runtime, within, both).await.unwrap();
    assert!(matches!(ended, Err(Fault::Told(_))), "{ended:?}");
}

/// A host that accepts and never answers: tells when it was greeted, and ends when it was hung up
/// on.
fn silent_host() -> (u16, oneshot::Receiver<()>, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (greet, greeted) = oneshot::channel();
    let hung_up = std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        if socket.read_exact(&mut [0; 8]).is_ok() {
            let _ = greet.send(());
            let _ = socket.read_to_end(&mut Vec::new());
        }
    });
    (port, greeted, hung_up)
}

#[tokio::test(start_paused = true)]
async fn a_host_that_never_answers_is_given_up_in_time_and_hung_up_on() {
    let (port, _, hung_up) = silent_host();
    let runtime = crate::runtime::tokio().unwrap();
    let begun = runtime.now();
    let error = connect(&url(port), &RabbitOptions::default(), runtime.clone()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection);
    assert!(error.to_string().contains(&format!("127.0.0.1:{port}")), "{error}");
    assert!(runtime.now() - begun <= Duration::from_secs(6));
    hung_up.join().unwrap();
}

#[tokio::test]
async fn a_handshake_that_is_dropped_is_hung_up_on() {
    let (port, greeted, hung_up) = silent_host();
    let (url, options) = (url(port), RabbitOptions::default());
    let connecting = connect(&url, &options, crate::runtime::tokio().unwrap());
    tokio::select! {
        _ = connecting => panic!("nobody answers"),
        greeted = greeted => greeted.unwrap(),
    }
    hung_up.join().unwrap();
}
