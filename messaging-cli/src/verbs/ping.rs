//! `ping`: whether servers work, and how long they take to say so.

use std::time::{Duration, Instant};

use messaging::introspection::{Introspection, Pong};
use messaging::{RpcClient, Target};
use serde_json::{Value, json};

use crate::app::App;
use crate::bus::{self, Heard, Said};
use crate::complete;
use crate::connect::Connection;
use crate::duration;
use crate::exit::Failure;

/// How long answers may take, unless told otherwise.
const WINDOW: Duration = Duration::from_secs(2);

/// The peer's probe of a server, which it answers where `rpc_ping_enabled` says so.
const OSLO_PING: &str = "oslo_rpc_server_ping";

/// Asks the servers of a topic whether they work.
///
/// An answer takes a worker, so it says more than that a process is there. A server in Python
/// answers too: to its own ping where that is enabled (`rpc_ping_enabled`), and else by an error,
/// which shows that it works as well. It does not say its name.
#[derive(Debug, clap::Args)]
pub(crate) struct Ping {
    /// The topic.
    #[arg(add = complete::topics())]
    topic: String,
    /// One server among those of the topic.
    #[arg(long, value_name = "NAME")]
    server: Option<String>,
}

impl Ping {
    pub(crate) async fn run(&self, app: &App) -> Result<(), Failure> {
        let connection = app.connect().await?;
        let window = connection.settings.timeout_or(WINDOW);
        let server = self.server.as_deref();
        self.warm_up(&connection, window).await?;
        let asked = bus::ask(&connection, &self.topic, server, window, |it| it.ping()).await?;
        let mut answers = Vec::new();
        for heard in &asked.heard {
            // Only one that is asked by name can be asked again.
            let oslo = match (&heard.said, server) {
                (Said::Nothing, Some(server)) => self.oslo_ping(&connection, server, window).await,
                _ => None,
            };
            answers.push((heard, oslo));
        }
        if app.output.is_json() {
            let answers: Vec<_> = answers.iter().map(|(it, oslo)| document(it, *oslo)).collect();
            app.output.json(&json!({
                "topic": self.topic,
                "consumers": asked.consumers(),
                "answers": answers,
                "silent": asked.silent(),
            }))?;
        } else if !asked.heard.is_empty() {
            let rows = answers.iter().map(|(heard, oslo)| row(heard, *oslo));
            app.output.table(["SERVER", "ANSWERED", "UP", "PID", "MADE WITH"], rows)?;
        }
        bus::outcome(&asked, &connection, window).await
    }

    /// Opens the reply queue, which is no part of how long an answer takes.
    async fn warm_up(&self, connection: &Connection, window: Duration) -> Result<(), Failure> {
        if matches!(
            connection.look(&self.topic, self.server.as_deref(), window).await?,
            messaging::driver::Look::Queue { consumers: 1.., .. }
        ) {
            let mut target = Target::topic(&self.topic);
            target.server.clone_from(&self.server);
            let one = Introspection::of(&connection.transport, target)?;
            // Whatever comes of it: the question to all is still to come.
            let _ = one.ping().timeout(window.min(Duration::from_millis(500))).await;
        }
        Ok(())
    }

    /// Whether a server answers the peer's own ping, and after how long.
    async fn oslo_ping(
        &self,
        connection: &Connection,
        server: &str,
        window: Duration,
    ) -> Option<Duration> {
        let target = Target::topic(&self.topic).server(server);
        let client = RpcClient::new(&connection.transport, target);
        let begun = Instant::now();
        let pong = client.call::<Value>(OSLO_PING, json!({})).timeout(window).await;
        pong.is_ok().then(|| begun.elapsed())
    }
}

fn row(heard: &Heard<Pong>, oslo: Option<Duration>) -> [String; 5] {
    let none = || "-".to_owned();
    let answered = duration::show(heard.after);
    let name = heard.server.clone().unwrap_or_else(none);
    match &heard.said {
        Said::Told(pong) => {
            let up = Duration::try_from_secs_f64(pong.uptime).unwrap_or_default();
            let library = format!("{} {}", pong.library.name, pong.library.version);
            [name, answered, duration::show(up), pong.pid.to_string(), library]
        }
        Said::Nothing => {
            let what = match oslo {
                Some(_) => "(Python: it answers oslo_rpc_server_ping)",
                None => "(it tells nothing: Python?)",
            };
            [name, duration::show(oslo.unwrap_or(heard.after)), none(), none(), what.to_owned()]
        }
        Said::Failed(error) => [name, answered, none(), none(), format!("({error})")],
    }
}

fn document(heard: &Heard<Pong>, oslo: Option<Duration>) -> Value {
    let (kind, pong, error) = match &heard.said {
        Said::Told(pong) => ("messaging", Some(pong), None),
        Said::Nothing => ("tells nothing", None, None),
        Said::Failed(error) => ("failed", None, Some(error.to_string())),
    };
    json!({
        "server": heard.server,
        "kind": kind,
        "seconds": oslo.unwrap_or(heard.after).as_secs_f64(),
        "pong": pong,
        "oslo_ping": oslo.is_some(),
        "error": error,
    })
}
