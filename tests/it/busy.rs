//! Servers that say when they are busy.

use std::future::IntoFuture as _;
use std::time::Duration;

use messaging::{Error, ErrorKind, Executor, Proxy as _, RetryPolicy, Transport};

use crate::api::{Manager, SchedulerClient, SchedulerEndpoint, client, serve};
use crate::bus::{Bus, WITHIN, on_both};

const PAUSE: Duration = Duration::from_millis(20);

on_both! {
    async fn a_busy_server_refuses_what_no_place_is_free_for(bus: Bus) {
        let (manager, mut events) = Manager::new("one");
        let builder = bus.builder("one").endpoint(SchedulerEndpoint::new(manager.clone()));
        let server = builder.executor(Executor::serial()).refuse_beyond(1).start().await.unwrap();
        let client = client(&bus);
        let first = tokio::spawn(client.hold().into_future());
        events.recv().await.unwrap();
        // One may wait, and a cast is never refused. Each is there when a later one is refused.
        client.update("second".into()).await.unwrap();
        client.update("third".into()).await.unwrap();
        let error = client.whoami().await.unwrap_err();
        assert_eq!(error.rpc().map(Error::kind), Some(ErrorKind::Busy), "{error}");
        assert!(error.is_transient() && !error.may_have_run());
        assert_eq!(server.statistics().busy, 1);

        // Whoever tries again is answered as soon as there is a place.
        let patient = RetryPolicy::new().attempts(u32::MAX).pauses(PAUSE, PAUSE);
        let again = tokio::spawn(client.again().retry(patient).into_future());
        manager.release.one();
        assert_eq!(first.await.unwrap().unwrap(), "one");
        assert_eq!(again.await.unwrap().unwrap(), "one");
        let mut casts = [events.recv().await.unwrap(), events.recv().await.unwrap()];
        casts.sort();
        assert_eq!(casts, ["second on one", "third on one"]);
    }

    async fn what_waits_in_a_server_that_stops_goes_back(bus: Bus) {
        let (manager, mut events) = Manager::new("one");
        let builder = bus.builder("one").endpoint(SchedulerEndpoint::new(manager.clone()));
        let server = builder.executor(Executor::serial()).refuse_beyond(8).start().await.unwrap();
        let client = client(&bus);
        let first = tokio::spawn(client.hold().into_future());
        events.recv().await.unwrap();
        let waits = tokio::spawn(client.whoami().into_future());
        let (_second, ..) = crate::api::serve(&bus, "two").await;
        server.stop();
        assert_eq!(waits.await.unwrap().unwrap(), "two");
        manager.release.one();
        assert_eq!(first.await.unwrap().unwrap(), "one");
        server.wait().await;
    }

    /// It may run elsewhere, or have run: nobody is told that it did not.
    async fn what_comes_again_is_not_refused(bus: Bus) {
        let driver = bus.driver().await;
        let mut before = driver.listen(bus.listen("before")).await.unwrap();
        let client = client(&bus);
        let call = tokio::spawn(client.whoami().into_future());
        let taken = before.next().await.unwrap().unwrap();
        let (manager, mut events) = Manager::new("one");
        let builder = bus.builder("one").endpoint(SchedulerEndpoint::new(manager.clone()));
        let server = builder.executor(Executor::serial()).refuse_beyond(0).start().await.unwrap();
        let to_one = client.prepare().server("one").build().unwrap();
        let first = tokio::spawn(to_one.hold().into_future());
        events.recv().await.unwrap();
        before.cancel(WITHIN).await.unwrap();
        taken.settle.reject(true).await.unwrap();
        // Its time to be refused would be before this is.
        while server.statistics().busy == 0 {
            to_one.whoami().await.unwrap_err();
        }
        manager.release.one();
        assert_eq!(first.await.unwrap().unwrap(), "one");
        assert_eq!(call.await.unwrap().unwrap(), "one");
    }
}

/// Beyond the limit a call waits for another to end, within its own time, or is told at once.
#[tokio::test(start_paused = true)]
async fn the_calls_in_flight_of_a_transport_are_bounded() {
    let bus = Bus::memory().await;
    let (_server, mut events, manager) = serve(&bus, "one").await;
    for wait in [true, false] {
        let config = bus.config().max_calls_in_flight(2).wait_beyond_max_calls(wait);
        let transport = Transport::from_config(&config).await.unwrap();
        let client = SchedulerClient::new(&transport).prepare().topic(&bus.topic).build().unwrap();
        let held: Vec<_> = (0..2).map(|_| tokio::spawn(client.hold().into_future())).collect();
        for _ in &held {
            events.recv().await.unwrap();
        }
        let error = client.whoami().timeout(Duration::from_secs(5)).await.unwrap_err();
        let kind = if wait { ErrorKind::NotSent } else { ErrorKind::Busy };
        assert_eq!(error.kind(), Some(kind), "{error}");
        assert!(error.to_string().contains("`max_calls_in_flight`"), "{error}");
        let waits = wait.then(|| tokio::spawn(client.whoami().into_future()));
        (0..2).for_each(|_| manager.release.one());
        for call in held.into_iter().chain(waits) {
            call.await.unwrap().unwrap();
        }
    }
}
