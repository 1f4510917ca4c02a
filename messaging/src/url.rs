//! The transport URL: which broker, as whom (wire document, section 2).

use std::collections::BTreeMap;
use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::{Error, ErrorKind};

/// A transport URL, read:
/// `rabbit://user:password@host1:5672,user:password@host2:5672/vhost?option=value`.
///
/// The grammar is that of oslo.messaging (wire document, section 2): several hosts, credentials
/// for each host alone, IPv6 addresses with or without brackets, a virtual host that may hold
/// slashes, percent-encoding, and a query of driver options.
///
/// ```
/// use messaging::TransportUrl;
///
/// let url: TransportUrl = "rabbit://nova:secret@[::1]:5673/cloud?heartbeat_timeout_threshold=10".parse()?;
/// assert_eq!(url.to_string(), "rabbit://nova:***@[::1]:5673/cloud");
/// # Ok::<(), messaging::Error>(())
/// ```
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

impl FromStr for TransportUrl {
    type Err = Error;

    /// No error of this quotes the text: it may hold a password in any wrong place.
    fn from_str(text: &str) -> Result<Self, Error> {
        let Some((scheme, rest)) = text.split_once("://") else {
            return Err(wrong("it has no scheme; write it as `rabbit://user:password@host/vhost`"));
        };
        if !scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte)) {
            return Err(wrong("what stands before `://` is no scheme; it begins with `rabbit://`"));
        }
        let scheme = scheme.to_ascii_lowercase();
        let (whole, _) = rest.split_once('#').unwrap_or((rest, ""));
        let hosts_end = whole.find(['/', '?']).unwrap_or(whole.len());
        let (before, behind) = whole.split_at(hosts_end);
        if behind.contains('@') && !before.contains('@') {
            return Err(wrong(
                "an `@` stands behind the hosts, so a password may hold a `/` or a `?`; write \
                 these as `%2F` and `%3F`, and an `@` in a virtual host as `%40`",
            ));
        }
        let rest = rest.split_once('#').map_or(rest, |(rest, _fragment)| rest);
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (hosts, path) = match rest.split_once('/') {
            Some((hosts, path)) => (hosts, Some(path)),
            None => (rest, None),
        };
        Ok(Self {
            scheme,
            hosts: hosts
                .split(',')
                .filter(|host| !host.is_empty())
                .map(Host::parse)
                .collect::<Result<_, _>>()?,
            virtual_host: path.map(|path| decode(path, "the virtual host")).transpose()?,
            query: query_options(query),
        })
    }
}

/// A key that stands twice has its values joined by commas; one without a value vanishes.
fn query_options(query: &str) -> BTreeMap<String, String> {
    let mut options = BTreeMap::<String, String>::new();
    for (key, value) in form_urlencoded::parse(query.as_bytes()) {
        if value.is_empty() {
            continue;
        }
        options
            .entry(key.into_owned())
            .and_modify(|values| {
                values.push(',');
                values.push_str(&value);
            })
            .or_insert_with(|| value.into_owned());
    }
    options
}

