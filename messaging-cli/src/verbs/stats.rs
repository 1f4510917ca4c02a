//! `stats`: what servers have done, method by method.

use std::time::Duration;

use messaging::introspection::{MethodStatistics, Statistics};
use serde_json::json;

use crate::app::App;
use crate::bus;
use crate::complete;
use crate::duration;
use crate::exit::Failure;
use crate::output::number;

/// How long answers may take, unless told otherwise.
const WINDOW: Duration = Duration::from_secs(2);

/// Shows what the servers of a topic have done since they were started, method by method.
///
/// Times are those of the methods alone, without the wait in a queue; P99 is the bound of the bucket
/// of a histogram. Servers in Python count nothing.
#[derive(Debug, clap::Args)]
pub(crate) struct Stats {
    /// The topic.
    #[arg(add = complete::topics())]
    topic: String,
    /// One server among those of the topic.
    #[arg(long, value_name = "NAME")]
    server: Option<String>,
    /// Shows methods that were never called as well.
    #[arg(long, short)]
    all: bool,
}

impl Stats {
    pub(crate) async fn run(&self, app: &App) -> Result<(), Failure> {
        let connection = app.connect().await?;
        let window = connection.settings.timeout_or(WINDOW);
        let server = self.server.as_deref();
        let asked = bus::ask(&connection, &self.topic, server, window, |it| it.stats()).await?;
        let mut told: Vec<_> = asked.told().map(|(_, told)| told).collect();
        told.sort_by(|a, b| a.server.cmp(&b.server));
        let quiet = asked.heard.len().saturating_sub(told.len());
        if app.output.is_json() {
            app.output.json(&json!({
                "topic": self.topic,
                "consumers": asked.consumers(),
                "ready": asked.ready(),
                "servers": told,
                "tell_nothing": quiet,
                "silent": asked.silent(),
            }))?;
            return bus::outcome(&asked, &connection, window).await;
        }
        if !told.is_empty() {
            let rows = told.iter().flat_map(|it| self.rows(it));
            let head = ["SERVER", "METHOD", "CALLS", "RUN NOW", "ERRORS", "MEAN", "P99", "MAX"];
            app.output.table(head, rows)?;
        }
        for told in &told {
            let odd = [
                (told.unknown, "for what is not served"),
                (told.malformed, "that were no request"),
                (told.busy, "refused, as all workers were busy"),
                (told.given_up, "given up after too many attempts"),
            ];
            for (count, what) in odd.iter().filter(|(count, _)| *count > 0) {
                let server = crate::text::line(&told.server);
                app.output.line(format_args!("{server}: {} messages {what}", number(*count)))?;
            }
        }
        if quiet > 0 {
            app.output.note(format_args!("{quiet} more count nothing; they may be in Python"));
        }
        if let Some(ready @ 1..) = asked.ready() {
            app.output.note(format_args!("{} messages wait in the queue", number(ready)));
        }
        bus::outcome(&asked, &connection, window).await
    }

    fn rows(&self, told: &Statistics) -> Vec<[String; 8]> {
        let methods = told.apis.iter().flat_map(|api| {
            api.methods.iter().map(move |method| match &api.namespace {
                Some(namespace) => (format!("{namespace}/{}", method.method), method),
                None => (method.method.clone(), method),
            })
        });
        let shown =
            methods.filter(|(_, method)| self.all || method.calls > 0 || method.expired > 0);
        let rows: Vec<_> = shown.map(|(name, method)| row(&told.server, name, method)).collect();
        match rows.is_empty() {
            true => {
                vec![row(&told.server, "(no calls yet)".to_owned(), &MethodStatistics::default())]
            }
            false => rows,
        }
    }
}

fn row(server: &str, name: String, method: &MethodStatistics) -> [String; 8] {
    let time = |time: Option<Duration>| time.map_or_else(|| "-".to_owned(), duration::show);
    let durations = &method.durations;
    let longest = Duration::try_from_secs_f64(durations.longest).ok();
    [
        server.to_owned(),
        name,
        number(method.calls),
        number(method.in_flight),
        number(method.errors()),
        time(durations.mean()),
        time(durations.within(0.99)),
        time(longest.filter(|_| durations.count() > 0)),
    ]
}
