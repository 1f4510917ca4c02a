//! `contract`: what APIs promise, and what changed of it.

mod drawn;
mod report;
mod source;

use std::path::PathBuf;
use std::time::Duration;

use messaging::contract::{self, Lock};
use serde_json::json;

use self::drawn::Drawn;
pub(crate) use self::drawn::read;
use self::source::Source;
use crate::app::App;
use crate::complete;
use crate::exit::{Exit, Failure};
use crate::output::{BAD, GOOD};
use crate::text;

/// How long answers may take, unless told otherwise.
const WINDOW: Duration = Duration::from_secs(2);

/// Shows, compares and checks what APIs promise.
///
/// Where a contract is asked for, it is the topic of live servers, or a file: a lock file, or what
/// `contract show --json` or `info --json` wrote. What has a slash in it, or ends in `.json`, is a
/// file.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum ContractVerb {
    /// Shows what is promised, as a lock file holds it.
    Show {
        /// A topic or a file.
        #[arg(value_name = "TOPIC|FILE", add = complete::topics())]
        source: String,
        /// One server among those of the topic; the default is any that tells it.
        #[arg(long, value_name = "NAME")]
        server: Option<String>,
    },
    /// Tells what changed from one to the other, for whom it breaks, and whether the version covers
    /// it; exit code 12 if it does not.
    Diff {
        /// The old one.
        #[arg(value_name = "OLD", add = complete::topics())]
        old: String,
        /// The new one.
        #[arg(value_name = "NEW", add = complete::topics())]
        new: String,
        /// The server whose contract is the new one.
        #[arg(long, value_name = "NAME")]
        server: Option<String>,
    },
    /// Checks that every server of a topic serves what a lock file promises; exit code 12 if one
    /// does not.
    Check {
        /// The lock file.
        file: PathBuf,
        /// The topic.
        #[arg(add = complete::topics())]
        topic: String,
    },
    /// Writes an AsyncAPI 3.1 document of what is promised, for tools.
    Asyncapi(Drawing),
    /// Writes a page of what is promised: one file of HTML, which loads nothing.
    Page(Drawing),
}

/// Of what, and whereto.
#[derive(Debug, clap::Args)]
pub(crate) struct Drawing {
    /// A topic or a file.
    #[arg(value_name = "TOPIC|FILE", add = complete::topics())]
    source: String,
    /// One server among those of the topic; the default is all that tell it.
    #[arg(long, value_name = "NAME")]
    server: Option<String>,
    /// The file to write it to; the default is standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Drawing {
    async fn run(&self, app: &App, drawn: Drawn) -> Result<(), Failure> {
        let source = Source::of(&self.source, self.server.as_deref());
        drawn::write(app, drawn, &source, self.out.as_deref()).await
    }
}

impl ContractVerb {
    pub(crate) async fn run(&self, app: &App) -> Result<(), Failure> {
        match self {
            Self::Show { source, server } => {
                let lock = Source::of(source, server.as_deref()).lock(app).await?;
                match app.output.is_json() {
                    true => app.output.json(&lock),
                    false => app.output.line(text::json(lock.to_string().trim_end())),
                }
            }
            Self::Diff { old, new, server } => {
                let old = Source::of(old, None).lock(app).await?;
                let new = Source::of(new, server.as_deref()).lock(app).await?;
                let comparison = old.compare(&new);
                match app.output.is_json() {
                    true => app.output.json(&report::document(&comparison))?,
                    false => {
                        app.output.line(text::lines(comparison.to_string().trim_end()))?;
                    }
                }
                match comparison.is_covered() {
                    true => Ok(()),
                    false => Err(Failure::told(Exit::Finding)),
                }
            }
            Self::Asyncapi(drawing) => drawing.run(app, Drawn::AsyncApi).await,
            Self::Page(drawing) => drawing.run(app, Drawn::Page).await,
            Self::Check { file, topic } => check(app, file, topic).await,
        }
    }
}

async fn check(app: &App, file: &std::path::Path, topic: &str) -> Result<(), Failure> {
    let shown = file.display().to_string();
    let promised = Source::of_file(file).lock(app).await?;
    let connection = app.connect().await?;
    let window = connection.settings.timeout_or(WINDOW);
    let asked = crate::bus::ask(&connection, topic, None, window, |it| it.describe()).await?;
    crate::bus::outcome(&asked, &connection, window).await?;
    let mut documents = Vec::new();
    let mut is_well = true;
    let names: Vec<_> = promised.contracts().iter().map(|it| it.name.as_str()).collect();
    for (_, told) in asked.told() {
        // What the library brings along is in no lock file.
        let served = told.apis.iter().map(|api| &api.contract);
        let served = Lock::new(served.filter(|it| names.contains(&it.name.as_str())).cloned());
        let comparison = promised.compare(&served);
        is_well &= comparison.is_same();
        let server = text::line(&told.server);
        if app.output.is_json() {
            let mut document = report::document(&comparison);
            document["server"] = json!(told.server);
            documents.push(document);
        } else if comparison.is_same() {
            app.output.line(format_args!("{GOOD}{server}{GOOD:#} serves what {shown} promises"))?;
        } else {
            app.output.line(format_args!("{BAD}{server}{BAD:#} serves something else:"))?;
            app.output.line(text::lines(comparison.to_string().trim_end()))?;
        }
    }
    let quiet = asked.heard.len().saturating_sub(asked.told().count());
    if app.output.is_json() {
        app.output.json(&json!({ "servers": documents, "tell_nothing": quiet }))?;
    } else if quiet > 0 {
        app.output.note(format_args!("{quiet} more tell nothing of what they serve"));
    }
    match (is_well, asked.told().next()) {
        (true, Some(_)) => Ok(()),
        (true, None) => Err(Failure::new(
            Exit::Finding,
            format!("no server of topic `{}` tells what it serves", text::line(topic)),
        )),
        (false, _) => Err(Failure::told(Exit::Finding)),
    }
}

/// The lock of contracts that a server told.
fn locked(contracts: impl IntoIterator<Item = contract::Contract>) -> Lock {
    Lock::new(contracts)
}
