//! Contexts: which broker, and how, under a name, so that no URL is typed twice.

mod met;
mod store;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::exit::Failure;

pub(crate) use met::Met;
pub(crate) use store::Store;

/// What is kept under a name.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Context {
    /// The transport URL, with its password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    /// Files of an oslo.messaging service.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) config_files: Vec<PathBuf>,
    /// Folders of such files.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) config_dirs: Vec<PathBuf>,
    /// The control exchange.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) exchange: Option<String>,
    /// How long to wait, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) timeout: Option<f64>,
    /// Options of the configuration.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) options: BTreeMap<String, String>,
    /// The HTTP API of RabbitMQ's management plugin, with its password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) management: Option<String>,
    /// The topics that are looked at where none is named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) topics: Vec<String>,
    /// What it is for, in the user's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
}

/// Checks the name of a context, which is that of a file.
pub(crate) fn check_name(name: &str) -> Result<(), Failure> {
    let is_fine = |it: char| it.is_ascii_alphanumeric() || "-_.".contains(it);
    match !name.is_empty()
        && name.len() <= 64
        && !name.starts_with(['.', '-'])
        && name.chars().all(is_fine)
    {
        true => Ok(()),
        false => Err(Failure::usage(format!(
            "`{}` is no name of a context: it has letters, digits, `-`, `_` and `.`, up to 64 of them, and \
             begins with a letter, a digit or `_`",
            crate::text::line(name)
        ))),
    }
}

/// A URL as it may be shown: without password and query.
pub(crate) fn shown_url(url: &str) -> String {
    match url.parse::<messaging::TransportUrl>() {
        Ok(url) => url.to_string(),
        Err(_) => "(not a transport URL)".to_owned(),
    }
}

/// An HTTP URL as it may be shown: without credentials.
pub(crate) fn shown_http(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let rest = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    format!("{scheme}://{rest}")
}

impl std::fmt::Debug for Context {
    /// Without passwords.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context")
            .field("url", &self.url.as_deref().map(shown_url))
            .field("config_files", &self.config_files)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_is_shown_without_its_passwords() {
        let context = Context {
            url: Some("rabbit://nova:hunter2@host/".to_owned()),
            management: Some("http://nova:hunter2@host:15672".to_owned()),
            ..Context::default()
        };
        assert!(!format!("{context:?}").contains("hunter2"));
        assert_eq!(shown_http("http://nova:hunter2@host:15672"), "http://host:15672");
        assert_eq!(shown_url("hunter2"), "(not a transport URL)");
    }

    #[test]
    fn the_name_of_a_context_leads_to_no_other_file() {
        for name in ["lab", "a.b-c_1"] {
            assert!(check_name(name).is_ok(), "{name}");
        }
        for name in ["", ".", "..", "../x", "a/b", "-", "a b", "-rf", &"a".repeat(65)] {
            assert!(check_name(name).is_err(), "{name}");
        }
    }
}
