//! RabbitMQ's management plugin, which knows what AMQP cannot tell: which queues there are.

use std::collections::BTreeMap;
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::context::shown_http;
use crate::exit::{Exit, Failure};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The most that is read of an answer.
const MOST: u64 = 64 * 1024 * 1024;

/// What an exchange's name has behind the topic, to whose servers it hands everything (wire
/// document, section 5.2).
const FANOUT: &str = "_fanout";

/// The HTTP API of a broker's management plugin.
#[derive(Clone)]
pub(crate) struct Management {
    url: String,
    virtual_host: String,
}

/// A topic, as the broker has it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TopicOnBroker {
    /// How many consume its queue.
    pub(crate) consumers: u64,
    /// The servers that have a queue of their own which somebody reads.
    pub(crate) servers: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Exchange {
    name: String,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Debug, Deserialize)]
struct Queue {
    name: String,
    // A queue whose node is down has none.
    #[serde(default)]
    consumers: u64,
}

impl Management {
    /// Of a URL, `http://user:password@host:15672`, and a virtual host.
    pub(crate) fn new(url: &str, virtual_host: &str) -> Result<Self, Failure> {
        let shown = shown_http(url);
        if url.starts_with("https://") {
            return Err(Failure::usage(format!(
                "{shown}: the management API is asked by http alone"
            ))
            .hint("forward a port to it, and name that: http://user:password@localhost:15672"));
        }
        let url = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
        if !url.starts_with("http://") {
            return Err(Failure::usage(format!("{shown} is no URL of a management API"))
                .hint("write it as http://user:password@host:15672"));
        }
        let url = url.trim_end_matches('/').to_owned();
        Ok(Self { url, virtual_host: virtual_host.to_owned() })
    }

    /// The topics of the virtual host, by their names: what has a queue and a fanout exchange, as
    /// servers of both languages declare them.
    pub(crate) async fn topics(&self) -> Result<BTreeMap<String, TopicOnBroker>, Failure> {
        let this = self.clone();
        let asked = tokio::task::spawn_blocking(move || {
            let exchanges = this.get::<Vec<Exchange>>("exchanges", "name,type")?;
            let queues = this.get::<Vec<Queue>>("queues", "name,consumers")?;
            Ok(topics(&exchanges, &queues))
        });
        asked.await.unwrap_or_else(|_| Err(Failure::new(Exit::Other, "the question was not asked")))
    }

    fn get<T: DeserializeOwned>(&self, what: &str, columns: &str) -> Result<T, Failure> {
        let path = format!("{what}/{}?columns={columns}", self.virtual_host());
        self.ask(&path, PATIENCE).map(|(answer, _)| answer)
    }

    /// The virtual host, as a part of a path.
    pub(crate) fn virtual_host(&self) -> String {
        utf8_percent_encode(&self.virtual_host, NON_ALPHANUMERIC).to_string()
    }

    /// An answer, and when the API gave it by its own clock. Blocks the thread.
    pub(crate) fn ask<T: DeserializeOwned>(
        &self,
        path: &str,
        within: Duration,
    ) -> Result<(T, Option<String>), Failure> {
        let shown = shown_http(&self.url);
        let url = format!("{}/api/{path}", self.url);
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(within))
            .max_redirects(0)
            .build()
            .new_agent();
        let failed = |error: ureq::Error| {
            let failure = Failure::new(
                Exit::Connection,
                format!("the management API at {shown} cannot be asked: {error}"),
            );
            match error {
                ureq::Error::StatusCode(401) => failure.hint(
                    "it asks for a user and a password, and the user needs the tag `monitoring` or \
                     `management`: http://user:password@host:15672",
                ),
                ureq::Error::StatusCode(404) => failure.hint(format!(
                    "it may have no virtual host `{}`: name another behind the URL's slash",
                    crate::text::line(&self.virtual_host)
                )),
                _ => failure.hint("is its plugin on? rabbitmq-plugins enable rabbitmq_management"),
            }
        };
        let mut response = agent.get(&url).call().map_err(failed)?;
        let date = response.headers().get("date").and_then(|date| date.to_str().ok());
        let date = date.map(str::to_owned);
        let body = response.body_mut().with_config().limit(MOST).read_to_vec().map_err(failed)?;
        serde_json::from_slice(&body).map(|answer| (answer, date)).map_err(|error| {
            let what =
                format!("what the management API at {shown} answers cannot be read: {error}");
            Failure::new(Exit::Unreadable, what).hint("is it that of RabbitMQ?")
        })
    }
}

