//! What the processes of a load do: serve, or call and cast without end.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use messaging::{
    CallError, Context, Error, Executor, Proxy as _, RetryPolicy, RpcServer, Target, Transport,
};
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use crate::ledger::{Entry, Pen, What};
use crate::program::{Role, Task};
use crate::work::{Work, WorkClient, WorkEndpoint};

/// Does a task, and returns when it is done.
pub(crate) async fn run(task: Task) {
    match task.role {
        Role::Serve => serve(&task).await,
        Role::Send => send(&task).await,
    }
}

async fn connect(task: &Task) -> Transport {
    Transport::from_config(&task.config()).await.expect("the broker of the row")
}

/// Ends at the end of standard input.
async fn until_asked() {
    let reading = tokio::task::spawn_blocking(|| std::io::read_to_string(std::io::stdin()));
    let _ = reading.await.expect("it does not panic");
}

async fn serve(task: &Task) {
    let pen = Arc::new(Pen::open(&task.ledger));
    let service = Service::new(&task.name, task.work, Arc::clone(&pen));
    let transport = connect(task).await;
    let server = RpcServer::builder(&transport, Target::topic(&task.topic).server(&task.name))
        .endpoint(WorkEndpoint::new(service))
        .executor(Executor::tasks(task.workers))
        .start()
        .await
        .expect("the server starts");
    pen.write(What::Ready, "");
    until_asked().await;
    let _ = server.shutdown(Duration::from_secs(10)).await;
    transport.close(Duration::from_secs(5)).await;
}

/// What the servers do: they write down when a method begins and when it ends. An id may say what
/// is done between: `2500:..` takes so many milliseconds, `panic:..` panics, `abort:..` ends the
/// process as a crash does.
pub(crate) struct Service {
    name: String,
    work: u64,
    pen: Arc<Pen>,
}

impl Service {
    /// One whose methods take so many milliseconds, unless they are told otherwise.
    pub(crate) fn new(name: &str, work: u64, pen: Arc<Pen>) -> Self {
        Self { name: name.to_owned(), work, pen }
    }

    async fn work(&self, id: &str) {
        self.pen.write(What::Begun, id);
        let work = match id.split_once(':') {
            Some(("panic", _)) => panic!("told to"),
            Some(("abort", _)) => std::process::abort(),
            Some((time, _)) => time.parse().unwrap_or(self.work),
            None => self.work,
        };
        tokio::time::sleep(Duration::from_millis(work)).await;
        self.pen.write(What::Done, id);
    }
}

impl Work for Service {
    async fn note(&self, _: &Context, id: String) {
        self.work(&id).await;
    }

    async fn note_again(&self, _: &Context, id: String) {
        self.work(&id).await;
    }

    async fn ask(&self, _: &Context, id: String) -> Result<String, Infallible> {
        self.work(&id).await;
        Ok(format!("{id} by {}", self.name))
    }

    async fn ask_again(&self, ctx: &Context, id: String) -> Result<String, Infallible> {
        self.ask(ctx, id).await
    }
}

/// Sends at an even pace, whatever becomes of it: every second call and cast is idempotent, every
/// fourth call has a cast beside it, every fiftieth a fanout.
async fn send(task: &Task) {
    let pen = Arc::new(Pen::open(&task.ledger));
    let transport = connect(task).await;
    let client = WorkClient::new(&transport).prepare().topic(&task.topic);
    let client = client.timeout(Duration::from_millis(task.deadline)).build().expect("a client");
    pen.write(What::Ready, "");
    let mut asked = std::pin::pin!(until_asked());
    let mut pace = tokio::time::interval(Duration::from_millis(task.every.max(1)));
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut under_way = JoinSet::new();
    for number in 0.. {
        if task.calls > 0 && number >= task.calls {
            break;
        }
        if task.every > 0 {
            tokio::select! {
                _ = pace.tick() => {}
                () = &mut asked => break,
            }
        }
        let mut begin = |kind: &'static str| {
            let id = format!("{}-{number}-{kind}", task.name);
            under_way.spawn(one(client.clone(), kind, id, Arc::clone(&pen)));
        };
        begin(if number % 2 == 0 { "ask" } else { "ask_again" });
        if task.casts && number % 4 == 1 {
            begin(if number % 8 == 1 { "note" } else { "note_again" });
        }
        if task.casts && number % 50 == 2 {
            begin("fanout");
        }
        while under_way.try_join_next().is_some() {}
    }
    while under_way.join_next().await.is_some() {}
    transport.close(Duration::from_secs(5)).await;
}

async fn one(client: WorkClient, kind: &'static str, id: String, pen: Arc<Pen>) {
    pen.write(What::Sent, &id);
    let sent = id.clone();
    let result = match kind {
        "ask" => answer(&id, client.ask(sent).await),
        // Whoever says that a method may run twice also says that it may be sent twice.
        "ask_again" => answer(&id, client.ask_again(sent).retry(again()).await),
        "note" => client.note(sent).await.map_err(|error| described(&error)),
        "note_again" => {
            client.note_again(sent).retry(again()).await.map_err(|error| described(&error))
        }
        _ => client.note(sent).fanout().await.map_err(|error| described(&error)),
    };
    let mut entry = Entry::new(What::Answered, &id);
    if let Err((kind, text)) = result {
        (entry.what, entry.kind, entry.text) = (What::Failed, kind, text);
    }
    pen.entry(&entry);
}

/// So often as there is time for.
fn again() -> RetryPolicy {
    RetryPolicy::new().attempts(100).attempt_timeout(Duration::from_secs(3))
}

/// Whether the answer is that to this call.
fn answer(
    id: &str,
    answered: Result<String, CallError<Infallible>>,
) -> Result<(), (String, String)> {
    match answered {
        Ok(answer) if answer.starts_with(&format!("{id} by ")) => Ok(()),
        Ok(answer) => Err(("WrongAnswer".to_owned(), answer)),
        Err(CallError::Rpc(error)) => Err(described(&error)),
        Err(CallError::Remote(never)) => match never {},
    }
}

pub(crate) fn described(error: &Error) -> (String, String) {
    let kind = match error.stage() {
        Some(stage) => format!("{:?}/{stage:?}", error.kind()),
        None => format!("{:?}", error.kind()),
    };
    // Stages with values have long names; what they are is told by their first word.
    let kind = kind.split([' ', '(', '{']).next().unwrap_or_default().to_owned();
    (kind, error.to_string())
}
