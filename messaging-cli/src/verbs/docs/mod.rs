//! `docs`: where the documentation is, and a reference of what a topic serves.

mod markdown;

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;

use crate::app::App;
use crate::bus;
use crate::complete;
use crate::exit::{Exit, Failure};
use crate::output::{HEAD, NAME};
use crate::text;

/// How long answers may take, unless told otherwise.
const WINDOW: Duration = Duration::from_secs(2);

/// The documentation, and how it is read.
const PLACES: [(&str, &str); 5] = [
    ("messaging-cli help VERB", "every verb with its options"),
    ("messaging-cli man FOLDER", "the same as manual pages"),
    ("messaging-cli docs TOPIC", "a reference of what live servers serve, as Markdown"),
    ("cargo doc --open -p messaging", "the library: first call, versions, errors, delivery"),
    (concat!(env!("CARGO_PKG_REPOSITORY"), "#readme"), "the project"),
];

/// Commands to begin with.
const EXAMPLES: [(&str, &str); 6] = [
    ("messaging-cli ctx save lab --url rabbit://guest:guest@localhost/", "keep a broker"),
    ("messaging-cli ls scheduler", "who serves the topic, and what"),
    ("messaging-cli info scheduler", "its methods and arguments"),
    ("messaging-cli call scheduler select_hosts --help", "what a method takes"),
    ("messaging-cli call scheduler select_hosts --request_spec '{\"memory_mb\": 512}'", "a call"),
    ("messaging-cli gather scheduler select_hosts @args.json", "the same of every server"),
];

/// Tells where the documentation is; of a topic, writes a reference in Markdown.
#[derive(Debug, clap::Args)]
pub(crate) struct Docs {
    /// A topic, whose live servers are asked what they serve.
    #[arg(add = complete::topics())]
    topic: Option<String>,
    /// One server among those of the topic.
    #[arg(long, value_name = "NAME", requires = "topic")]
    server: Option<String>,
    /// The file to write it to; the default is standard output.
    #[arg(long, value_name = "FILE", requires = "topic")]
    out: Option<PathBuf>,
}

impl Docs {
    pub(crate) async fn run(&self, app: &App) -> Result<(), Failure> {
        match &self.topic {
            Some(topic) => self.reference(app, topic).await,
            None => places(app),
        }
    }

    async fn reference(&self, app: &App, topic: &str) -> Result<(), Failure> {
        let connection = app.connect().await?;
        let window = connection.settings.timeout_or(WINDOW);
        let server = self.server.as_deref();
        let asked = bus::ask(&connection, topic, server, window, |it| it.describe()).await?;
        let Some((_, told)) = asked.told().next() else {
            bus::outcome(&asked, &connection, window).await?;
            let topic = text::line(topic);
            return Err(Failure::new(
                Exit::Unknown,
                format!("no server of topic `{topic}` tells what it serves"),
            ));
        };
        let page = text::lines(&markdown::page(topic, told));
        if let Some(path) = &self.out {
            fs::write(path, &page).map_err(|error| {
                Failure::new(Exit::Other, format!("cannot write {}: {error}", path.display()))
            })?;
            app.output.note(format_args!("the reference is in {}", path.display()));
            return Ok(());
        }
        match app.output.is_json() {
            true => app.output.json(&json!({ "topic": topic, "markdown": page })),
            false => app.output.line(page.trim_end()),
        }
    }
}

fn places(app: &App) -> Result<(), Failure> {
    if app.output.is_json() {
        let list = |list: &[(&str, &str)]| {
            list.iter().map(|(it, what)| json!({ "it": it, "what": what })).collect::<Vec<_>>()
        };
        return app.output.json(&json!({ "places": list(&PLACES), "examples": list(&EXAMPLES) }));
    }
    for (head, list) in [("Documentation", &PLACES[..]), ("To begin with", &EXAMPLES)] {
        app.output.line(format_args!("{HEAD}{head}{HEAD:#}"))?;
        for (it, what) in list {
            app.output.line(format_args!("  {NAME}{it}{NAME:#}\n      {what}"))?;
        }
    }
    Ok(())
}
