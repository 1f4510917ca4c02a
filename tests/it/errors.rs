//! Every class of errors, as a caller sees it. What `messaging/docs/errors.md` shows is what is said.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use messaging::runtime::{self, Runtime, Socket};
use messaging::{
    CallError, Config, Context, Error, ErrorKind, Execute, Executor, Failure, Job, Proxy as _,
    RpcClient, RpcServer, Stage, Target, Transport, rpc_api, version,
};
use serde_json::json;
use tokio::sync::mpsc;

use crate::api::{self, Filter, Manager, SchedulerClient, SchedulerEndpoint, Spec, client};
use crate::bus::{Bus, on_both, unique};
use crate::gated::Gated;

const PAGE: &str = include_str!("../../messaging/docs/errors.md");

/// What the page shows under a heading, on one line.
fn shown(heading: &str) -> String {
    let (_, section) = PAGE.split_once(&format!("\n## {heading}\n")).expect(heading);
    let (_, example) = section.split_once("```text\n").expect(heading);
    let (example, _) = example.split_once("```").expect(heading);
    one_line(example)
}

/// A text on one line, and without the ids that are new each time.
fn one_line(text: &str) -> String {
    let mut words: Vec<_> = text.split_whitespace().map(str::to_owned).collect();
    for word in &mut words {
        let hexadecimal = |letter: char| letter.is_ascii_hexdigit();
        let id = word.split(|letter| !hexadecimal(letter)).find(|run| run.len() == 32);
        if let Some(id) = id.map(str::to_owned) {
            *word = word.replace(&id, "3f0c5a2e9b7d4c18a6e1d2b3c4f5a697");
        }
    }
    words.join(" ")
}

async fn transport() -> Transport {
    Transport::connect(&format!("memory://{}", unique())).await.expect("a bus")
}

async fn serve(transport: &Transport) -> (RpcServer, Manager, mpsc::UnboundedReceiver<String>) {
    let (manager, seen) = Manager::new("host-1");
    let target = Target::topic("scheduler").server("host-1");
    let builder = RpcServer::builder(transport, target);
    let server = builder.endpoint(SchedulerEndpoint::new(manager.clone())).start().await;
    (server.expect("a server"), manager, seen)
}

fn by_name(transport: &Transport) -> RpcClient {
    RpcClient::new(transport, Target::topic("scheduler").version(version!("2.0")))
}

/// The same API, as a server has it whose errors the client does not know.
mod python {
    use super::*;

    #[rpc_api(topic = "scheduler", version = "2.6")]
    pub(super) trait Scheduler {
        async fn whoami(&self, ctx: &Context) -> Result<String, Failure>;
    }

    pub(super) struct Raises;

    impl Scheduler for Raises {
        async fn whoami(&self, _: &Context) -> Result<String, Failure> {
            Err(Failure::new("nova.exception", "ComputeHostNotFound", "no host host-1"))
        }
    }
}

/// A service that calls another one.
#[rpc_api(topic = "conductor", version = "1.0")]
trait Conductor {
    async fn ask_late(&self, ctx: &Context) -> Result<(), String>;
}

struct Late {
    scheduler: SchedulerClient,
    told: mpsc::UnboundedSender<Error>,
}

impl Conductor for Late {
    async fn ask_late(&self, ctx: &Context) -> Result<(), String> {
        tokio::time::sleep(ctx.remaining().expect("a deadline")).await;
        let error = self.scheduler.whoami().context(ctx).await.expect_err("it is too late");
        self.told.send(error.rpc().expect("no server was asked").clone()).expect("it is awaited");
        Ok(())
    }
}

/// A runtime whose threads for blocking work have ended: what is to run there is dropped.
#[derive(Debug)]
struct NoThreads(Arc<dyn Runtime>);

type Pending<T> = Pin<Box<dyn Future<Output = T> + Send>>;

impl Runtime for NoThreads {
    fn spawn(&self, task: Pending<()>) {
        self.0.spawn(task);
    }

    fn spawn_blocking(&self, work: Box<dyn FnOnce() + Send>) {
        drop(work);
    }

    fn block_on(&self, future: Pending<()>) {
        self.0.block_on(future);
    }

    fn sleep(&self, duration: Duration) -> Pending<()> {
        self.0.sleep(duration)
    }

    fn now(&self) -> Instant {
        self.0.now()
    }

    fn connect(&self, address: SocketAddr) -> Pending<io::Result<Box<dyn Socket>>> {
        self.0.connect(address)
    }
}

/// Fails by what it was given.
struct HandsOn(Failure);

impl python::Scheduler for HandsOn {
    async fn whoami(&self, _: &Context) -> Result<String, Failure> {
        Err(self.0.clone())
    }
}

fn rpc<T: std::fmt::Debug, E: std::fmt::Debug>(result: Result<T, CallError<E>>) -> Error {
    match result {
        Err(CallError::Rpc(error)) => error,
        other => panic!("{other:?}"),
    }
}

