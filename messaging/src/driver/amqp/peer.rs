//! One host of the URL, and how lapin is told of it.

use std::fmt;
use std::net::IpAddr;

use lapin::types::ShortString;
use lapin::uri::{
    AMQPAuthority, AMQPQueryString, AMQPScheme, AMQPUri, AMQPUserInfo, SASLMechanism,
};

use crate::url::Host;
use crate::{Error, ErrorKind, LoginMethod, RabbitOptions, TransportUrl};

/// Also where TLS is on (wire document, section 2.3).
const PORT: u16 = 5672;

/// Above this lapin fills megabytes of buffers per connection.
const FRAME_MAX: u32 = 131_072;

/// One host of the URL with its defaults filled in (wire document, section 2.3).
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Peer {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) user: String,
    password: String,
    pub(super) virtual_host: String,
}

impl Peer {
    /// The hosts of `url` in its order; `guest:guest@localhost` if it has none.
    pub(super) fn all(url: &TransportUrl) -> Result<Vec<Self>, Error> {
        let virtual_host = given(url.virtual_host.as_deref()).unwrap_or("/");
        if ShortString::try_new(virtual_host).is_err() {
            return Err(Error::new(
                ErrorKind::Config,
                format!("the virtual host `{virtual_host}` is longer than the 255 bytes of AMQP"),
            ));
        }
        let default = Host { name: "localhost".into(), port: None, user: None, password: None };
        let hosts = if url.hosts.is_empty() { std::slice::from_ref(&default) } else { &url.hosts };
        Ok(hosts.iter().map(|host| Self::new(host, virtual_host)).collect())
    }

    fn new(host: &Host, virtual_host: &str) -> Self {
        Self {
            host: host.name.clone(),
            port: host.port.unwrap_or(PORT),
            user: given(host.user.as_deref()).unwrap_or("guest").into(),
            password: given(host.password.as_deref()).unwrap_or("guest").into(),
            virtual_host: virtual_host.into(),
        }
    }

    /// Whether the way there leads over this machine alone.
    pub(super) fn is_here(&self) -> bool {
        let address = self.host.parse::<IpAddr>();
        self.host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|it| it.is_loopback())
    }

    /// What is connected to. The name `localhost` is IPv4, as it is for the peer's library.
    pub(super) fn address(&self) -> (&str, u16) {
        let host = if self.host == "localhost" { "127.0.0.1" } else { &self.host };
        (host, self.port)
    }

    /// Built as a struct: from text, lapin takes an IPv6 address for `localhost`.
    pub(super) fn uri(&self, options: &RabbitOptions) -> AMQPUri {
        let heartbeat = match options.heartbeat {
            zero if zero.is_zero() => None,
            given => Some(u16::try_from(given.as_secs().max(1)).unwrap_or(u16::MAX)),
        };
        AMQPUri {
            scheme: AMQPScheme::AMQP,
            authority: AMQPAuthority {
                userinfo: AMQPUserInfo {
                    username: self.user.clone(),
                    password: self.password.clone(),
                },
                host: self.host.clone(),
                port: self.port,
            },
            vhost: self.virtual_host.clone(),
            query: AMQPQueryString {
                frame_max: Some(FRAME_MAX),
                heartbeat,
                auth_mechanism: Some(match options.login_method {
                    LoginMethod::AmqPlain => SASLMechanism::AMQPlain,
                    LoginMethod::Plain => SASLMechanism::Plain,
                    LoginMethod::External => SASLMechanism::External,
                }),
                ..AMQPQueryString::default()
            },
        }
    }
}

/// An empty user, password or virtual host counts as missing.
fn given(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}

impl fmt::Display for Peer {
    /// `host:port`, for errors and logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

impl fmt::Debug for Peer {
    /// Without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Peer").field(&self.to_string()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn url(hosts: Vec<Host>, virtual_host: Option<&str>) -> TransportUrl {
        TransportUrl {
            scheme: "rabbit".into(),
            hosts,
            virtual_host: virtual_host.map(str::to_owned),
            query: Default::default(),
        }
    }

    fn host(name: &str, port: Option<u16>, user: &str, password: &str) -> Host {
        let text = |text: &str| Some(text.to_owned());
        Host { name: name.into(), port, user: text(user), password: text(password) }
    }

    #[test]
    fn what_the_url_leaves_out_is_filled_in() {
        for virtual_host in [None, Some("")] {
            let peers = Peer::all(&url(vec![], virtual_host)).unwrap();
            let uri = peers[0].uri(&RabbitOptions::default());
            assert_eq!(peers[0].address(), ("127.0.0.1", 5672));
            assert_eq!(uri.authority.userinfo.username, "guest");
            assert_eq!(uri.authority.userinfo.password, "guest");
            assert_eq!(uri.vhost, "/");
        }
    }

    #[test]
    fn user_and_password_are_each_filled_in_on_their_own() {
        let hosts = vec![host("a", None, "user", ""), host("b", Some(1), "", "secret")];
        let peers = Peer::all(&url(hosts, Some("v"))).unwrap();
        let logins: Vec<_> = peers.iter().map(|peer| (&*peer.user, &*peer.password)).collect();
        assert_eq!(logins, [("user", "guest"), ("guest", "secret")]);
    }

    #[test]
    fn an_ipv6_address_stays_one() {
        for address in ["::1", "::ffff:1.2.3.4", "fe80::1%eth0"] {
            let peers = Peer::all(&url(vec![host(address, None, "u", "p")], None)).unwrap();
            assert_eq!(peers[0].uri(&RabbitOptions::default()).authority.host, address);
            assert_eq!(peers[0].to_string(), format!("[{address}]:5672"));
        }
    }

    #[test]
    fn a_name_of_this_machine_is_told_from_one_that_may_be_another_s() {
        let is_here = |name| Peer::new(&host(name, None, "", ""), "/").is_here();
        assert!(
            ["localhost", "LocalHost", "127.0.0.1", "127.8.9.1", "::1"].into_iter().all(is_here)
        );
        let others = ["broker", "localhost.example.com", "0.0.0.0", "10.0.0.1", "fe80::1", ""];
        assert!(!others.into_iter().any(is_here));
    }

    #[test]
    fn options_reach_the_handshake() {
        let peer = &Peer::all(&url(vec![], None)).unwrap()[0];
        let mut options = RabbitOptions::default();
        let query = peer.uri(&options).query;
        assert_eq!(query.heartbeat, Some(60));
        assert_eq!(query.frame_max, Some(131_072));
        assert_eq!(query.auth_mechanism, Some(SASLMechanism::AMQPlain));

        options.heartbeat = Duration::ZERO;
        options.login_method = LoginMethod::Plain;
        let query = peer.uri(&options).query;
        assert_eq!(query.heartbeat, None);
        assert_eq!(query.auth_mechanism, Some(SASLMechanism::Plain));
        options.login_method = LoginMethod::External;
        assert_eq!(peer.uri(&options).query.auth_mechanism, Some(SASLMechanism::External));
    }

    #[test]
    fn passwords_are_not_shown() {
        let peers = Peer::all(&url(vec![host("a", None, "u", "hidden")], None)).unwrap();
        assert!(!format!("{peers:?} {}", peers[0]).contains("hidden"));
    }

    #[test]
    fn a_virtual_host_too_long_for_amqp_is_an_error() {
        let error = Peer::all(&url(vec![], Some(&"v".repeat(256)))).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
    }
}
