//! `watch`: what goes over a topic.

mod calls;
mod copies;
mod document;
mod follow;
mod line;
mod record;
mod redact;
mod tally;
mod tracing;
mod value;
mod watcher;

use std::sync::Arc;
use std::time::Duration;

use messaging::driver::Look;
use serde_json::json;
use tokio::sync::{Notify, mpsc};
use tokio::time::{sleep, timeout};

use self::follow::Plan;
use self::redact::Shown;
use self::watcher::Watcher;
use crate::app::App;
use crate::bus;
use crate::complete;
use crate::connect::Settings;
use crate::exit::{Exit, Failure};
use crate::interrupt;
use crate::request::Known;

/// How long may be looked for what there is not, before it begins.
const PATIENCE: Duration = Duration::from_secs(2);

/// How many pieces of news may wait to be written. Each may hold a message, of any length.
const WAITING: usize = 8;

/// Shows the calls, the casts and the replies of a topic as they go by. Nobody loses a message by it.
///
/// There are two ways to see them, and the better one that there is is taken:
///
/// The broker's tracing shows all that is sent, replies included, and changes nothing for anybody;
/// but it costs the broker a copy of every message of the virtual host, so it is off until somebody
/// turns it on: `rabbitmqctl trace_on -p VHOST`, and `trace_off` afterwards.
///
/// Without it, a private queue is bound beside those of the servers. It sees calls and casts to any
/// server of the topic, to all servers, and to those named by `--server`; not to other single
/// servers, and no replies: these go to queues that nothing can be bound to. A message that nobody
/// takes would be taken by such a binding, and its sender wait for a time-out in place of an error at
/// once. So each is there only while a queue of the servers is there too. `--any-server` goes without
/// that: while the topic has servers, what is sent to a server by a name that none of them has is not
/// given back.
///
/// Values are shown as their types unless `--show-args` is given; what looks like a secret, by its
/// name, is left out all the same, unless `--no-redaction` is given too.
///
/// Ctrl-C ends it with a summary, and so do `--timeout`, from when it begins, and `--count`. A broker
/// that goes away is told, and tried again until it is there; the exit code is 3 where it is away at
/// the end, and 130 where ctrl-C came before an end that was set, or before it began.
#[derive(Debug, clap::Args)]
pub(crate) struct Watch {
    /// The topic.
    #[arg(add = complete::topics())]
    topic: String,
    /// What is sent to this server by name, and to any or all of the topic; may be given several
    /// times.
    #[arg(long = "server", value_name = "NAME")]
    servers: Vec<String>,
    /// What is sent to any server by name, without the tracing too: see above.
    #[arg(long)]
    any_server: bool,
    /// This method alone; may be given several times.
    #[arg(long = "method", value_name = "METHOD")]
    methods: Vec<String>,
    /// Ends after so many messages.
    #[arg(long, value_name = "N")]
    count: Option<u64>,
    /// Insists on replies, and fails where the broker's tracing is off.
    #[arg(long, conflicts_with = "no_replies")]
    replies: bool,
    /// No replies, also where they can be seen.
    #[arg(long)]
    no_replies: bool,
    /// By which way they are seen.
    #[arg(long, value_enum, default_value_t = Through::Auto)]
    through: Through,
    /// Shows the values of arguments, contexts, results and errors.
    #[arg(long)]
    show_args: bool,
    /// Shows what looks like a secret as well.
    #[arg(long, requires = "show_args")]
    no_redaction: bool,
}

/// By which way messages are seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Through {
    /// By the tracing if it is on, else by copies.
    Auto,
    /// By the broker's tracing.
    Trace,
    /// By copies to a private queue.
    Copies,
}

impl Watch {
    pub(crate) async fn run(&self, app: &App) -> Result<(), Failure> {
        let settings = Settings::of(&app.globals)?;
        if self.replies && self.through == Through::Copies {
            return Err(Failure::usage("copies show no replies; leave `--through` out"));
        }
        let plan = Plan {
            config: settings.config.clone(),
            topic: self.topic.clone(),
            servers: self.servers.clone(),
            any_server: self.any_server,
            through: if self.replies { Through::Trace } else { self.through },
            replies: !self.no_replies,
        };
        // Before the watch, which would show what is asked here.
        tokio::select! {
            () = self.tell_of_nobody(app) => {}
            // Whoever does not answer by then is not waited for.
            () = sleep(PATIENCE) => {}
            () = interrupt::asked() => return Err(Failure::told(Exit::Interrupted)),
        }
        let (tell, mut news) = mpsc::channel(WAITING);
        let following = tokio::spawn(follow::follow(plan, tell));
        let begun = Arc::new(Notify::new());
        let mut watcher = Watcher::new(self, app, Arc::clone(&begun));
        let ended = tokio::select! {
            ended = watcher.watch(&mut news) => ended,
            () = interrupt::asked() => Err(Failure::told(Exit::Interrupted)),
            () = for_as_long(app, &begun) => Ok(()),
        };
        let ended = match ended {
            // Without another end, this is the one that was meant.
            Err(failure)
                if failure.exit == Exit::Interrupted && watcher.began && self.is_open(app) =>
            {
                Ok(())
            }
            ended => ended,
        };
        drop(news);
        // The private queue goes with its connection; nobody waits for more than that.
        let _ = timeout(Duration::from_secs(1), following).await;
        match ended {
            // A reader that is gone wants no summary either.
            Err(failure) if failure.is_silent && failure.exit == Exit::Done => Err(failure),
            ended => {
                watcher.sum_up()?;
                ended.and_then(|()| watcher.lost.map_or(Ok(()), Err))
            }
        }
    }

    /// Tells of a topic, a server or a method that there is not: no error, since it may come.
    async fn tell_of_nobody(&self, app: &App) {
        // Whoever follows tells of a broker that is away.
        let Ok(connection) = app.connect().await else { return };
        let servers = self.servers.iter().map(|server| Some(&**server));
        for server in std::iter::once(None).chain(servers) {
            if let Ok(Look::Missing) = connection.look(&self.topic, server, PATIENCE).await {
                remark(app, &bus::missing(&connection, &self.topic, server).await);
                if server.is_none() {
                    return;
                }
            }
        }
        if !self.methods.is_empty() {
            let known = Known::ask(&connection, &self.topic, None, None, PATIENCE).await;
            let known = known.unwrap_or_default();
            for lacking in self.methods.iter().filter_map(|it| known.lacks(&self.topic, it)) {
                remark(app, &lacking);
            }
        }
    }

    /// Whether no other end is set than ctrl-C.
    fn is_open(&self, app: &App) -> bool {
        self.count.is_none() && app.globals.timeout.is_none()
    }

    fn shown(&self) -> Shown {
        match (self.show_args, self.no_redaction) {
            (false, _) => Shown::Types,
            (true, false) => Shown::Values,
            (true, true) => Shown::Everything,
        }
    }
}

/// Tells of what is no failure here.
fn remark(app: &App, failure: &Failure) {
    if app.output.is_json() {
        let Failure { message, hints, .. } = failure;
        let line = json!({ "kind": "missing", "message": message, "hints": hints });
        // A reader that is gone is met again by what is watched.
        let _ = app.output.json_line(&line);
        return;
    }
    app.output.note(&failure.message);
    for hint in &failure.hints {
        app.output.note(format_args!("  {hint}"));
    }
}

/// From when it has begun.
async fn for_as_long(app: &App, begun: &Notify) {
    match app.globals.timeout {
        Some(time) => {
            begun.notified().await;
            sleep(time).await;
        }
        None => std::future::pending().await,
    }
}
