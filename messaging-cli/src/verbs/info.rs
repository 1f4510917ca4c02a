//! `info`: what servers serve, method by method.

use std::time::Duration;

use messaging::introspection::{ApiDescription, Description};
use serde_json::json;

use crate::app::App;
use crate::bus::{self, Said};
use crate::complete;
use crate::exit::Failure;
use crate::output::{FAINT, HEAD, NAME, WARN};
use crate::request::kind;
use crate::text;

/// How long answers may take, unless told otherwise.
const WINDOW: Duration = Duration::from_secs(2);

/// Shows what the servers of a topic serve: APIs, versions, methods, arguments, documentation.
///
/// An API is shown once, with the servers that have the same contract behind it; another contract of
/// the same API is shown beside it.
#[derive(Debug, clap::Args)]
pub(crate) struct Info {
    /// The topic.
    #[arg(add = complete::topics())]
    topic: String,
    /// One server among those of the topic.
    #[arg(long, value_name = "NAME")]
    server: Option<String>,
}

/// An API, with the servers that serve it.
type Served<'a> = (&'a ApiDescription, Vec<&'a str>);

impl Info {
    pub(crate) async fn run(&self, app: &App) -> Result<(), Failure> {
        let connection = app.connect().await?;
        let window = connection.settings.timeout_or(WINDOW);
        let server = self.server.as_deref();
        let asked = bus::ask(&connection, &self.topic, server, window, |it| it.describe()).await?;
        let told: Vec<_> = asked.told().map(|(_, told)| told).collect();
        let quiet: Vec<_> =
            asked.heard.iter().filter(|it| !matches!(it.said, Said::Told(_))).collect();
        if app.output.is_json() {
            let errors = quiet.iter().map(|heard| {
                let error = match &heard.said {
                    Said::Failed(error) => Some(error.to_string()),
                    Said::Told(_) | Said::Nothing => None,
                };
                json!({ "server": heard.server, "error": error })
            });
            app.output.json(&json!({
                "topic": self.topic,
                "servers": told,
                "tell_nothing": errors.collect::<Vec<_>>(),
                "silent": asked.silent(),
            }))?;
            return bus::outcome(&asked, &connection, window).await;
        }
        for (api, servers) in merged(&told) {
            show(app, api, &servers)?;
        }
        for heard in quiet {
            let name = heard.server.as_deref().map_or("a server".to_owned(), text::line);
            let what = match &heard.said {
                Said::Failed(error) => error.to_string(),
                Said::Told(_) | Said::Nothing => {
                    "answers, and tells nothing of what it serves; it may be one in Python"
                        .to_owned()
                }
            };
            app.output.line(format_args!("{WARN}{name}{WARN:#} {what}"))?;
        }
        bus::outcome(&asked, &connection, window).await
    }
}

/// Each API once for each contract that there is of it.
fn merged<'a>(told: &[&'a Description]) -> Vec<Served<'a>> {
    let mut merged = Vec::<Served<'a>>::new();
    for description in told {
        for api in &description.apis {
            let same = merged.iter_mut().find(|(it, _)| it.contract == api.contract);
            match same {
                Some((_, servers)) => servers.push(&description.server),
                None => merged.push((api, vec![&description.server])),
            }
        }
    }
    merged.iter_mut().for_each(|(_, servers)| servers.sort_unstable());
    merged
}

fn show(app: &App, api: &ApiDescription, servers: &[&str]) -> Result<(), Failure> {
    let contract = &api.contract;
    let output = app.output;
    let (name, version) = (text::line(&contract.name), contract.version);
    let namespace = contract
        .namespace
        .as_deref()
        .map_or(String::new(), |it| format!(", namespace {}", text::line(it)));
    let servers = text::line(&servers.join(", "));
    output.line(format_args!(
        "{HEAD}{name} {version}{HEAD:#}{namespace} {FAINT}on {servers}, contract {}{FAINT:#}",
        text::line(api.surface_hash.get(..8).unwrap_or(&api.surface_hash))
    ))?;
    for line in contract.docs.lines() {
        output.line(format_args!("{FAINT}  {}{FAINT:#}", text::line(line.trim())))?;
    }
    for method in &contract.methods {
        let params = method.params.iter().map(|param| {
            let mark = if param.optional || param.nullable { "?" } else { "" };
            format!("{}{mark}: {}", text::line(&param.name), kind(contract, param))
        });
        let params = params.collect::<Vec<_>>().join(", ");
        let mut facts = Vec::new();
        if method.since > messaging::Version::new(version.major, 0) {
            facts.push(format!("since {}", method.since));
        }
        facts.extend(method.cast.then(|| "cast".to_owned()));
        facts.extend(method.idempotent.then(|| "idempotent".to_owned()));
        let facts =
            if facts.is_empty() { String::new() } else { format!("  [{}]", facts.join(", ")) };
        let name = text::line(&method.name);
        output.line(format_args!("  {NAME}{name}{NAME:#}({params}){FAINT}{facts}{FAINT:#}"))?;
        for line in method.docs.lines() {
            output.line(format_args!("{FAINT}      {}{FAINT:#}", text::line(line.trim())))?;
        }
    }
    output.line("")
}
