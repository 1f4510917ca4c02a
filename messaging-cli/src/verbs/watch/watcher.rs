//! Who writes what is seen.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use messaging::Error;
use tokio::sync::{Notify, mpsc};

use super::Watch;
use super::calls::Calls;
use super::document::document;
use super::follow::News;
use super::line::line;
use super::record::{Kind, Record};
use super::tally::Tally;
use crate::app::App;
use crate::exit::{Exit, Failure};
use crate::output::NAME;

/// Who writes what is seen.
pub(super) struct Watcher<'a> {
    verb: &'a Watch,
    app: &'a App,
    exchange: String,
    calls: Calls,
    tally: Tally,
    pub(super) began: bool,
    /// Told when it begins.
    begun: Arc<Notify>,
    /// Whether replies are seen at the moment.
    sees_replies: bool,
    /// Why nothing is seen at the moment.
    pub(super) lost: Option<Failure>,
}

impl<'a> Watcher<'a> {
    pub(super) fn new(verb: &'a Watch, app: &'a App, begun: Arc<Notify>) -> Self {
        let (calls, tally) = (Calls::default(), Tally::new(Instant::now()));
        let (exchange, began, sees_replies, lost) = (String::new(), false, false, None);
        Self { verb, app, exchange, calls, tally, began, begun, sees_replies, lost }
    }

    pub(super) async fn watch(&mut self, news: &mut mpsc::Receiver<News>) -> Result<(), Failure> {
        while let Some(news) = news.recv().await {
            match news {
                News::Begun { traced, host, exchange, why } => {
                    self.exchange = exchange;
                    (self.began, self.lost) = (true, None);
                    self.begun.notify_one();
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
                    self.write(&record, clock)?;
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
                    self.lost = Some(away(error));
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

    fn write(&self, record: &Record, clock: SystemTime) -> Result<(), Failure> {
        let (output, shown) = (self.app.output, self.verb.shown());
        match output.is_json() {
            true => output.json_line(&document(record, shown, clock)),
            false => output.line(line(record, shown, clock)),
        }
    }

    fn tell(&self, kind: &str, text: &str) -> Result<(), Failure> {
        if self.app.output.is_json() {
            let line = serde_json::json!({ "kind": kind, "message": text });
            return self.app.output.json_line(&line);
        }
        self.app.output.note(crate::text::line(text));
        Ok(())
    }

    pub(super) fn sum_up(&self) -> Result<(), Failure> {
        match self.began {
            true => {
                let open = self.sees_replies.then(|| self.calls.open());
                self.tally.write(self.app.output, open)
            }
            false => Ok(()),
        }
    }
}

/// That the broker is away, whatever told so: its silence too.
fn away(error: Error) -> Failure {
    Failure { exit: Exit::Connection, hints: Vec::new(), ..error.into() }
}
