//! The transport URL: which broker, as whom (wire document, section 2).

use std::collections::BTreeMap;
use std::fmt;

/// A transport URL, read: `rabbit://user:password@host1:5672,user:password@host2:5672/vhost?option=value`.
#[derive(Clone, PartialEq, Eq)]
pub struct TransportUrl {
    pub(crate) scheme: String,
    pub(crate) hosts: Vec<Host>,
    /// None where the URL has no path; empty for a lone `/`. Both are the broker's default.
    pub(crate) virtual_host: Option<String>,
    pub(crate) query: BTreeMap<String, String>,
}

/// One host of a URL, with the credentials that are for it alone.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Host {
    /// A name or an address; an IPv6 address stands without its brackets.
    pub(crate) name: String,
    pub(crate) port: Option<u16>,
    pub(crate) user: Option<String>,
    pub(crate) password: Option<String>,
}

impl Host {
    /// `name:port` for errors and logs, without credentials.
    pub(crate) fn display(&self, default_port: u16) -> String {
        let port = self.port.unwrap_or(default_port);
        if self.name.contains(':') {
            format!("[{}]:{port}", self.name)
        } else {
            format!("{}:{port}", self.name)
        }
    }
}

impl fmt::Debug for Host {
    /// Without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host")
            .field("name", &self.name)
            .field("port", &self.port)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for TransportUrl {
    /// Without passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportUrl")
            .field("scheme", &self.scheme)
            .field("hosts", &self.hosts)
            .field("virtual_host", &self.virtual_host)
            .finish_non_exhaustive()
    }
}
