//! Where a message goes, or where a server listens.

use std::fmt;

use crate::Version;

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
    pub fn version(mut self, version: Version) -> Self {
        self.version = Some(version);
        self
    }
}

impl fmt::Display for Target {
    /// What errors say of a target: topic, and server and exchange where given.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "topic `{}`", self.topic)?;
        if let Some(server) = &self.server {
            write!(f, " on server `{server}`")?;
        }
        if let Some(exchange) = &self.exchange {
            write!(f, " in exchange `{exchange}`")?;
        }
        Ok(())
    }
}
