//! Methods that nobody waits for any more.

use std::convert::Infallible;
use std::future::IntoFuture as _;
use std::sync::Arc;
use std::time::Duration;

use messaging::driver::Look;
use messaging::introspection::MethodStatistics;
use messaging::testing::Sent;
use messaging::{Context, Executor, Proxy as _, RpcServer, Target, Transport, rpc_api};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use crate::bus::{Bus, on_both, unique};
use crate::faulty::Faulty;

#[rpc_api(topic = "work", version = "1.0")]
trait Work {
    /// Ends when it is let.
    async fn hold(&self, ctx: &Context, id: String) -> Result<(), Infallible>;

    /// The same, and may run twice.
    #[rpc(idempotent)]
    async fn hold_again(&self, ctx: &Context, id: String) -> Result<(), Infallible>;

    /// The same, and runs to its end.
    #[rpc(no_cancel)]
    async fn keep(&self, ctx: &Context, id: String) -> Result<(), Infallible>;

    /// The same, by another server.
    async fn pass_on(&self, ctx: &Context, topic: String) -> Result<(), Infallible>;

    /// Ends at once.
    async fn ping(&self, ctx: &Context) -> Result<(), Infallible>;
}

#[derive(Clone)]
struct Service {
    events: mpsc::UnboundedSender<String>,
    gate: Arc<Semaphore>,
    transport: Transport,
}

/// Tells how a method ended.
struct Ends<'a>(&'a Service, String, &'static str);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        let _ = self.0.events.send(format!("{} {}", self.1, self.2));
    }
}

impl Service {
    async fn run(&self, id: String) {
        let _ = self.events.send(format!("{id} begun"));
        let mut ends = Ends(self, id, "dropped");
        self.gate.acquire().await.expect("it is never closed").forget();
        ends.2 = "done";
    }
}

impl Work for Service {
    async fn hold(&self, _: &Context, id: String) -> Result<(), Infallible> {
        self.run(id).await;
        Ok(())
    }

    async fn hold_again(&self, _: &Context, id: String) -> Result<(), Infallible> {
        self.run(id).await;
        Ok(())
    }

    async fn keep(&self, _: &Context, id: String) -> Result<(), Infallible> {
        self.run(id).await;
        Ok(())
    }

    async fn pass_on(&self, ctx: &Context, topic: String) -> Result<(), Infallible> {
        let _ends = Ends(self, "pass".to_owned(), "dropped");
        let there = WorkClient::new(&self.transport).prepare().topic(topic).build();
        let _ = there.expect("a client").hold("there".to_owned()).context(ctx).await;
        Ok(())
    }

    async fn ping(&self, _: &Context) -> Result<(), Infallible> {
        Ok(())
    }
}

struct Rig {
    server: RpcServer,
    events: mpsc::UnboundedReceiver<String>,
    gate: Arc<Semaphore>,
}

impl Rig {
    async fn start(transport: &Transport, topic: &str, workers: usize) -> Self {
        let (sender, events) = mpsc::unbounded_channel();
        let gate = Arc::new(Semaphore::new(0));
        let (transport, of) = (transport.clone(), Arc::clone(&gate));
        let service = Service { events: sender, gate: of, transport: transport.clone() };
        let server = RpcServer::builder(&transport, Target::topic(topic).server("one"))
            .endpoint(WorkEndpoint::new(service))
            .executor(Executor::tasks(workers))
            .start()
            .await
            .expect("the server starts");
        Self { server, events, gate }
    }

    async fn next(&mut self) -> String {
        self.events.recv().await.expect("the service is there")
    }

    fn statistics(&self, method: &str) -> MethodStatistics {
        self.server.statistics().method(None, method).expect("it is served").clone()
    }
}

fn client(bus: &Bus, transport: &Transport) -> WorkClient {
    WorkClient::new(transport).prepare().topic(&bus.topic).build().expect("a client")
}

#[test]
fn a_descriptor_says_what_is_not_to_be_cancelled() {
    let said = [WorkClient::KEEP.no_cancel, WorkClient::HOLD.no_cancel];
    assert_eq!(said, [true, false]);
}

