//! Why no answer came, as far as it is known: what a time-out says.

use std::future::IntoFuture as _;
use std::time::Duration;

use messaging::driver::Look;
use messaging::{CallError, Error, Executor, Stage};

use crate::api::{Manager, SchedulerEndpoint, SchedulerError, client, serve};
use crate::bus::{WITHIN, on_both};
use crate::faulty::Faulty;

/// Far more than the tenth of a second after which a server says what it runs.
const TIME: Duration = Duration::from_secs(3);

fn timed_out(result: Result<String, CallError<SchedulerError>>) -> Error {
    let error = result.unwrap_err().rpc().expect("an error of the bus").clone();
    assert!(error.is_timeout() && error.may_have_run(), "{error:?}");
    error
}

fn assert_says(error: &Error, stage: Stage, parts: &[&str]) {
    assert_eq!(error.stage(), Some(stage), "{error}");
    for part in parts {
        assert!(error.to_string().contains(part), "`{part}` is not in: {error}");
    }
}

/// Opens the reply queue, which is no part of the time of what follows.
async fn warm(bus: &crate::bus::Bus) {
    client(bus).whoami().await.unwrap();
}

on_both! {
    async fn a_method_that_still_runs(bus: Bus) {
        let (_server, mut events, _manager) = serve(&bus, "one").await;
        warm(&bus).await;
        let error = timed_out(client(&bus).hold().timeout(TIME).await);
        events.recv().await.unwrap();
        assert_says(&error, Stage::Running, &["server `one` began it", "`hold`", "ago that it runs"]);
    }

    async fn a_server_that_is_gone_since_it_began(bus: Bus) {
        let (away, replies) = Faulty::over(bus.beside().await).await;
        let (server, mut events, _manager) = serve(&away, "one").await;
        let call = tokio::spawn(client(&bus).hold().timeout(2 * TIME).into_future());
        events.recv().await.unwrap();
        // Its word that it runs comes first, and then it is cut off from the bus.
        replies.reply_arrived().await;
        away.transport.close(WITHIN).await;
        let error = timed_out(call.await.unwrap());
        assert_says(&error, Stage::ServerGone, &["server `one` began it", "it is gone since"]);
        drop(server);
    }

    async fn a_queue_that_nobody_reads(bus: Bus) {
        let (server, ..) = serve(&bus, "one").await;
        warm(&bus).await;
        server.stop();
        server.wait().await;
        let error = timed_out(client(&bus).hold().timeout(TIME).await);
        assert_says(&error, Stage::NoConsumer, &["in which 1 wait (0 consumers)", "start a server"]);
    }

    async fn servers_that_are_all_busy(bus: Bus) {
        let (manager, mut events) = Manager::new("one");
        let builder = bus.builder("one").endpoint(SchedulerEndpoint::new(manager));
        let _server = builder.executor(Executor::serial()).start().await.unwrap();
        let running = tokio::spawn(client(&bus).hold().timeout(WITHIN).into_future());
        events.recv().await.unwrap();
        // One is held by the server that has no worker for it, one waits in the queue.
        let held = tokio::spawn(client(&bus).hold().timeout(WITHIN).into_future());
        let waits = tokio::spawn(client(&bus).hold().timeout(WITHIN).into_future());
        let driver = bus.driver().await;
        let one_waits = Look::Queue { ready: 1, consumers: 1 };
        while driver.look(&bus.to_topic(), WITHIN).await.unwrap() != one_waits {
            tokio::task::yield_now().await;
        }
        let error = timed_out(client(&bus).hold().timeout(TIME).await);
        assert_says(&error, Stage::Waiting, &["2 messages wait in its queue for 1 consumers"]);
        [running, held, waits].iter().for_each(tokio::task::JoinHandle::abort);
    }
}