/// One error of each kind that comes about without a broker.
async fn errors() -> Vec<Error> {
    let bus = transport().await;
    let scheduler = SchedulerClient::new(&bus);
    let mut errors = vec![
        Transport::connect("rabbit://localhost:port/").await.unwrap_err(),
        Transport::connect("rabbit://127.0.0.1:1/").await.unwrap_err(),
        scheduler.prepare().topic("").build().unwrap_err(),
        rpc(scheduler
            .prepare()
            .version(version!("2.3").version())
            .build()
            .unwrap()
            .select_hosts(Spec { ram: 1 }, Filter { zone: Some("north".into()) })
            .await),
        rpc(by_name(&bus).call::<()>("whoami", json!(["not", "named"])).await),
        rpc(scheduler.whoami().await),
    ];

    let (told, mut late) = mpsc::unbounded_channel();
    let conductor = Late { scheduler: scheduler.clone(), told };
    let target = Target::topic("conductor").server("host-1");
    let builder = RpcServer::builder(&bus, target);
    let _server = builder.endpoint(ConductorEndpoint::new(conductor)).start().await.unwrap();
    rpc(ConductorClient::new(&bus).ask_late().timeout(Duration::from_secs(5)).await);
    errors.push(late.recv().await.expect("it was told"));

    let (server, _manager, mut seen) = serve(&bus).await;
    errors.extend([
        rpc(scheduler.hold().timeout(Duration::from_secs(5)).await),
        rpc(by_name(&bus).call::<u64>("whoami", json!({})).await),
        rpc(by_name(&bus).call::<()>("echo", json!({})).await),
        rpc(by_name(&bus).call::<()>("select_host", json!({})).await),
        rpc(RpcClient::new(&bus, Target::topic("scheduler").version(version!("3.0")))
            .call::<()>("select_hosts", json!({}))
            .await),
    ]);
    assert_eq!(seen.recv().await.unwrap(), "holds on host-1");
    let held = tokio::spawn(scheduler.hold().into_future());
    assert_eq!(seen.recv().await.unwrap(), "holds on host-1");
    let _ = server.shutdown(Duration::from_millis(100)).await;
    errors.push(rpc(held.await.unwrap()));

    let bus = transport().await;
    let (manager, mut seen) = Manager::new("host-1");
    let builder = RpcServer::builder(&bus, Target::topic("scheduler").server("host-1"));
    let builder = builder.endpoint(SchedulerEndpoint::new(manager)).executor(Executor::serial());
    let _server = builder.refuse_beyond(0).start().await.unwrap();
    let scheduler = SchedulerClient::new(&bus);
    scheduler.hold().cast().await.unwrap();
    assert_eq!(seen.recv().await.unwrap(), "holds on host-1");
    errors.push(rpc(scheduler.whoami().await));

    let bus = transport().await;
    let builder = RpcServer::builder(&bus, Target::topic("scheduler").server("host-1"));
    let endpoint = python::SchedulerEndpoint::new(python::Raises);
    let _server = builder.endpoint(endpoint).start().await.unwrap();
    errors.push(rpc(SchedulerClient::new(&bus).whoami().await));

    let runtime = Arc::new(NoThreads(runtime::current().unwrap()));
    let config = Config::new().url(&format!("memory://{}", unique()));
    let bus = Transport::with_runtime(&config, runtime).await.unwrap();
    let _server = serve(&bus).await;
    errors.push(rpc(SchedulerClient::new(&bus).block(0).await));

    let bus = transport().await;
    let (_server, _manager, mut seen) = serve(&bus).await;
    let held = tokio::spawn(SchedulerClient::new(&bus).hold().into_future());
    seen.recv().await.unwrap();
    bus.close(Duration::from_secs(1)).await;
    errors.push(rpc(held.await.unwrap()));
    errors
}

#[tokio::test(start_paused = true)]
async fn the_page_shows_what_is_said() {
    let mut said: HashMap<_, _> =
        errors().await.into_iter().map(|error| (error.kind(), error)).collect();
    // Those of the broker are shown where it is.
    let of_the_broker = [
        ErrorKind::AccessRefused,
        ErrorKind::VirtualHost,
        ErrorKind::Topology,
        ErrorKind::Refused,
        ErrorKind::NotConfirmed,
    ];
    for &kind in ErrorKind::ALL.iter().filter(|kind| !of_the_broker.contains(kind)) {
        let error = said.remove(&kind).unwrap_or_else(|| panic!("no {kind:?}"));
        assert_eq!(shown(&format!("`{kind:?}`")), one_line(&error.to_string()), "{kind:?}");
    }
    assert!(said.is_empty(), "{said:?}");
}

#[tokio::test(start_paused = true)]
async fn the_method_s_own_error_is_told_apart() {
    let bus = transport().await;
    let _server = serve(&bus).await;
    let scheduler = SchedulerClient::new(&bus);
    let error = scheduler.select_hosts(Spec { ram: 8192 }, Filter::default()).await.unwrap_err();
    assert!(error.is_own() && error.may_have_run() && error.kind().is_none());
    assert_eq!(shown("The method's own error"), error.to_string());
}

