//! Options of the RabbitMQ driver that are one of a few words.

/// How the broker is told who connects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoginMethod {
    /// User and password, the way that RabbitMQ added.
    #[default]
    AmqPlain,
    /// User and password, as SASL has it.
    Plain,
    /// The client certificate says who connects; user and password of the URL are not sent. The
    /// broker needs its plugin `rabbitmq_auth_mechanism_ssl`.
    External,
}

impl LoginMethod {
    pub(super) const WORDS: &str = "AMQPLAIN, PLAIN or EXTERNAL";

    pub(super) fn read(word: &str) -> Option<Self> {
        match word {
            "AMQPLAIN" => Some(Self::AmqPlain),
            "PLAIN" => Some(Self::Plain),
            "EXTERNAL" => Some(Self::External),
            _ => None,
        }
    }
}

/// Which host of the URL is tried next.
///
/// The hosts are put into random order for each connection in any case, so that the clients of a
/// cluster spread over it (wire document, section 17.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum FailoverStrategy {
    /// The one after that which was used last, in the random order made at first.
    #[default]
    RoundRobin,
    /// Each round over the hosts is in a random order of its own.
    Shuffle,
}

impl FailoverStrategy {
    pub(super) const WORDS: &str = "round-robin or shuffle";

    pub(super) fn read(word: &str) -> Option<Self> {
        match word {
            "round-robin" => Some(Self::RoundRobin),
            "shuffle" => Some(Self::Shuffle),
            _ => None,
        }
    }
}

/// How the bodies of messages are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compression {
    /// zlib (RFC 1950), which the peer calls `gzip` as well.
    Zlib,
    /// bzip2.
    Bzip2,
}

impl Compression {
    pub(super) const WORDS: &str = "gzip, zlib, bzip2 or bzip (`bz2`, which oslo.messaging's own \
                                    help names, is unknown to it: write `bzip2`)";

    /// The words of an option, and the aliases of the header of a message (wire document,
    /// section 6).
    pub(crate) fn read(word: &str) -> Option<Self> {
        match word {
            "gzip" | "zlib" => Some(Self::Zlib),
            "bzip2" | "bzip" => Some(Self::Bzip2),
            _ => None,
        }
    }
}

/// The one version of TLS that is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlsVersion {
    /// TLS 1.2.
    Tls12,
    /// TLS 1.3.
    Tls13,
}

impl TlsVersion {
    pub(super) const WORDS: &str = "TLSv1_2, TLSv1_3 or SSLv23, which is both; what came before \
                                    TLS 1.2 is not safe any more, and is not spoken";

    /// In capitals or not, as the peer; `SSLv23` is its word for what both sides know.
    pub(super) fn read(word: &str) -> Option<Option<Self>> {
        match word.to_ascii_lowercase().as_str() {
            "" | "sslv23" => Some(None),
            "tlsv1_2" => Some(Some(Self::Tls12)),
            "tlsv1_3" => Some(Some(Self::Tls13)),
            _ => None,
        }
    }
}
