//! Which topics there are, as far as anybody knows.
//!
//! AMQP has no question for it. What is known: those that the user named, those of the context,
//! those that were met before on this broker, and all of them where the management API is named.

use std::collections::BTreeMap;

use super::management::{Management, TopicOnBroker, virtual_host};
use crate::connect::{Connection, Settings};
use crate::context::Met;
use crate::exit::Failure;

/// The topics that are to be looked at.
#[derive(Debug)]
pub(crate) struct Topics {
    pub(crate) names: Vec<String>,
    /// What the management API tells of them, where it was asked.
    pub(crate) on_broker: BTreeMap<String, TopicOnBroker>,
    /// Whether the user named them.
    pub(crate) are_named: bool,
}

impl Topics {
    /// Those named; else all that the management API tells, else those of the context, else those
    /// met before.
    pub(crate) async fn of(
        connection: &Connection,
        named: &[String],
        management: Option<&str>,
    ) -> Result<Self, Failure> {
        let settings = &connection.settings;
        let url = management.or(settings.context.management.as_deref());
        let on_broker = match url {
            Some(url) => api(url, settings)?.topics().await?,
            None => BTreeMap::new(),
        };
        let mut names = Vec::new();
        named.iter().for_each(|name| {
            if !names.contains(name) {
                names.push(name.clone())
            }
        });
        let are_named = !names.is_empty();
        if names.is_empty() {
            names = match url {
                Some(_) => on_broker.keys().cloned().collect(),
                None => known(settings),
            };
        }
        if names.is_empty() && url.is_none() {
            return Err(Failure::usage("no topic is named, and none is known of this broker yet")
                .hint("name one: messaging-cli ls TOPIC")
                .hint("or keep some in a context: messaging-cli ctx save NAME --topic TOPIC ..")
                .hint(
                    "or ask the management plugin: --management http://user:password@host:15672",
                ));
        }
        Ok(Self { names, on_broker, are_named })
    }
}

/// Those of the context, and those met before on this broker.
pub(crate) fn known(settings: &Settings) -> Vec<String> {
    let mut names = settings.context.topics.clone();
    if names.is_empty() {
        names = Met::of(&settings.broker).names();
    }
    names.sort();
    names.dedup();
    names
}

fn api(url: &str, settings: &Settings) -> Result<Management, Failure> {
    // A path behind the host is the virtual host, where it is not that of the transport URL.
    // A password may hold a slash.
    let behind = url.rsplit_once('@').or_else(|| url.split_once("://"));
    let (host, path) = match behind.map_or(url, |(_, behind)| behind).split_once('/') {
        Some((_, path)) if !path.is_empty() => (url.len() - path.len() - 1, Some(path)),
        _ => (url.len(), None),
    };
    let virtual_host = match path {
        Some(path) => virtual_host(&format!("http://host/{}", path.trim_end_matches('/'))),
        None => virtual_host(&settings.broker),
    };
    Management::new(&url[..host], &virtual_host)
}

/// The name that was meant by one that there is not.
pub(crate) fn suggest<'a>(
    written: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let likeness = |name: &str| strsim::jaro_winkler(&written.to_lowercase(), &name.to_lowercase());
    let scored = names.into_iter().map(|name| (likeness(name), name));
    let best = scored.max_by(|(a, _), (b, _)| a.total_cmp(b));
    best.filter(|(likeness, _)| *likeness > 0.8).map(|(_, name)| name)
}

/// That nobody serves a topic, with those that are known instead.
pub(crate) fn with_known(failure: Failure, topic: &str, known: &[String]) -> Failure {
    let failure = match suggest(topic, known.iter().map(String::as_str)) {
        Some(meant) if meant != topic => failure.hint(format!("did you mean `{meant}`?")),
        _ => failure,
    };
    let others: Vec<_> = known.iter().filter(|it| *it != topic).map(String::as_str).collect();
    match others.as_slice() {
        [] => failure,
        others => failure.hint(format!("topics met on this broker: {}", others.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant_is_much_alike() {
        let names = ["select_hosts", "update_capabilities"];
        assert_eq!(suggest("selct_hosts", names), Some("select_hosts"));
        assert_eq!(suggest("SelectHosts", names), Some("select_hosts"));
        assert_eq!(suggest("frobnicate", names), None);
        assert_eq!(suggest("x", []), None);
    }
}
