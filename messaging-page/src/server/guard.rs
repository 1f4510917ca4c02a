//! Whose requests are answered.

use std::net::IpAddr;

use hyper::HeaderMap;
use hyper::header::{HOST, ORIGIN};

/// Knows the names by which this server may be called.
///
/// A page of a stranger reaches a server on loopback under a name of the stranger's that resolves
/// to it (DNS rebinding), so a name is no proof but an address is; and it sends requests to other
/// origins, which say so themselves.
#[derive(Clone, Debug)]
pub(super) struct Guard {
    port: u16,
    hosts: Vec<String>,
}

impl Guard {
    pub(super) fn new(port: u16, hosts: Vec<String>) -> Self {
        Self { port, hosts }
    }

    /// Why a request is not answered; none if it is.
    pub(super) fn refuses(&self, headers: &HeaderMap) -> Option<&'static str> {
        let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
        let mut hosts = headers.get_all(HOST).iter();
        let host = hosts.next().and_then(|host| host.to_str().ok()).unwrap_or_default();
        if hosts.next().is_some() || !self.knows(host) {
            return Some(
                "this server is reached by its address or as `localhost`; another name is given \
                 with the option `hosts`",
            );
        }
        if let Some(origin) = text(ORIGIN.as_str()) {
            let host = origin.strip_prefix("http://").unwrap_or_default();
            if !self.knows(host) {
                return Some("pages of another origin are not answered");
            }
        }
        match text("sec-fetch-site") {
            None | Some("same-origin" | "none") => None,
            Some(_) => Some("pages of another origin are not answered"),
        }
    }

    fn knows(&self, authority: &str) -> bool {
        let (host, port) = match authority.rsplit_once(':') {
            // The colons of an IPv6 address without a port.
            Some((_, rest)) if rest.ends_with(']') => (authority, "80"),
            Some((host, port)) => (host, port),
            None => (authority, "80"),
        };
        if port.parse() != Ok(self.port) {
            return false;
        }
        let bare = host.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(host);
        bare.parse::<IpAddr>().is_ok()
            || host.eq_ignore_ascii_case("localhost")
            || self.hosts.iter().any(|it| it.eq_ignore_ascii_case(host))
    }
}

#[cfg(test)]
mod tests {
    use hyper::header::{HeaderName, HeaderValue};

    use super::*;

    fn is_answered(headers: &[(&'static str, &'static str)]) -> bool {
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        Guard::new(8080, vec!["page.example".to_owned()]).refuses(&headers.collect()).is_none()
    }

    #[test]
    fn a_name_of_somebody_else_is_not_answered() {
        for host in ["127.0.0.1:8080", "[::1]:8080", "localhost:8080", "page.example:8080"] {
            assert!(is_answered(&[("host", host)]), "{host}");
        }
        for host in [
            "evil.example:8080",
            "127.0.0.1",
            "127.0.0.1:80",
            "localhost.evil.example:8080",
            "",
            "::1",
        ] {
            assert!(!is_answered(&[("host", host)]), "{host}");
        }
        assert!(!is_answered(&[]));
    }

    #[test]
    fn a_page_of_another_origin_is_not_answered() {
        let host = ("host", "127.0.0.1:8080");
        assert!(is_answered(&[host, ("origin", "http://127.0.0.1:8080")]));
        assert!(is_answered(&[host, ("sec-fetch-site", "same-origin")]));
        assert!(is_answered(&[host, ("sec-fetch-site", "none")]));
        for origin in ["http://evil.example", "https://127.0.0.1:8080", "null", "http://[::1]:81"] {
            assert!(!is_answered(&[host, ("origin", origin)]), "{origin}");
        }
        assert!(!is_answered(&[host, ("sec-fetch-site", "cross-site")]));
        assert!(!is_answered(&[host, ("sec-fetch-site", "same-site")]));
    }
}
