//! Handlers, executors and runtimes that misbehave: the caller is told, and the server goes on.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use messaging::{
    Config, Context, ErrorKind, Execute, Executor, Job, Proxy as _, RpcServer, Target, Transport,
    rpc_api, runtime,
};

use tokio::sync::Semaphore;

use crate::api::{Manager, SchedulerEndpoint, client, serve};
use crate::bus::{Bus, on_both, unique};
use crate::gated::Gated;

#[rpc_api(topic = "rude", version = "1.0")]
trait Rude {
    /// Panics with something that panics again.
    async fn bomb(&self, ctx: &Context) -> Result<(), Infallible>;
    /// The same, on a blocking thread.
    fn bomb_blocking(&self, ctx: &Context) -> Result<(), Infallible>;
    /// Never ends, and panics when it is dropped.
    async fn cling(&self, ctx: &Context) -> Result<(), Infallible>;
    /// Takes a while.
    fn block(&self, ctx: &Context) -> Result<(), Infallible>;
}

#[derive(Clone)]
struct It {
    /// Has a permit for each that clings.
    clinging: Arc<Semaphore>,
}

impl It {
    fn new() -> Self {
        Self { clinging: Arc::new(Semaphore::new(0)) }
    }
}

/// Panics whenever it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("dropped");
    }
}

impl Rude for It {
    async fn bomb(&self, _: &Context) -> Result<(), Infallible> {
        std::panic::panic_any(Bomb)
    }

    fn bomb_blocking(&self, _: &Context) -> Result<(), Infallible> {
        std::panic::panic_any(Bomb)
    }

    async fn cling(&self, _: &Context) -> Result<(), Infallible> {
        let _bomb = Bomb;
        self.clinging.add_permits(1);
        std::future::pending().await
    }

    fn block(&self, _: &Context) -> Result<(), Infallible> {
        std::thread::sleep(Duration::from_millis(50));
        Ok(())
    }
}

fn rude(bus: &Bus) -> RudeClient {
    RudeClient::new(&bus.transport).prepare().topic(&bus.topic).build().unwrap()
}

on_both! {
    async fn a_panic_that_panics_again_is_answered(bus: Bus) {
        let it = It::new();
        let _server = bus.serve("one", RudeEndpoint::new(it.clone())).await;
        for call in [rude(&bus).bomb(), rude(&bus).bomb_blocking()] {
            let error = call.await.unwrap_err();
            let failure = error.rpc().and_then(|error| error.failure()).expect("an answer");
            assert_eq!(failure.class, "HandlerPanicked");
        }
    }

    async fn a_handler_that_clings_is_cut_off_and_its_caller_told(bus: Bus) {
        let it = It::new();
        let server = bus.serve("one", RudeEndpoint::new(it.clone())).await;
        let call = tokio::spawn(rude(&bus).cling().into_future());
        let _began = it.clinging.acquire().await.unwrap();
        let report = server.shutdown(Duration::from_millis(300)).await;
        assert_eq!(report.cut_off.len(), 1);
        let error = call.await.unwrap().unwrap_err();
        assert!(error.is_cancelled(), "{error}");
    }

    /// Its request reached the server in time and then waited for a free worker.
    async fn a_request_whose_time_is_up_before_it_begins_does_not_run(bus: Bus) {
        let (manager, mut seen) = Manager::new("one");
        let builder = bus.builder("one").endpoint(SchedulerEndpoint::new(manager.clone()));
        let _server = builder.executor(Executor::serial()).start().await.unwrap();
        let held = tokio::spawn(client(&bus).hold().into_future());
        assert_eq!(seen.recv().await.unwrap(), "holds on one");
        let impatient = client(&bus).hold().timeout(Duration::from_secs(2)).await.unwrap_err();
        assert_eq!(impatient.rpc().unwrap().kind(), ErrorKind::Timeout);
        // A worker that would run it would never be free again.
        manager.release.one();
        assert_eq!(held.await.unwrap().unwrap(), "one");
        assert_eq!(client(&bus).whoami().await.unwrap(), "one");
    }

    /// Its messages go back to the queue, and the next job runs them.
    async fn an_executor_that_drops_jobs_or_panics_loses_no_message(bus: Bus) {
        #[derive(Debug, Default)]
        struct Careless(AtomicUsize);

        impl Execute for Careless {
            fn permits(&self) -> usize {
                2
            }

            fn execute(&self, job: Job, runtime: &Arc<dyn runtime::Runtime>) {
                match self.0.fetch_add(1, Ordering::SeqCst) {
                    0..4 => drop(job),
                    4..6 => panic!("on purpose"),
                    _ => runtime.spawn(job),
                }
            }
        }

        let (manager, _seen) = Manager::new("one");
        let server = bus
            .builder("one")
            .endpoint(SchedulerEndpoint::new(manager))
            .executor(Executor::custom(Careless::default()))
            .start()
            .await
            .unwrap();
        for _ in 0..8 {
            assert_eq!(client(&bus).whoami().await.unwrap(), "one");
        }
        server.stop();
        server.wait().await;
    }
}

