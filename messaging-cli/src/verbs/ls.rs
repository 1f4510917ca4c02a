//! `ls`: who serves what.

use std::collections::BTreeSet;
use std::time::Duration;

use clap::Args;
use messaging::introspection::Statistics;
use serde_json::{Value, json};

use crate::app::App;
use crate::bus::{self, Asked, Heard, Said, TopicOnBroker, Topics};
use crate::complete;
use crate::context::Met;
use crate::duration;
use crate::exit::{Exit, Failure};
use crate::output::number;
use crate::text;

/// How long answers may take, unless told otherwise.
const WINDOW: Duration = Duration::from_secs(2);

/// Lists who serves what: topics, servers, APIs and versions.
///
/// Servers of this library tell it. Of servers in Python the broker knows how many read the topic's
/// queue; they answer and do not say their names. AMQP cannot list topics: without any it is those of
/// the context, or those met before on this broker, or with `--management` all that the broker has.
#[derive(Debug, Args)]
pub(crate) struct Ls {
    /// The topics.
    #[arg(value_name = "TOPIC", add = complete::topics())]
    topics: Vec<String>,
    /// Asks RabbitMQ's management plugin as well: `http://user:password@host:15672`. It knows all
    /// topics of the virtual host, and the names of servers in Python.
    #[arg(long, value_name = "URL")]
    management: Option<String>,
}

impl Ls {
    pub(crate) async fn run(&self, app: &App) -> Result<(), Failure> {
        let connection = app.connect().await?;
        let management = self.management.as_deref();
        let topics = Topics::of(&connection, &self.topics, management).await?;
        let window = connection.settings.timeout_or(WINDOW);
        let asked = bus::each(&connection, &topics.names, window, |it| it.stats()).await?;
        let mut met = Met::of(&connection.settings.broker);
        for asked in &asked {
            match asked.consumers() {
                Some(0) if asked.queue == messaging::driver::Look::Missing => {
                    met.remove(&asked.topic)
                }
                _ => met.add(&asked.topic),
            }
        }
        let of_broker = |asked: &Asked<_>| topics.on_broker.get(&asked.topic);
        if app.output.is_json() {
            let all: Vec<_> = asked.iter().map(|it| document(it, of_broker(it))).collect();
            app.output.json(&all)?;
        } else {
            let rows = asked.iter().flat_map(|it| rows(it, of_broker(it), window));
            app.output.table(["TOPIC", "SERVER", "UP", "CALLS", "SERVES"], rows)?;
        }
        let is_nobody = asked.iter().all(|asked| asked.heard.is_empty());
        match (topics.are_named && is_nobody, asked.as_slice()) {
            (true, [asked]) => bus::outcome(asked, &connection, window).await,
            (true, _) => Err(Failure::new(Exit::Nobody, "nobody serves any of these topics")),
            (false, _) => Ok(()),
        }
    }
}

/// The servers of a topic that did not say their names, and have a queue that somebody reads.
fn others<'a>(
    asked: &Asked<Statistics>,
    on_broker: Option<&'a TopicOnBroker>,
) -> impl Iterator<Item = &'a str> {
    let named: BTreeSet<_> = asked.heard.iter().filter_map(|it| it.server.clone()).collect();
    let servers = on_broker.into_iter().flat_map(|it| it.servers.iter().map(String::as_str));
    servers.filter(move |server| !named.contains(*server))
}

fn rows(
    asked: &Asked<Statistics>,
    on_broker: Option<&TopicOnBroker>,
    window: Duration,
) -> Vec<[String; 5]> {
    let topic = || asked.topic.clone();
    let none = || "-".to_owned();
    let mut rows: Vec<_> = asked
        .told()
        .map(|(heard, told)| {
            let calls = told.apis.iter().flat_map(|api| api.methods.iter().map(|it| it.calls));
            let up = duration::show(Duration::try_from_secs_f64(told.uptime).unwrap_or_default());
            [topic(), name(heard), up, number(calls.fold(0, u64::saturating_add)), serves(told)]
        })
        .collect();
    rows.sort_by(|a, b| a[1].cmp(&b[1]));
    let mut others = others(asked, on_broker);
    for heard in &asked.heard {
        let what = match &heard.said {
            Said::Told(_) => continue,
            Said::Nothing if heard.server.is_some() => "(answers, and tells nothing)".to_owned(),
            Said::Nothing => "(answers, and tells nothing: Python?)".to_owned(),
            Said::Failed(error) => format!("({error})"),
        };
        let name = heard.server.clone().or_else(|| others.next().map(str::to_owned));
        rows.push([topic(), name.unwrap_or_else(none), none(), none(), what]);
    }
    if asked.silent() > 0 {
        let what =
            format!("({} more, no answer within {})", asked.silent(), duration::show(window));
        rows.push([topic(), none(), none(), none(), what]);
    }
    if rows.is_empty() {
        let what = match asked.ready() {
            None => "(no such queue)".to_owned(),
            Some(0) => "(nobody: its queue is there, and nobody reads it)".to_owned(),
            Some(ready) => format!("(nobody, and {ready} messages wait)"),
        };
        rows.push([topic(), none(), none(), none(), what]);
    }
    rows
}

fn name(heard: &Heard<Statistics>) -> String {
    heard.server.clone().unwrap_or_else(|| "-".to_owned())
}

/// `Scheduler 2.6, BaseApi 1.1`.
fn serves(told: &Statistics) -> String {
    let apis = told.apis.iter().map(|api| match &api.namespace {
        Some(namespace) => format!("{} {} in {}", api.api, api.version, text::line(namespace)),
        None => format!("{} {}", api.api, api.version),
    });
    apis.collect::<Vec<_>>().join(", ")
}

fn document(asked: &Asked<Statistics>, on_broker: Option<&TopicOnBroker>) -> Value {
    let mut others = others(asked, on_broker);
    let servers = asked.heard.iter().map(|heard| match &heard.said {
        Said::Told(told) => {
            let apis = told.apis.iter().map(
                |api| json!({ "api": api.api, "namespace": api.namespace, "version": api.version }),
            );
            json!({
                "server": told.server,
                "kind": "messaging",
                "uptime": told.uptime,
                "calls": told.apis.iter().flat_map(|it| &it.methods).map(|it| it.calls)
                    .fold(0, u64::saturating_add),
                "apis": apis.collect::<Vec<_>>(),
            })
        }
        Said::Nothing => {
            let server = heard.server.clone().or_else(|| others.next().map(str::to_owned));
            json!({ "server": server, "kind": "tells nothing" })
        }
        Said::Failed(error) => {
            json!({ "server": heard.server, "kind": "failed", "error": error.to_string() })
        }
    });
    json!({
        "topic": asked.topic,
        "consumers": asked.consumers(),
        "ready": asked.ready(),
        "servers": servers.collect::<Vec<_>>(),
        "silent": asked.silent(),
    })
}
