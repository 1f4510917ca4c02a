//! What is promised of messages that come twice, and of answers that nobody waits for.

use messaging::Executor;
use messaging::driver::Address;
use serde_json::json;

use crate::api::{Manager, SchedulerEndpoint, client, serve};
use crate::bus::{on_both, send, unique};

on_both! {
    async fn a_message_that_comes_twice_runs_once(bus: Bus) {
        let (_server, mut seen, _) = serve(&bus, "one").await;
        let driver = bus.driver().await;
        let update = |host: &str, unique_id: &str| {
            json!({
                "method": "update", "version": "2.3", "args": {"host": host},
                "_unique_id": unique_id,
            })
            .to_string()
        };
        let (first, second) = (update("h1", &unique()), update("h2", &unique()));
        for body in [&first, &first, &second] {
            send(&*driver, &bus.to_topic(), body.as_bytes()).await;
        }
        let mut both = [seen.recv().await.unwrap(), seen.recv().await.unwrap()];
        both.sort();
        assert_eq!(both, ["h1 on one", "h2 on one"]);
    }

    /// What must not be lost is not acknowledged before it has run, whichever copy that is.
    async fn a_copy_of_what_is_idempotent_waits_for_the_first(bus: Bus) {
        let (server, mut seen, manager) = serve(&bus, "one").await;
        let driver = bus.driver().await;
        let hold = json!({"method": "hold_again", "version": "2.0", "_unique_id": unique()});
        for _ in 0..2 {
            send(&*driver, &bus.to_topic(), hold.to_string().as_bytes()).await;
        }
        assert_eq!(seen.recv().await.unwrap(), "holds on one");
        // Both are given back when the server gives up, and one of them runs on another.
        assert_eq!(client(&bus).whoami().await.unwrap(), "one");
        let report = server.shutdown(std::time::Duration::from_millis(100)).await;
        assert_eq!(report.cut_off.len(), 1, "{report:?}");
        assert!(seen.try_recv().is_err());
        let (_server, mut seen, manager_of_two) = serve(&bus, "two").await;
        assert_eq!(seen.recv().await.unwrap(), "holds on two");
        manager_of_two.release.one();
        assert_eq!(client(&bus).whoami().await.unwrap(), "two");
        assert!(seen.try_recv().is_err(), "the copy ran as well");
        drop(manager);
    }

    /// However many there are, workers that are free serve others.
    async fn copies_that_wait_hold_no_worker(bus: Bus) {
        let (manager, mut seen) = Manager::new("one");
        let builder = bus.builder("one").endpoint(SchedulerEndpoint::new(manager.clone()));
        let _server = builder.executor(Executor::tasks(60)).start().await.unwrap();
        let driver = bus.driver().await;
        let holds: Vec<_> = (0..20)
            .map(|_| {
                json!({"method": "hold_again", "version": "2.0", "_unique_id": unique()}).to_string()
            })
            .collect();
        for hold in holds.iter().chain(&holds) {
            send(&*driver, &bus.to_topic(), hold.as_bytes()).await;
        }
        for _ in &holds {
            assert_eq!(seen.recv().await.unwrap(), "holds on one");
        }
        assert_eq!(client(&bus).whoami().await.unwrap(), "one");
        for _ in &holds {
            manager.release.one();
        }
        // By its end all copies are known to have been none of their own.
        assert_eq!(client(&bus).whoami().await.unwrap(), "one");
        assert!(seen.try_recv().is_err(), "a copy ran");
        assert!(manager.most.load(std::sync::atomic::Ordering::SeqCst) <= 20);
    }

    /// Its queue is left behind, as by the peer, and holds what comes until a server is back.
    async fn a_topic_whose_server_has_stopped_keeps_its_messages(bus: Bus) {
        let (server, _, _) = serve(&bus, "one").await;
        server.stop();
        server.wait().await;
        client(&bus).update("h1".into()).await.unwrap();
        let call = client(&bus).whoami().timeout(std::time::Duration::from_millis(100));
        assert!(call.await.unwrap_err().rpc().unwrap().is_timeout());
        let (_server, mut seen, _) = serve(&bus, "two").await;
        assert_eq!(seen.recv().await.unwrap(), "h1 on two");
    }

    /// Its memory is one for all the queues that it listens on.
    async fn a_message_that_comes_by_two_ways_runs_once(bus: Bus) {
        let (_server, mut seen, _) = serve(&bus, "one").await;
        let driver = bus.driver().await;
        let update = |host: &str, unique_id: &str| {
            let args = json!({"host": host});
            json!({"method": "update", "version": "2.3", "args": args, "_unique_id": unique_id})
                .to_string()
        };
        let same = unique();
        let (exchange, topic) = ("openstack".to_owned(), bus.topic.clone());
        let directed = Address::Topic { exchange, topic, server: Some("one".into()) };
        send(&*driver, &bus.to_topic(), update("h1", &same).as_bytes()).await;
        assert_eq!(seen.recv().await.unwrap(), "h1 on one");
        send(&*driver, &directed, update("h2", &same).as_bytes()).await;
        send(&*driver, &directed, update("h3", &unique()).as_bytes()).await;
        assert_eq!(seen.recv().await.unwrap(), "h3 on one");
    }

    /// The answer is tried for a minute, in case its caller is connecting anew; meanwhile the one
    /// worker there is serves others.
    async fn an_answer_that_nobody_waits_for_holds_up_nobody(bus: Bus) {
        let (manager, mut seen) = Manager::new("one");
        let server = bus
            .builder("one")
            .endpoint(SchedulerEndpoint::new(manager.clone()))
            .executor(Executor::serial())
            .start()
            .await
            .unwrap();
        let driver = bus.driver().await;
        for caller in ["reply_gone", "reply_gone", "reply_gone_as_well", "scheduler", ""] {
            let call = json!({
                "method": "whoami", "version": "2.0", "_msg_id": unique(), "_reply_q": caller,
            });
            send(&*driver, &bus.to_topic(), call.to_string().as_bytes()).await;
            assert_eq!(client(&bus).whoami().await.unwrap(), "one");
        }
        client(&bus).update("h1".into()).await.unwrap();
        assert_eq!(seen.recv().await.unwrap(), "h1 on one");
        // Stopping does not wait for callers that are gone.
        server.stop();
        server.wait().await;
    }
}