/// All threads of the pool run jobs that want a thread of the pool.
#[test]
fn methods_that_block_run_on_the_threads_that_there_are() {
    let mut tokio = tokio::runtime::Builder::new_multi_thread();
    let tokio = tokio.worker_threads(2).max_blocking_threads(4).enable_all().build().unwrap();
    tokio.block_on(async {
        let bus = Bus::memory().await;
        let builder = bus.builder("one").endpoint(RudeEndpoint::new(It::new()));
        let _server = builder.executor(Executor::threads(4)).start().await.unwrap();
        let calls: Vec<_> =
            (0..12).map(|_| tokio::spawn(rude(&bus).block().into_future())).collect();
        for call in calls {
            call.await.unwrap().unwrap();
        }
    });
}

#[tokio::test(start_paused = true)]
async fn work_is_not_begun_for_a_caller_that_has_given_up() {
    let bus = Bus::memory().await;
    let (manager, mut seen) = Manager::new("one");
    let builder = bus.builder("one").endpoint(SchedulerEndpoint::new(manager.clone()));
    let _server = builder.executor(Executor::serial()).start().await.unwrap();
    let held = tokio::spawn(client(&bus).hold().into_future());
    assert_eq!(seen.recv().await.unwrap(), "holds on one");

    let impatient = client(&bus).hold().timeout(Duration::from_secs(1)).await.unwrap_err();
    assert_eq!(impatient.rpc().unwrap().kind(), ErrorKind::Timeout);
    let patient = tokio::spawn(client(&bus).seen().timeout(Duration::from_secs(30)).into_future());
    tokio::time::sleep(Duration::from_secs(10)).await;
    manager.release.one();
    assert_eq!(held.await.unwrap().unwrap(), "one");
    // What waited for ten seconds has twenty left.
    let remaining = patient.await.unwrap().unwrap()["remaining"].as_u64().unwrap();
    assert!(remaining <= 20_000, "{remaining}");
    assert!(seen.try_recv().is_err(), "the impatient caller's method has run");
}

#[tokio::test(start_paused = true)]
async fn starting_is_bounded_while_what_was_taken_does_not_end() {
    let bus = Bus::memory().await;
    let (server, mut seen, manager) = serve(&bus, "one").await;
    let _held = tokio::spawn(client(&bus).hold().into_future());
    seen.recv().await.unwrap();
    server.stop();
    let error = server.start().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    manager.release.one();
    server.wait().await;
    server.start().await.unwrap();
}

#[test]
fn a_server_ends_with_the_runtime_of_its_transport() {
    let first = tokio::runtime::Runtime::new().unwrap();
    let url = format!("memory://{}", unique());
    let transport =
        first.block_on(async { Transport::from_config(&Config::new().url(&url)).await.unwrap() });
    let start = RpcServer::builder(&transport, Target::topic("t").server("one"))
        .endpoint(RudeEndpoint::new(It::new()))
        .start();
    let server = first.block_on(start).unwrap();
    first.shutdown_background();

    let second = tokio::runtime::Runtime::new().unwrap();
    second.block_on(async {
        let ended = async {
            server.stop();
            server.wait().await;
            let _ = server.shutdown(Duration::from_millis(10)).await;
            let error = server.start().await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Closed, "{error}");
        };
        tokio::time::timeout(Duration::from_secs(10), ended).await.expect("it hangs");
    });
}

/// The time was up while its message was being acknowledged.
#[tokio::test(start_paused = true)]
async fn a_request_whose_time_is_up_while_it_is_acknowledged_does_not_run() {
    let (bus, gate) = Gated::over(Bus::memory().await).await;
    let (server, mut seen, _manager) = serve(&bus, "one").await;
    let call = async { client(&bus).hold().timeout(Duration::from_secs(1)).await };
    let (error, ()) = tokio::join!(call, gate.reached());
    assert!(error.unwrap_err().is_timeout());
    gate.open();
    // What comes after it is served.
    let (served, ()) = tokio::join!(async { client(&bus).whoami().await }, async {
        gate.reached().await;
        gate.open();
    });
    assert_eq!(served.unwrap(), "one");
    assert!(seen.try_recv().is_err(), "it has not run");
    assert_eq!(server.statistics().method(None, "hold").unwrap().expired, 1);
}