/// Whoever hands on what a server told it has failed by itself, after it has run.
#[tokio::test(start_paused = true)]
async fn a_failure_that_a_method_hands_on_is_its_own() {
    let bus = transport().await;
    let (_server, ..) = serve(&bus).await;
    let error = by_name(&bus).call::<()>("echo", json!({})).await.unwrap_err();
    assert!(error.is_bad_request() && !error.may_have_run());

    let bus = transport().await;
    let builder = RpcServer::builder(&bus, Target::topic("scheduler").server("host-1"));
    let endpoint = python::SchedulerEndpoint::new(HandsOn(error.failure().unwrap().clone()));
    let _server = builder.endpoint(endpoint).start().await.unwrap();
    let error = SchedulerClient::new(&bus).whoami().await.unwrap_err();
    assert!(error.is_unknown_remote() && error.may_have_run(), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_timeout_says_what_was_waited_for() {
    let bus = transport().await;
    let (server, _manager, mut seen) = serve(&bus).await;
    let scheduler = SchedulerClient::new(&bus);
    let minute = Duration::from_secs(60);
    let error = scheduler.hold().timeout(minute).await.unwrap_err();
    assert_eq!(error.stage(), Some(Stage::Running));
    seen.recv().await.unwrap();
    // It has no deadline at which it ends by itself.
    scheduler.hold().cast().await.unwrap();
    seen.recv().await.unwrap();
    server.stop();
    let error = server.start().await.unwrap_err();
    assert_eq!((error.stage(), error.may_have_run()), (Some(Stage::Stopping), false));
    let errors = errors().await;
    let stage = |kind| errors.iter().find(|error| error.kind() == kind).and_then(Error::stage);
    assert_eq!(stage(ErrorKind::NotSent), Some(Stage::Expired));
    assert_eq!(stage(ErrorKind::Closed), Some(Stage::Answering));
}

/// The time was up while the message was being acknowledged, so that nobody else will run it.
#[tokio::test(start_paused = true)]
async fn what_is_acknowledged_and_has_not_begun_when_the_budget_ends_is_told_to_be_called_again() {
    let (bus, gate) = Gated::over(Bus::memory().await).await;
    let (server, mut seen, _manager) = api::serve(&bus, "one").await;
    let call = tokio::spawn(client(&bus).hold().into_future());
    gate.reached().await;
    assert!(server.shutdown(Duration::from_secs(1)).await.still_closing);
    gate.open();
    let error = call.await.unwrap().unwrap_err();
    assert!(error.is_shutting_down() && !error.may_have_run(), "{error}");
    server.wait().await;
    assert!(seen.try_recv().is_err(), "it has not run");
}

/// A handler in Python that raises what our kinds are called has failed by itself.
#[tokio::test(start_paused = true)]
async fn failures_that_are_called_like_a_kind_are_none_of_that_kind() {
    for (module, class) in [
        ("oslo_messaging.exceptions", "MessagingTimeout"),
        ("oslo_messaging.rpc.client", "RPCVersionCapError"),
        ("oslo_messaging.exceptions", "MessageUndeliverable"),
        ("concurrent.futures._base", "CancelledError"),
        ("demo.errors", "ShuttingDown"),
    ] {
        let bus = transport().await;
        let builder = RpcServer::builder(&bus, Target::topic("scheduler").server("host-1"));
        let raised = Failure::new(module, class, "in the handler");
        let endpoint = python::SchedulerEndpoint::new(HandsOn(raised.clone()));
        let _server = builder.endpoint(endpoint).start().await.unwrap();
        let error = SchedulerClient::new(&bus).whoami().await.unwrap_err();
        assert!(error.is_unknown_remote() && !error.is_transient(), "{error:?}");
        let failure = error.failure().expect("it is the server's answer");
        assert_eq!((&*failure.class, &*failure.module), (class, module));
        assert_eq!((&failure.message, &failure.args), (&raised.message, &raised.args));
    }
}

/// Hands its jobs to the test.
#[derive(Debug)]
struct Handing(mpsc::UnboundedSender<Job>);

impl Execute for Handing {
    fn permits(&self) -> usize {
        1
    }

    fn execute(&self, job: Job, _: &Arc<dyn Runtime>) {
        let _ = self.0.send(job);
    }
}

on_both! {
    async fn what_has_not_begun_when_the_budget_ends_goes_to_another_server(bus: Bus) {
        let (hand, mut jobs) = mpsc::unbounded_channel();
        let builder = bus.builder("one").endpoint(SchedulerEndpoint::new(Manager::new("one").0));
        let server = builder.executor(Executor::custom(Handing(hand))).start().await.unwrap();
        let call = tokio::spawn(client(&bus).whoami().into_future());
        let job = jobs.recv().await.unwrap();
        let report = server.shutdown(Duration::from_millis(100)).await;
        assert!(report.cut_off.is_empty() && report.still_closing, "{report:?}");
        job.await;
        let _other = api::serve(&bus, "two").await;
        assert_eq!(call.await.unwrap().unwrap(), "two");
        server.wait().await;
    }
}