impl Host {
    fn parse(text: &str) -> Result<Self, Error> {
        let (credentials, address) = match text.rsplit_once('@') {
            Some((credentials, address)) => (Some(credentials), address),
            None => (None, text),
        };
        let (user, password) = match credentials.map(|both| both.split_once(':').ok_or(both)) {
            None => (None, None),
            Some(Err(user)) => (Some(decode(user, "a user name")?), None),
            Some(Ok((user, password))) => {
                (Some(decode(user, "a user name")?), Some(decode(password, "a password")?))
            }
        };
        let (name, port) = split_address(address)?;
        let port = port.map(parse_port).transpose()?;
        Ok(Self { name: name.to_owned(), port, user, password })
    }

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

/// `name:port`, `[ipv6]:port`, or an IPv6 address alone, which is told by its second colon.
fn split_address(address: &str) -> Result<(&str, Option<&str>), Error> {
    if let Some(bracketed) = address.strip_prefix('[') {
        let Some((name, rest)) = bracketed.split_once(']') else {
            return Err(wrong("a host opens a bracket and does not close it; write `[::1]:5672`"));
        };
        checked_ipv6(name)?;
        return match rest.strip_prefix(':') {
            Some(port) => Ok((name, Some(port))),
            None if rest.is_empty() => Ok((name, None)),
            None => Err(wrong("a host has text after its bracket; write `[::1]:5672`")),
        };
    }
    let (name, port) = match address.split_once(':') {
        Some((_, port)) if port.contains(':') => {
            checked_ipv6(address)?;
            (address, None)
        }
        Some((name, port)) => (name, Some(port)),
        None => (address, None),
    };
    if name.is_empty() {
        return Err(wrong("a host has no name; write `user:password@host:5672`"));
    }
    Ok((name, port))
}

fn checked_ipv6(text: &str) -> Result<(), Error> {
    // A zone (`fe80::1%eth0`) is the system's business.
    let address = text.split_once('%').map_or(text, |(address, _zone)| address);
    address.parse::<Ipv6Addr>().map(drop).map_err(|_| {
        wrong(
            "a host holds several colons and is no IPv6 address; write credentials as \
             `user:password@host`, and a colon within them as `%3A`",
        )
    })
}

fn parse_port(text: &str) -> Result<u16, Error> {
    text.parse().map_err(|_| {
        wrong(
            "what stands after a host's colon is not a port, a number up to 65535; if it is a \
             password, write `user:password@host`, and a slash within it as `%2F`",
        )
    })
}

fn decode(text: &str, what: &str) -> Result<String, Error> {
    match percent_decode_str(text).decode_utf8() {
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err(wrong(&format!("{what} is not UTF-8 once its percent signs are read"))),
    }
}

fn wrong(why: &str) -> Error {
    Error::new(ErrorKind::Config, format!("the transport URL is wrong: {why}"))
}

/// What a virtual host keeps as it is when it is written; slashes among it.
const VIRTUAL_HOST: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');

impl fmt::Display for TransportUrl {
    /// Without passwords and without the query.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://", self.scheme)?;
        for (index, host) in self.hosts.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            if let Some(user) = &host.user {
                write!(f, "{}", utf8_percent_encode(user, NON_ALPHANUMERIC))?;
                if host.password.is_some() {
                    f.write_str(":***")?;
                }
                f.write_str("@")?;
            }
            if host.name.contains(':') {
                write!(f, "[{}]", host.name)?;
            } else {
                f.write_str(&host.name)?;
            }
            if let Some(port) = host.port {
                write!(f, ":{port}")?;
            }
        }
        let virtual_host = self.virtual_host.as_deref().unwrap_or("");
        write!(f, "/{}", utf8_percent_encode(virtual_host, VIRTUAL_HOST))
    }
}

impl fmt::Debug for TransportUrl {
    /// As [`Display`](fmt::Display): without passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TransportUrl({self})")
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

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// The answers of the real library, for every URL that it was asked.
    #[test]
    fn urls_are_read_as_the_peer_reads_them() {
        let table = include_str!("../../tests/fixtures/oslo/transport_url_cases.json");
        let table: Value = serde_json::from_str(table).unwrap();
        let cases = table["cases"].as_array().unwrap();
        assert!(cases.len() > 60, "the table holds {} cases", cases.len());
        for case in cases {
            let text = case["url"].as_str().unwrap();
            // The peer takes these for `rabbit://localhost`; a URL without `//` is a mistake.
            if ["", "rabbit:host"].contains(&text) {
                assert!(text.parse::<TransportUrl>().is_err(), "{text}");
                continue;
            }
            let read = text.parse::<TransportUrl>();
            let expected = &case["parsed"];
            if expected.is_null() {
                assert!(read.is_err(), "{text}");
                continue;
            }
            let url = read.unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(url.scheme, expected["transport"], "{text}");
            assert_eq!(url.virtual_host.as_deref(), expected["virtual_host"].as_str(), "{text}");
            assert_eq!(serde_json::to_value(&url.query).unwrap(), expected["query"], "{text}");
            let hosts = url.hosts.iter().map(|host| {
                serde_json::json!({
                    "hostname": host.name, "port": host.port,
                    "username": host.user, "password": host.password,
                })
            });
            assert_eq!(Value::from_iter(hosts), expected["hosts"], "{text}");
        }
    }

    #[test]
    fn no_text_of_a_url_shows_a_password() {
        for text in [
            "rabbit://user:hunter2@host/vhost?heartbeat_timeout_threshold=hunter2",
            "rabbit://user:hunter2",
            "rabbit://user:hunter2@host:hunter2/",
            "rabbit://user:hun:hunter2/vhost",
            "rabbit://[hunter2]/",
            "rabbit://user:hunter2%FF@host/",
            "hunter2",
            "user:hunter2@host://",
            "rabbit://user:12?hunter2=x@host/",
            "rabbit://host/user:hunter2@x",
            "rabbit://user:12/hunter2@host/",
        ] {
            let shown = match text.parse::<TransportUrl>() {
                Ok(url) => format!("{url} {url:?} {:?}", url.hosts),
                Err(error) => format!("{error} {error:?}"),
            };
            assert!(!shown.contains("hunter2"), "{text}: {shown}");
        }
    }
}
