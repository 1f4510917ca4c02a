//! Where a contract comes from.

use std::fs;
use std::path::{Path, PathBuf};

use messaging::contract::{Contract, Lock};
use messaging::introspection::Description;
use serde_json::Value;

use super::{WINDOW, locked};
use crate::app::App;
use crate::bus;
use crate::exit::{Exit, Failure};
use crate::text;

/// Where a contract comes from.
#[derive(Debug)]
pub(super) enum Source {
    File(PathBuf),
    Topic { topic: String, server: Option<String> },
}

impl Source {
    pub(super) fn of(text: &str, server: Option<&str>) -> Self {
        let is_file = text.contains(['/', '\\']) || text.ends_with(".json");
        match is_file && server.is_none() {
            true => Self::File(PathBuf::from(text)),
            false => Self::Topic { topic: text.to_owned(), server: server.map(str::to_owned) },
        }
    }

    pub(super) fn of_file(path: &Path) -> Self {
        Self::File(path.to_owned())
    }

    /// The contracts.
    pub(super) async fn lock(&self, app: &App) -> Result<Lock, Failure> {
        match self {
            Self::File(path) => file(path),
            Self::Topic { topic, server } => live(app, topic, server.as_deref()).await,
        }
    }
}

async fn live(app: &App, topic: &str, server: Option<&str>) -> Result<Lock, Failure> {
    let connection = app.connect().await?;
    let window = connection.settings.timeout_or(WINDOW);
    let asked = bus::ask(&connection, topic, server, window, |it| it.describe()).await?;
    let Some((_, told)) = asked.told().next() else {
        bus::outcome(&asked, &connection, window).await?;
        return Err(Failure::new(
            Exit::Unknown,
            format!("no server of topic `{}` tells what it serves", text::line(topic)),
        )
        .hint("servers in Python do not, nor those made with `introspection(false)`"));
    };
    let same = asked.told().filter(|(_, it)| it.apis != told.apis).count();
    if same > 0 {
        app.output.note(format_args!(
            "{same} servers have another contract than `{}`: see messaging-cli info {}",
            text::line(&told.server),
            text::line(topic)
        ));
    }
    Ok(locked(told.apis.iter().map(|api| api.contract.clone())))
}

/// A lock file, or what this program writes as JSON.
fn file(path: &Path) -> Result<Lock, Failure> {
    let shown = path.display();
    let text = fs::read_to_string(path)
        .map_err(|error| Failure::usage(format!("{shown} cannot be read: {error}")))?;
    let why = match Lock::parse(&text) {
        Ok(lock) => return Ok(lock),
        Err(why) => why,
    };
    contracts(&text).map(locked).ok_or_else(|| {
        Failure::usage(format!("{shown} holds no contracts: {why}"))
            .hint("it is a lock file, or what `contract show --json` or `info --json` wrote")
    })
}

fn contracts(text: &str) -> Option<Vec<Contract>> {
    let document: Value = serde_json::from_str(text).ok()?;
    if let Ok(contract) = serde_json::from_value::<Contract>(document.clone()) {
        return Some(vec![contract]);
    }
    let servers = serde_json::from_value::<Vec<Description>>(document.get("servers")?.clone());
    let first = servers.ok()?.into_iter().next()?;
    Some(first.apis.into_iter().map(|api| api.contract).collect())
}
