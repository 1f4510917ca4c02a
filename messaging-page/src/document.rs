//! The APIs that a page or an AsyncAPI document is of.

use std::fmt;

use messaging::contract::{Contract, Lock};
use messaging::introspection::Description;
use serde::Deserialize;
use serde_json::Value;

use crate::bounds;

/// APIs as they were promised, in the order in which they are shown: what a page and an AsyncAPI
/// document are made of.
///
/// It may come from a peer, so it is bounded: 200 APIs, 2000 methods, 16 MiB of text.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    title: String,
    apis: Vec<Contract>,
}

/// Why something is no [`Document`]. Its text names what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentError(String);

impl Document {
    /// A document of these contracts. One that is there twice is shown once.
    ///
    /// # Errors
    ///
    /// A text, if there are none or more than is shown.
    pub fn new(contracts: impl IntoIterator<Item = Contract>) -> Result<Self, DocumentError> {
        let mut apis: Vec<Contract> = Vec::new();
        for contract in contracts {
            if apis.len() <= bounds::APIS && !apis.contains(&contract) {
                apis.push(contract);
            }
        }
        if let Some((what, count, most)) = bounds::excess(&apis) {
            return Err(DocumentError(format!(
                "it has {count} {what}, and no more than {most} are shown: make one of fewer APIs"
            )));
        }
        if apis.is_empty() {
            return Err(DocumentError("there is no API in it".to_owned()));
        }
        let mut names: Vec<String> = Vec::new();
        for api in &apis {
            let name = bounds::shown(&api.name);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names.truncate(4);
        Ok(Self { title: names.join(", "), apis })
    }

    /// Reads JSON: one contract, a list of them, a lock file, what a server answers to `describe`,
    /// or what `messaging-cli info --json` writes.
    ///
    /// # Errors
    ///
    /// A text that says what is wrong, if it is none of them or more than is shown.
    pub fn parse(json: &str) -> Result<Self, DocumentError> {
        let wrong = |error: &dyn fmt::Display| {
            DocumentError(format!(
                "it is none of a contract, a list of contracts, a lock file (`contract.lock.json`) \
                 and a description of a server: {error}"
            ))
        };
        if json.len() > bounds::TEXT {
            return Err(DocumentError(format!(
                "it has {} bytes, and no more than {} are read",
                json.len(),
                bounds::TEXT
            )));
        }
        let value: Value = serde_json::from_str(json).map_err(|error| wrong(&error))?;
        if value.get("format").is_some() {
            let lock = Lock::parse(json).map_err(|error| wrong(&error))?;
            return Self::new(lock.contracts().iter().cloned());
        }
        if value.get("apis").is_some() {
            let served = Description::deserialize(value).map_err(|error| wrong(&error))?;
            return Self::new(served.apis.into_iter().map(|api| api.contract));
        }
        if let Some(servers) = value.get("servers") {
            let served = Vec::<Description>::deserialize(servers).map_err(|error| wrong(&error))?;
            let apis = served.into_iter().flat_map(|it| it.apis).map(|api| api.contract);
            return Self::new(apis);
        }
        if value.is_array() {
            return Self::new(Vec::deserialize(value).map_err(|error| wrong(&error))?);
        }
        Self::new([Contract::deserialize(value).map_err(|error| wrong(&error))?])
    }

    /// The same under another title; the names of the APIs unless said otherwise.
    #[must_use]
    pub fn titled(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// The title.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The APIs.
    #[must_use]
    pub fn apis(&self) -> &[Contract] {
        &self.apis
    }

    /// The topics of the APIs, each once, in their order.
    #[must_use]
    pub fn topics(&self) -> Vec<&str> {
        let mut topics: Vec<&str> = Vec::new();
        for api in &self.apis {
            if !topics.contains(&api.topic.as_str()) {
                topics.push(&api.topic);
            }
        }
        topics
    }
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for DocumentError {}
