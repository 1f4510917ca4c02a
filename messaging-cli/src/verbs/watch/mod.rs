//! `watch`: what goes over a topic.

mod calls;
mod copies;
mod follow;
mod record;
mod redact;
mod tally;
mod tracing;
mod value;

use std::time::{Duration, Instant, SystemTime};

use messaging::driver::Look;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use self::calls::Calls;
use self::follow::{News, Plan};
use self::record::{Kind, Record};
use self::redact::Shown;
use self::tally::Tally;
use crate::app::App;
use crate::bus;
use crate::complete;
use crate::connect::Settings;
use crate::exit::{Exit, Failure};
use crate::interrupt;
use crate::output::NAME;
use crate::request::Known;

/// How long the broker may take to say whether a queue is there.
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
/// Ctrl-C ends it with a summary, and so do `--timeout` and `--count`. A broker that goes away is told,
/// and tried again until it is there; the exit code is 3 where it is away at the end, and 130 where
/// ctrl-C came before an end that was set.
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
        self.tell_of_nobody(app).await;
        let (tell, mut news) = mpsc::channel(WAITING);
        let following = tokio::spawn(follow::follow(plan, tell));
        let mut watcher = Watcher::new(self, app);
        let ended = tokio::select! {
            ended = watcher.watch(&mut news) => ended,
            () = interrupt::asked() => self.interrupted(app),
            () = for_as_long(app) => Ok(()),
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

    /// Without another end, this is the one that was meant.
    fn interrupted(&self, app: &App) -> Result<(), Failure> {
        match self.count.is_some() || app.globals.timeout.is_some() {
            true => Err(Failure::told(Exit::Interrupted)),
            false => Ok(()),
        }
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
    app.output.note(&failure.message);
    for hint in &failure.hints {
        app.output.note(format_args!("  {hint}"));
    }
}

async fn for_as_long(app: &App) {
    match app.globals.timeout {
        Some(time) => sleep(time).await,
        None => std::future::pending().await,
    }
}

/// Who writes what is seen.
struct Watcher<'a> {
    verb: &'a Watch,
    app: &'a App,
    exchange: String,
    calls: Calls,
    tally: Tally,
    began: bool,
    /// Whether replies are seen at the moment.
    sees_replies: bool,
    /// Why nothing is seen at the moment.
    lost: Option<Failure>,
}

impl<'a> Watcher<'a> {
    fn new(verb: &'a Watch, app: &'a App) -> Self {
        let (calls, tally) = (Calls::default(), Tally::new(Instant::now()));
        let (exchange, began, sees_replies, lost) = (String::new(), false, false, None);
        Self { verb, app, exchange, calls, tally, began, sees_replies, lost }
    }

    async fn watch(&mut self, news: &mut mpsc::Receiver<News>) -> Result<(), Failure> {
        while let Some(news) = news.recv().await {
            match news {
                News::Begun { traced, host, exchange, why } => {
                    self.exchange = exchange;
                    (self.began, self.lost) = (true, None);
                    self.sees_replies = traced && !self.verb.no_replies;
                    self.begun(traced, &host, why.as_deref())?;
                }
                News::Seen(seen) => {
                    let (now, clock) = (Instant::now(), SystemTime::now());
                    let record =
                        Record::of(*seen, &self.verb.topic, &self.exchange, &mut self.calls, now);
                    let Some(record) = record.filter(|it| self.wants(it)) else { continue };
                    self.note_call(&record, now);
                    self.tally.count(&record);
                    record.write(self.app.output, self.verb.shown(), clock)?;
                    if self.verb.count.is_some_and(|count| self.tally.total() >= count) {
                        return Ok(());
                    }
                }
                News::Behind => self.tell(
                    "behind",
                    "messages come faster than they are written: some of them are not seen",
                )?,
                News::Lost(error) => {
                    self.tally.lost();
                    self.tell("lost", &format!("{error}; trying again"))?;
                    self.lost = Some(error.into());
                }
                News::Failed(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Whether it is one of those that are asked for.
    fn wants(&self, record: &Record) -> bool {
        let methods = &self.verb.methods;
        let by_method = match (&record.method, &record.kind) {
            (Some(method), _) => methods.is_empty() || methods.contains(method),
            // Whose it is cannot be told.
            (None, _) => methods.is_empty(),
        };
        let servers = &self.verb.servers;
        let by_server = match &record.to_server {
            Some(server) => servers.is_empty() || servers.contains(server) || self.verb.any_server,
            None => true,
        };
        by_method && by_server && !(self.verb.no_replies && record.is_answer())
    }

    /// Only the replies of what was shown are shown.
    fn note_call(&mut self, record: &Record, now: Instant) {
        if let (Kind::Call, Some(id), Some(method)) = (&record.kind, &record.id, &record.method) {
            self.calls.asked(id, method, now);
        }
    }

    fn begun(&self, traced: bool, host: &str, why: Option<&str>) -> Result<(), Failure> {
        let output = self.app.output;
        let topic = crate::text::line(&self.verb.topic);
        if output.is_json() {
            return output.json_line(&serde_json::json!({
                "kind": "watching",
                "topic": self.verb.topic,
                "exchange": self.exchange,
                "broker": host,
                "through": if traced { "trace" } else { "copies" },
                "replies": self.sees_replies,
                "why": why,
            }));
        }
        let way = if traced { "the broker's tracing" } else { "copies" };
        output.note(format_args!(
            "watching topic {NAME}{topic}{NAME:#} on {host} by {way}; ctrl-C ends it"
        ));
        if let (false, false) = (traced, self.verb.no_replies) {
            output.note(
                "replies are not seen, nor what is sent to single servers that are not named:",
            );
            output.note(format_args!("  {}", crate::text::line(why.unwrap_or("see --help"))));
        }
        Ok(())
    }

    fn tell(&self, kind: &str, text: &str) -> Result<(), Failure> {
        if self.app.output.is_json() {
            let line = serde_json::json!({ "kind": kind, "message": text });
            return self.app.output.json_line(&line);
        }
        self.app.output.note(crate::text::line(text));
        Ok(())
    }

    fn sum_up(&self) -> Result<(), Failure> {
        match self.began {
            true => {
                let open = self.sees_replies.then(|| self.calls.open());
                self.tally.write(self.app.output, open)
            }
            false => Ok(()),
        }
    }
}
