//! Starting, stopping, waiting, shutting down.

use std::time::Duration;

use messaging::{CallError, ErrorKind, RpcServer};

use crate::api::{Manager, SchedulerEndpoint, client, serve};
use crate::bus::{Bus, on_both};
use crate::gated::Gated;

/// A server that has not been started.
fn build(
    bus: &Bus,
    name: &str,
) -> (RpcServer, Manager, tokio::sync::mpsc::UnboundedReceiver<String>) {
    let (manager, seen) = Manager::new(name);
    let server =
        bus.builder(name).endpoint(SchedulerEndpoint::new(manager.clone())).build().unwrap();
    (server, manager, seen)
}

on_both! {
    async fn start_stop_and_wait_may_be_used_twice_and_from_several_tasks(bus: Bus) {
        let (server, _manager, _seen) = build(&bus, "one");
        server.stop();
        server.wait().await; // it does not run: nothing to wait for
        for _ in 0..2 {
            let starts: Vec<_> = (0..4)
                .map(|_| {
                    let server = server.clone();
                    tokio::spawn(async move { server.start().await })
                })
                .collect();
            for start in starts {
                start.await.unwrap().unwrap();
            }
            server.start().await.unwrap();
            assert_eq!(client(&bus).whoami().await.unwrap(), "one");
            let waits: Vec<_> = (0..4)
                .map(|_| {
                    let server = server.clone();
                    tokio::spawn(async move { server.wait().await })
                })
                .collect();
            server.stop();
            server.stop();
            for wait in waits {
                wait.await.unwrap();
            }
            server.wait().await;
        }
    }

    async fn stop_takes_no_more_and_wait_lets_what_runs_finish(bus: Bus) {
        let (server, mut seen, manager) = serve(&bus, "one").await;
        let running = tokio::spawn(client(&bus).hold().into_future());
        seen.recv().await.unwrap();
        server.stop();
        let waiting = tokio::spawn({
            let server = server.clone();
            async move { server.wait().await }
        });
        // What comes now waits in the queue for the next server.
        let late = tokio::spawn(client(&bus).whoami().into_future());
        let (next, ..) = {
            let on_next = serve(&bus, "next").await;
            assert_eq!(late.await.unwrap().unwrap(), "next");
            on_next
        };
        assert!(!waiting.is_finished());
        manager.release.one();
        assert_eq!(running.await.unwrap().unwrap(), "one");
        waiting.await.unwrap();
        drop(next);
    }

    async fn starting_while_it_stops_begins_again_afterwards(bus: Bus) {
        let (server, mut seen, manager) = serve(&bus, "one").await;
        let running = tokio::spawn(client(&bus).hold().into_future());
        seen.recv().await.unwrap();
        server.stop();
        let starting = tokio::spawn({
            let server = server.clone();
            async move { server.start().await }
        });
        manager.release.one();
        assert_eq!(running.await.unwrap().unwrap(), "one");
        starting.await.unwrap().unwrap();
        assert_eq!(client(&bus).whoami().await.unwrap(), "one");
    }

    async fn shutdown_reports_what_it_cut_off_and_tells_the_callers(bus: Bus) {
        let (server, mut seen, manager) = serve(&bus, "one").await;
        let held = tokio::spawn(client(&bus).hold().into_future());
        seen.recv().await.unwrap();
        let report = server.shutdown(Duration::from_millis(500)).await;
        assert!(!report.is_clean());
        let cut_off: Vec<_> = report.cut_off.iter().map(|cut| cut.method.as_str()).collect();
        assert_eq!(cut_off, ["hold"]);
        assert!(report.cut_off[0].running_for >= Duration::from_millis(400), "{report:?}");
        match held.await.unwrap() {
            Err(CallError::Rpc(error)) => {
                assert_eq!(error.kind(), ErrorKind::Cancelled);
                assert!(error.to_string().contains("shut down"), "{error}");
            }
            other => panic!("{other:?}"),
        }
        drop(manager);
        server.wait().await;
    }

    async fn shutdown_of_an_idle_server_is_clean_and_may_be_repeated(bus: Bus) {
        let (server, ..) = serve(&bus, "one").await;
        assert!(server.shutdown(Duration::from_secs(5)).await.is_clean());
        assert!(server.shutdown(Duration::ZERO).await.is_clean());
    }

    async fn idempotent_work_that_is_cut_off_runs_on_another_server(bus: Bus) {
        let (server, mut seen, _manager) = serve(&bus, "one").await;
        let held = tokio::spawn(client(&bus).hold_again().into_future());
        assert_eq!(seen.recv().await.unwrap(), "holds on one");
        let report = server.shutdown(Duration::from_millis(100)).await;
        assert_eq!(report.cut_off.len(), 1);
        let (_other, mut seen, manager) = serve(&bus, "two").await;
        assert_eq!(seen.recv().await.unwrap(), "holds on two");
        manager.release.one();
        assert_eq!(held.await.unwrap().unwrap(), "two");
    }

    async fn a_server_whose_handles_are_dropped_stops(bus: Bus) {
        let (server, mut seen, manager) = serve(&bus, "one").await;
        let running = tokio::spawn(client(&bus).hold().into_future());
        seen.recv().await.unwrap();
        drop(server.clone());
        assert_eq!(client(&bus).whoami().await.unwrap(), "one");
        drop(server);
        manager.release.one();
        assert_eq!(running.await.unwrap().unwrap(), "one");
        let (_next, ..) = serve(&bus, "next").await;
        for _ in 0..4 {
            assert_eq!(client(&bus).whoami().await.unwrap(), "next");
        }
    }

    async fn closing_the_transport_ends_servers_and_calls(bus: Bus) {
        let (server, mut seen, _manager) = serve(&bus, "one").await;
        let held = tokio::spawn(client(&bus).hold().into_future());
        seen.recv().await.unwrap();
        bus.transport.close(Duration::from_secs(5)).await;
        let error = held.await.unwrap().unwrap_err();
        assert_eq!(error.rpc().unwrap().kind(), ErrorKind::Closed, "{error}");
        let report = server.shutdown(Duration::from_secs(1)).await;
        assert_eq!(report.cut_off.len(), 1);
        let error = client(&bus).whoami().await.unwrap_err();
        assert_eq!(error.rpc().unwrap().kind(), ErrorKind::Closed, "{error}");
        let error = server.start().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Closed, "{error}");
    }
}

/// Nobody else will run it, and nobody is told but whoever shuts the server down.
#[tokio::test(start_paused = true)]
async fn a_cast_that_was_being_acknowledged_when_the_budget_ended_is_reported() {
    let (bus, gate) = Gated::over(Bus::memory().await).await;
    let (server, mut seen, _manager) = serve(&bus, "one").await;
    client(&bus).update("cast".into()).await.unwrap();
    gate.reached().await;
    let report = server.shutdown(Duration::from_secs(1)).await;
    assert_eq!(report.cut_off.len(), 1);
    assert_eq!(report.cut_off[0].method, "update");
    gate.open();
    server.wait().await;
    assert!(seen.try_recv().is_err(), "it has not run");
}
