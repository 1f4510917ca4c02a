//! What is made of a contract for others to read: a page, and an AsyncAPI document.

use std::fs;
use std::path::Path;

use messaging_page::{Document, Mode, asyncapi, page};
use serde_json::json;

use super::WINDOW;
use super::source::Source;
use crate::app::App;
use crate::bus;
use crate::exit::{Exit, Failure};
use crate::text;

/// What is made.
#[derive(Clone, Copy, Debug)]
pub(super) enum Drawn {
    AsyncApi,
    Page,
}

/// Makes it, and writes it to the file or to standard output.
pub(super) async fn write(
    app: &App,
    drawn: Drawn,
    source: &Source,
    out: Option<&Path>,
) -> Result<(), Failure> {
    let document = document(app, source).await?;
    let text = match drawn {
        Drawn::AsyncApi => text::json(&format!("{:#}\n", asyncapi(&document))),
        Drawn::Page => page(&document, Mode::Alone),
    };
    let Some(path) = out else {
        return match drawn {
            _ if !app.output.is_json() => app.output.line(text.trim_end()),
            Drawn::AsyncApi => app.output.json(&asyncapi(&document)),
            Drawn::Page => app.output.json(&json!({ "html": text })),
        };
    };
    fs::write(path, text).map_err(|error| {
        Failure::new(Exit::Other, format!("cannot write {}: {error}", path.display()))
    })?;
    if app.output.is_json() {
        return app.output.json(&json!({ "written": path }));
    }
    app.output.note(format_args!("it is in {}", path.display()));
    Ok(())
}

/// With its documentation, which a lock has not.
async fn document(app: &App, source: &Source) -> Result<Document, Failure> {
    let (topic, server) = match source {
        Source::File(path) => return read(path),
        Source::Topic { topic, server } => (topic, server.as_deref()),
    };
    let connection = app.connect().await?;
    let window = connection.settings.timeout_or(WINDOW);
    let asked = bus::ask(&connection, topic, server, window, |it| it.describe()).await?;
    let mut contracts: Vec<_> = Vec::new();
    for api in asked.told().flat_map(|(_, told)| &told.apis) {
        let mut contract = api.contract.clone();
        contract.topic.clone_from(topic);
        contracts.push(contract);
    }
    if contracts.is_empty() {
        bus::outcome(&asked, &connection, window).await?;
        let topic = text::line(topic);
        let what = format!("no server of topic `{topic}` tells what it serves");
        return Err(Failure::new(Exit::Unknown, what).hint("a lock file does as well"));
    }
    Document::new(contracts).map_err(|error| Failure::new(Exit::Unreadable, error.to_string()))
}

/// The contracts of a file.
pub(crate) fn read(path: &Path) -> Result<Document, Failure> {
    let shown = path.display();
    let text = fs::read_to_string(path)
        .map_err(|error| Failure::usage(format!("{shown} cannot be read: {error}")))?;
    Document::parse(&text).map_err(|error| Failure::usage(format!("{shown}: {error}")))
}