on_both! {
    async fn a_call_that_is_dropped_ends_its_method(bus: Bus) {
        let mut rig = Rig::start(&bus.transport, &bus.topic, 1).await;
        let transport = bus.another().await;
        let client = client(&bus, &transport);
        for again in [false, true] {
            let id = "1".to_owned();
            let call = if again { client.hold_again(id).into_future() } else { client.hold(id).into_future() };
            let call = tokio::spawn(call);
            assert_eq!(rig.next().await, "1 begun");
            call.abort();
            assert_eq!(rig.next().await, "1 dropped");
            // The worker is free, and what was ended does not come again.
            client.ping().await.unwrap();
        }
        assert!(rig.events.try_recv().is_err());
        for method in ["hold", "hold_again"] {
            let MethodStatistics { calls, cancelled, in_flight, .. } = rig.statistics(method);
            assert_eq!((calls, cancelled, in_flight), (1, 1, 0), "{method}");
        }
    }

    async fn a_call_that_was_dropped_before_it_began_ends_when_it_has(bus: Bus) {
        let mut rig = Rig::start(&bus.transport, &bus.topic, 1).await;
        let transport = bus.another().await;
        let client = client(&bus, &transport);
        let first = tokio::spawn(client.hold("1".into()).into_future());
        assert_eq!(rig.next().await, "1 begun");
        // The server holds this one, for which it has no worker.
        client.ping().cast().await.unwrap();
        let driver = bus.driver().await;
        let waits = async {
            let within = crate::bus::WITHIN;
            while !matches!(driver.look(&bus.to_topic(), within).await, Ok(Look::Queue { ready: 1, .. })) {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            _ = client.hold("2".into()).into_future() => panic!("nobody answers it"),
            () = waits => {}
        }
        rig.gate.add_permits(1);
        first.await.unwrap().unwrap();
        assert_eq!(rig.next().await, "1 done");
        assert_eq!(rig.next().await, "2 begun");
        assert_eq!(rig.next().await, "2 dropped");
    }

    async fn what_was_begun_for_a_call_ends_with_it(bus: Bus) {
        let there = unique();
        let mut rig = Rig::start(&bus.transport, &bus.topic, 1).await;
        let mut behind = Rig::start(&bus.another().await, &there, 1).await;
        let call = tokio::spawn(client(&bus, &bus.transport).pass_on(there).into_future());
        assert_eq!(behind.next().await, "there begun");
        call.abort();
        assert_eq!(behind.next().await, "there dropped");
        assert_eq!(rig.next().await, "pass dropped");
    }

    async fn a_method_that_is_not_to_be_cancelled_runs_to_its_end(bus: Bus) {
        let mut rig = Rig::start(&bus.transport, &bus.topic, 1).await;
        let client = client(&bus, &bus.transport);
        let call = tokio::spawn(client.keep("1".into()).timeout(Duration::from_secs(3)).into_future());
        assert_eq!(rig.next().await, "1 begun");
        assert!(call.await.unwrap().unwrap_err().rpc().unwrap().is_timeout());
        rig.gate.add_permits(1);
        assert_eq!(rig.next().await, "1 done");
    }
}

/// Also of a caller that knows nothing of this library.
#[tokio::test(start_paused = true)]
async fn a_method_ends_at_the_deadline_of_its_caller() {
    let bus = Bus::memory().await;
    let mut rig = Rig::start(&bus.transport, &bus.topic, 1).await;
    let call = client(&bus, &bus.transport).hold("1".into()).timeout(Duration::from_secs(3));
    let began = tokio::time::Instant::now();
    let error = call.await.unwrap_err();
    assert!(error.rpc().unwrap().is_timeout());
    assert_eq!((rig.next().await, rig.next().await), ("1 begun".into(), "1 dropped".into()));
    assert_eq!(began.elapsed().as_secs(), 3);
    assert_eq!(rig.statistics("hold").cancelled, 1);
}

/// A caller of this library says that it understands signs; any other is told nothing.
#[tokio::test(start_paused = true)]
async fn nothing_is_told_to_those_who_would_not_understand_it() {
    let (bus, recorder) = Faulty::over(Bus::memory().await).await;
    let mut rig = Rig::start(&bus.transport, &bus.topic, 1).await;
    let driver = bus.driver().await;
    let body = serde_json::json!({
        "method": "hold", "version": "1.0", "args": {"id": "1"},
        "_msg_id": unique(), "_reply_q": "reply_of_python",
    });
    crate::bus::send(&*driver, &bus.to_topic(), body.to_string().as_bytes()).await;
    assert_eq!(rig.next().await, "1 begun");
    tokio::time::sleep(Duration::from_secs(100)).await;
    assert_eq!(recorder.replies().len(), 0);
    rig.gate.add_permits(1);
    assert_eq!(rig.next().await, "1 done");
}

/// All that one server is to end is asked for in few messages.
#[tokio::test(start_paused = true)]
async fn a_thousand_calls_that_are_dropped_at_once_are_no_flood() {
    let bus = Bus::memory().await;
    let mut rig = Rig::start(&bus.another().await, &bus.topic, 1000).await;
    let (bus, recorder) = Faulty::over(bus).await;
    let client = client(&bus, &bus.transport);
    let mut calls = JoinSet::new();
    for id in 0..1000 {
        calls.spawn(client.hold(id.to_string()).into_future());
    }
    for _ in 0..1000 {
        assert!(rig.next().await.ends_with("begun"));
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    calls.shutdown().await;
    for _ in 0..1000 {
        assert!(rig.next().await.ends_with("dropped"));
    }
    let asked: Vec<Sent> = recorder
        .sent()
        .into_iter()
        .filter(|sent| sent.notes.get("messaging-cancel").is_some())
        .collect();
    assert!((4..=10).contains(&asked.len()), "{}", asked.len());
}

/// What a server has answered meanwhile, or what it never had, is nothing to it.
#[tokio::test(start_paused = true)]
async fn who_asks_too_late_or_guesses_ends_nothing() {
    let (bus, recorder) = Faulty::over(Bus::memory().await).await;
    let mut rig = Rig::start(&bus.transport, &bus.topic, 2).await;
    let client = client(&bus, &bus.another().await);
    let call = tokio::spawn(client.hold("1".into()).into_future());
    assert_eq!(rig.next().await, "1 begun");
    tokio::time::sleep(Duration::from_secs(1)).await;
    let sign = recorder.replies().pop().unwrap();
    let queue = sign.notes.get("messaging-cancel-at").unwrap().to_owned();
    let driver = bus.driver().await;
    let notes = messaging::driver::Notes::default().with("messaging-cancel", "1");
    for body in ["[]", "null", "[\"\"]", "[\"0123456789abcdef0123456789abcdef\"]", "[[[[", "{}"] {
        let publish = messaging::driver::Publish {
            address: &messaging::driver::Address::Reply { queue: queue.clone() },
            body: body.as_bytes(),
            notes: &notes,
            expires: None,
            mandatory: true,
            within: crate::bus::WITHIN,
            retries: None,
        };
        driver.publish(publish).await.unwrap();
    }
    client.ping().await.unwrap();
    rig.gate.add_permits(1);
    call.await.unwrap().unwrap();
    assert_eq!(rig.next().await, "1 done");
}
