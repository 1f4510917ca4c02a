//! The topics that were met on a broker, so that they need not be typed, nor remembered.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use etcetera::BaseStrategy as _;

use super::store::write_private;

/// How many topics of a broker are kept, and of how many brokers.
const MOST: usize = 200;

/// The topics that were met on a broker. To know them is a convenience: what cannot be read or
/// written is passed over.
#[derive(Debug)]
pub(crate) struct Met {
    path: Option<PathBuf>,
    broker: String,
    all: BTreeMap<String, Vec<String>>,
}

impl Met {
    /// Of a broker, by its URL without password.
    pub(crate) fn of(broker: &str) -> Self {
        let path = etcetera::choose_base_strategy().ok().map(|base| {
            let folder = base.state_dir().unwrap_or_else(|| base.data_dir());
            folder.join("messaging-cli").join("topics.json")
        });
        let text = path.as_ref().and_then(|path| fs::read_to_string(path).ok());
        let all = text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        Self { path, broker: broker.to_owned(), all }
    }

    /// Their names; what was met last comes last.
    pub(crate) fn names(&self) -> Vec<String> {
        self.all.get(&self.broker).cloned().unwrap_or_default()
    }

    /// Keeps a topic that is there.
    pub(crate) fn add(&mut self, topic: &str) {
        if self.all.len() >= MOST && !self.all.contains_key(&self.broker) {
            self.all.clear();
        }
        let names = self.all.entry(self.broker.clone()).or_default();
        if names.iter().any(|name| name == topic) {
            return;
        }
        names.push(topic.to_owned());
        let superfluous = names.len().saturating_sub(MOST);
        names.drain(..superfluous);
        self.write();
    }

    /// Forgets a topic that is gone.
    pub(crate) fn remove(&mut self, topic: &str) {
        let names = self.all.entry(self.broker.clone()).or_default();
        let before = names.len();
        names.retain(|name| name != topic);
        if names.len() != before {
            self.write();
        }
    }

    fn write(&self) {
        let Some(path) = &self.path else { return };
        if let Ok(text) = serde_json::to_string_pretty(&self.all) {
            let _ = write_private(path, &text);
        }
    }
}