impl std::fmt::Debug for Management {
    /// Without credentials.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Management({})", shown_http(&self.url))
    }
}

/// The virtual host of a transport URL, as [`TransportUrl`](messaging::TransportUrl) writes it.
pub(crate) fn virtual_host(shown_url: &str) -> String {
    let behind = shown_url.split_once("://").map_or(shown_url, |(_, behind)| behind);
    let path = behind.split_once('/').map_or("", |(_, path)| path);
    let path = percent_decode_str(path).decode_utf8_lossy();
    if path.is_empty() { "/".to_owned() } else { path.into_owned() }
}

fn topics(exchanges: &[Exchange], queues: &[Queue]) -> BTreeMap<String, TopicOnBroker> {
    let fanouts = exchanges.iter().filter(|exchange| exchange.kind == "fanout");
    let named = fanouts.filter_map(|exchange| exchange.name.strip_suffix(FANOUT));
    let mut topics = BTreeMap::new();
    for topic in named {
        let Some(queue) = queues.iter().find(|queue| queue.name == topic) else { continue };
        let prefix = format!("{topic}.");
        let servers = queues.iter().filter(|queue| queue.consumers > 0);
        let servers = servers.filter_map(|queue| queue.name.strip_prefix(&prefix));
        let mut servers: Vec<_> = servers.map(str::to_owned).collect();
        servers.sort();
        topics.insert(topic.to_owned(), TopicOnBroker { consumers: queue.consumers, servers });
    }
    topics
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(name: &str, consumers: u64) -> Queue {
        Queue { name: name.to_owned(), consumers }
    }

    #[test]
    fn a_topic_has_a_queue_and_a_fanout_exchange() {
        let exchange =
            |name: &str, kind: &str| Exchange { name: name.to_owned(), kind: kind.to_owned() };
        let exchanges = [
            exchange("scheduler_fanout", "fanout"),
            exchange("gone_fanout", "fanout"),
            exchange("amq.fanout", "fanout"),
            exchange("openstack", "topic"),
        ];
        let queues = [
            queue("scheduler", 2),
            queue("scheduler.host-2", 1),
            queue("scheduler.host-1", 1),
            queue("scheduler.left-behind", 0),
            queue("scheduler_fanout_abc", 1),
            queue("reply_abc", 1),
        ];
        let servers = vec!["host-1".to_owned(), "host-2".to_owned()];
        let expected = [("scheduler".to_owned(), TopicOnBroker { consumers: 2, servers })];
        assert_eq!(topics(&exchanges, &queues), BTreeMap::from(expected));
    }

    #[test]
    fn the_virtual_host_is_the_last_part_of_a_transport_url() {
        for (url, expected) in [
            ("rabbit://host/", "/"),
            ("rabbit://nova:***@host:5672/cloud", "cloud"),
            ("rabbit://a,b/%2Fcloud", "/cloud"),
            ("the configuration files", "/"),
        ] {
            assert_eq!(virtual_host(url), expected, "{url}");
        }
    }

    #[test]
    fn credentials_of_the_management_api_are_not_shown() {
        let management = Management::new("http://nova:hunter2@127.0.0.1:1", "/").unwrap();
        let failure = management.get::<Vec<Queue>>("queues", "name").unwrap_err();
        assert_eq!(failure.exit, Exit::Connection);
        let refused = Management::new("https://nova:hunter2@host", "/").unwrap_err();
        for shown in [format!("{management:?}"), format!("{failure:?}"), format!("{refused:?}")] {
            assert!(!shown.contains("hunter2"), "{shown}");
        }
    }
}
