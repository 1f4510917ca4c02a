//! Where a message goes, or where a server listens.

use std::fmt;

use crate::Version;
use crate::error::shortened;

/// Where a message goes, or where a server listens.
///
/// A server needs a topic and a name of its own; a client needs a topic, which the generated
/// clients know.
///
/// ```
/// use messaging::Target;
///
/// let target = Target::topic("scheduler").server("host-1");
/// assert_eq!(target.to_string(), "topic `scheduler` on server `host-1`");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Target {
    /// The exchange; none means the control exchange of the transport's configuration.
    pub exchange: Option<String>,
    /// The topic: what all servers of one service share.
    pub topic: String,
    /// One server among those of the topic.
    pub server: Option<String>,
    /// The namespace of the API; none is the null namespace.
    pub namespace: Option<String>,
    /// The version that requests are made for.
    pub version: Option<Version>,
}

impl Target {
    /// A target with this topic and nothing else.
    #[must_use]
    pub fn topic(topic: impl Into<String>) -> Self {
        Self { topic: topic.into(), ..Self::default() }
    }

    /// One server among those of the topic. The default is any.
    #[must_use]
    pub fn server(mut self, server: impl Into<String>) -> Self {
        self.server = Some(server.into());
        self
    }

    /// The exchange. The default is the control exchange of the transport's configuration.
    #[must_use]
    pub fn exchange(mut self, exchange: impl Into<String>) -> Self {
        self.exchange = Some(exchange.into());
        self
    }

    /// The namespace of the API. The default is the null namespace.
    #[must_use]
    pub fn namespace(mut self, namespace: impl Into<String>) -> Self {
        self.namespace = Some(namespace.into());
        self
    }

    /// The version that requests are made for. The default is none, which a server reads as 1.0.
    #[must_use]
    pub fn version(mut self, version: impl Into<Version>) -> Self {
        self.version = Some(version.into());
        self
    }
}

/// The longest name of a queue or an exchange (AMQP 0-9-1, short strings).
const LONGEST: usize = 255;

/// What a fanout queue's name has beside the topic (wire document, section 5.2).
const FANOUT_SUFFIX: usize = "_fanout_".len() + 32;

/// What is wrong with a topic.
pub(crate) fn check_topic(topic: &str) -> Result<(), &'static str> {
    if topic.is_empty() {
        return Err("the topic is empty");
    }
    if topic.len() + FANOUT_SUFFIX > LONGEST {
        return Err(
            "the topic is longer than 215 bytes, which the names of its queues have room for",
        );
    }
    check_name(topic, "the topic begins with `amq.`, which is the broker's own")?;
    check_words(topic, "the topic has `*` or `#` for a word, which is a pattern to the broker")
}

/// What is wrong with a server's name on a topic.
pub(crate) fn check_server(topic: &str, server: &str) -> Result<(), &'static str> {
    if server.is_empty() {
        return Err("the server's name is empty; give one, or none for any server");
    }
    if topic.len() + 1 + server.len() > LONGEST {
        return Err("the topic and the server's name are longer than 254 bytes together");
    }
    check_words(
        server,
        "the server's name has `*` or `#` for a word, which is a pattern to the broker",
    )
}

/// What is wrong with an exchange.
pub(crate) fn check_exchange(exchange: &str) -> Result<(), &'static str> {
    if exchange.is_empty() {
        return Err("the exchange is empty; give a name, or none for the control exchange");
    }
    if exchange.len() > LONGEST {
        return Err("the exchange's name is longer than 255 bytes");
    }
    check_name(exchange, "the exchange begins with `amq.`, which is the broker's own")
}

fn check_name(name: &str, wrong: &'static str) -> Result<(), &'static str> {
    if name.starts_with("amq.") { Err(wrong) } else { Ok(()) }
}

/// Queues are bound with these names as patterns (RabbitMQ, topic exchanges).
fn check_words(name: &str, wrong: &'static str) -> Result<(), &'static str> {
    if name.split('.').any(|word| word == "*" || word == "#") { Err(wrong) } else { Ok(()) }
}

impl fmt::Display for Target {
    /// What errors say of a target: topic, and server and exchange where given.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "topic `{}`", shortened(&self.topic))?;
        if let Some(server) = &self.server {
            write!(f, " on server `{}`", shortened(server))?;
        }
        if let Some(exchange) = &self.exchange {
            write!(f, " in exchange `{}`", shortened(exchange))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_a_broker_takes_for_something_else_are_refused() {
        let long = "x".repeat(300);
        for topic in ["", "#", "a.*", "amq.x", long.as_str()] {
            assert!(check_topic(topic).is_err(), "{topic}");
        }
        for server in ["", "#", "*.a", long.as_str()] {
            assert!(check_server("topic", server).is_err(), "{server}");
        }
        for exchange in ["", "amq.direct", long.as_str()] {
            assert!(check_exchange(exchange).is_err(), "{exchange}");
        }
        assert_eq!(check_topic("a#b.c*.é \0"), Ok(()));
        assert_eq!(check_topic(&"x".repeat(215)), Ok(()));
        assert_eq!(check_server("topic", "host-1.example"), Ok(()));
        assert_eq!(check_exchange("nova"), Ok(()));
    }
}
