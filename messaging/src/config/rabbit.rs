//! The options of the RabbitMQ driver.

mod check;
mod choices;

use std::path::PathBuf;
use std::time::Duration;

pub use choices::{Compression, FailoverStrategy, LoginMethod, TlsVersion};

use crate::{Error, ErrorKind};

/// The options of the RabbitMQ driver; the names are those of oslo.messaging's group
/// `oslo_messaging_rabbit` (wire document, section 21).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RabbitOptions {
    /// `amqp_durable_queues`: the control exchange and the shared queues survive a restart of the
    /// broker. The default is false.
    pub durable_queues: bool,
    /// `amqp_auto_delete`: the control exchange and the shared queues vanish when unused. The
    /// default is false.
    pub auto_delete: bool,
    /// `rabbit_quorum_queue`: the shared queues are quorum queues. The default is false.
    pub quorum_queue: bool,
    /// `rabbit_transient_quorum_queue`: reply and fanout queues are quorum queues. The default is
    /// false.
    pub transient_quorum_queue: bool,
    /// `rabbit_transient_queues_ttl`: after how long unused the broker deletes reply and fanout
    /// queues; zero is never. The default is 30 minutes.
    pub transient_queues_ttl: Duration,
    /// `rabbit_qos_prefetch_count`: how many messages the broker hands over per queue before they
    /// are acknowledged; zero lets the server choose as many as it can run at once. The default
    /// is zero.
    pub prefetch: u16,
    /// `heartbeat_timeout_threshold`: the AMQP heartbeat asked for; zero leaves it to the broker.
    /// The default is 60 s.
    pub heartbeat: Duration,
    /// `rabbit_retry_interval`: the first pause between rounds of connecting anew. The default is
    /// 1 s.
    pub retry_interval: Duration,
    /// `rabbit_retry_backoff`: by how much that pause grows each round. The default is 2 s.
    pub retry_backoff: Duration,
    /// `rabbit_interval_max`: the longest pause. The default is 30 s.
    pub retry_max: Duration,
    /// `kombu_reconnect_delay`: the pause before a connection that was lost is made anew, up to
    /// 4.5 s; each is shortened by chance, by up to half. The default is 1 s.
    pub reconnect_delay: Duration,
    /// `kombu_failover_strategy`: which host of the URL is tried next. The default is round-robin.
    pub failover_strategy: FailoverStrategy,
    /// `rabbit_login_method`. The default is AMQPLAIN.
    pub login_method: LoginMethod,
    /// `rabbit_quorum_delivery_limit`: how often a quorum queue delivers a message again before it
    /// drops it; zero leaves it to the broker. The default is zero.
    pub quorum_delivery_limit: u32,
    /// `rabbit_quorum_max_memory_length`: how many messages a quorum queue keeps in memory; zero
    /// leaves it to the broker. RabbitMQ from 3.10 on keeps few and ignores it. The default is
    /// zero.
    pub quorum_max_memory_length: u32,
    /// `rabbit_quorum_max_memory_bytes`: how many bytes of messages a quorum queue keeps in
    /// memory; zero leaves it to the broker. RabbitMQ from 3.10 on keeps few and ignores it. The
    /// default is zero.
    pub quorum_max_memory_bytes: u64,
    /// `rabbit_ha_queues`: all queues ask to be mirrored on all nodes, by an argument that
    /// RabbitMQ has ignored since 3.0, in favour of policies; it has to be set where the Python
    /// services set it, for a queue exists once and with the same arguments for all. Not with
    /// quorum queues. The default is false.
    pub ha_queues: bool,
    /// `enable_cancel_on_failover`: the broker tells consumers when a mirrored queue moves to
    /// another node, and they begin anew. The default is false.
    pub cancel_on_failover: bool,
    /// `rabbit_stream_fanout`: one stream per topic in place of a fanout queue per server. Needs
    /// `transient_quorum_queue` and a `prefetch` above zero. The stream is never deleted by us,
    /// and keeps messages for `transient_queues_ttl`; a server that starts may see fanout casts
    /// from shortly before. The default is false.
    pub stream_fanout: bool,
    /// `use_queue_manager`: reply and fanout queues are named after the host, the process and a
    /// number, as in `reply_HOST:PROCESS:1`, and kept for the next start in place of being
    /// deleted. The default is false.
    ///
    /// The lowest number that no living process on this host has is taken, and held as a locked
    /// file in `/dev/shm` (elsewhere than on Linux in the folder for temporary files) until the
    /// queue is closed. So a service that is started again has its old names, and two processes of
    /// one service have different ones, whoever started them. The peer counts in a file of its
    /// own, by process group, and cannot see ours: give a Rust service and a Python one on the
    /// same host different names.
    pub queue_manager: bool,
    /// `hostname`: HOST in those names; empty is the name of this machine. The default is empty.
    pub hostname: String,
    /// `processname`: PROCESS in those names; empty is the name of this program's file. The
    /// default is empty.
    pub processname: String,
    /// `kombu_missing_consumer_retry_timeout`, before that `kombu_reconnect_timeout`: how long a
    /// server tries to send a reply whose queue is not there. The default is 60 s.
    pub missing_consumer_retry_timeout: Duration,
    /// `direct_mandatory_flag`: the broker says of a reply that no queue takes it, so that the
    /// server can try again; without it such a reply is lost in silence. The default is true.
    pub direct_mandatory: bool,
    /// `kombu_compression`: how the bodies that are sent are compressed; none is not at all.
    /// What is received is decompressed in any case, if the peer said how. The default is none.
    pub compression: Option<Compression>,
    /// `ssl`: TLS. The port is that of the URL, and 5672 where it names none; RabbitMQ's own for
    /// TLS is 5671. The certificate of the broker must be valid, come from a CA that is trusted,
    /// and be for the host as the URL names it; there is no way to connect without these checks.
    /// The default is false.
    pub ssl: bool,
    /// `ssl_ca_file`: the CAs that are trusted, a PEM file; none is those of the system. The
    /// default is none. Like the other two files it is read for each connection, so that a
    /// renewed one is used without a restart.
    pub ssl_ca_file: Option<PathBuf>,
    /// `ssl_cert_file`: the client certificate, with those between it and the CA, a PEM file. The
    /// default is none.
    pub ssl_cert_file: Option<PathBuf>,
    /// `ssl_key_file`: the key of the client certificate, a PEM file, not encrypted; none is that
    /// in the file of the certificate. The default is none.
    pub ssl_key_file: Option<PathBuf>,
    /// `ssl_version`: the one version of TLS that is spoken; none is 1.2 and 1.3. The default is
    /// none.
    pub ssl_version: Option<TlsVersion>,
}

impl Default for RabbitOptions {
    fn default() -> Self {
        Self {
            durable_queues: false,
            auto_delete: false,
            quorum_queue: false,
            transient_quorum_queue: false,
            transient_queues_ttl: Duration::from_secs(1800),
            prefetch: 0,
            heartbeat: Duration::from_secs(60),
            retry_interval: Duration::from_secs(1),
            retry_backoff: Duration::from_secs(2),
            retry_max: Duration::from_secs(30),
            reconnect_delay: Duration::from_secs(1),
            failover_strategy: FailoverStrategy::RoundRobin,
            login_method: LoginMethod::AmqPlain,
            quorum_delivery_limit: 0,
            quorum_max_memory_length: 0,
            quorum_max_memory_bytes: 0,
            ha_queues: false,
            cancel_on_failover: false,
            stream_fanout: false,
            queue_manager: false,
            hostname: String::new(),
            processname: String::new(),
            missing_consumer_retry_timeout: Duration::from_secs(60),
            direct_mandatory: true,
            compression: None,
            ssl: false,
            ssl_ca_file: None,
            ssl_cert_file: None,
            ssl_key_file: None,
            ssl_version: None,
        }
    }
}

impl RabbitOptions {
    /// Sets the option that is called `key` in oslo.messaging's group `oslo_messaging_rabbit`;
    /// those without effect, in the table `known::RABBIT_OPTIONS`, are none of them.
    ///
    /// # Errors
    ///
    /// Without the place where the option stands, which only the caller knows.
    pub(crate) fn set(&mut self, key: &str, value: &str) -> Result<(), Error> {
        match key {
            "amqp_durable_queues" => self.durable_queues = boolean(key, value)?,
            "amqp_auto_delete" => self.auto_delete = boolean(key, value)?,
            "rabbit_quorum_queue" => self.quorum_queue = boolean(key, value)?,
            "rabbit_transient_quorum_queue" => self.transient_quorum_queue = boolean(key, value)?,
            "rabbit_transient_queues_ttl" => self.transient_queues_ttl = seconds(key, value)?,
            "rabbit_qos_prefetch_count" => self.prefetch = number(key, value)?,
            "heartbeat_timeout_threshold" => {
                self.heartbeat = Duration::from_secs(number::<u16>(key, value)?.into());
            }
            "rabbit_retry_interval" => self.retry_interval = seconds(key, value)?,
            "rabbit_retry_backoff" => self.retry_backoff = seconds(key, value)?,
            "rabbit_interval_max" => self.retry_max = seconds(key, value)?,
            "kombu_reconnect_delay" => {
                self.reconnect_delay = match value.parse::<f64>() {
                    Ok(seconds) if (0.0..=4.5).contains(&seconds) => {
                        Duration::from_secs_f64(seconds)
                    }
                    _ => return Err(wrong(key, "a number of seconds from 0 to 4.5")),
                }
            }
            "kombu_failover_strategy" => {
                self.failover_strategy = FailoverStrategy::read(value)
                    .ok_or_else(|| wrong(key, FailoverStrategy::WORDS))?;
            }
            "rabbit_login_method" => {
                self.login_method =
                    LoginMethod::read(value).ok_or_else(|| wrong(key, LoginMethod::WORDS))?;
            }
            "rabbit_quorum_delivery_limit" => self.quorum_delivery_limit = limit(key, value)?,
            // The peer misspelt these two at first.
            "rabbit_quorum_max_memory_length" | "rabbit_quroum_max_memory_length" => {
                self.quorum_max_memory_length = limit(key, value)?;
            }
            "rabbit_quorum_max_memory_bytes" | "rabbit_quroum_max_memory_bytes" => {
                self.quorum_max_memory_bytes = limit(key, value)?;
            }
            "rabbit_ha_queues" => self.ha_queues = boolean(key, value)?,
            "enable_cancel_on_failover" => self.cancel_on_failover = boolean(key, value)?,
            "rabbit_stream_fanout" => self.stream_fanout = boolean(key, value)?,
            "use_queue_manager" => self.queue_manager = boolean(key, value)?,
            "hostname" => self.hostname = value.to_owned(),
            "processname" => self.processname = value.to_owned(),
            "kombu_missing_consumer_retry_timeout" | "kombu_reconnect_timeout" => {
                self.missing_consumer_retry_timeout = seconds(key, value)?;
            }
            "kombu_compression" => {
                self.compression = match value {
                    "" => None,
                    _ => Some(
                        Compression::read(value).ok_or_else(|| wrong(key, Compression::WORDS))?,
                    ),
                };
            }
            "ssl" => self.ssl = boolean(key, value)?,
            "ssl_ca_file" => self.ssl_ca_file = path(value),
            "ssl_cert_file" => self.ssl_cert_file = path(value),
            "ssl_key_file" => self.ssl_key_file = path(value),
            "ssl_version" => {
                self.ssl_version =
                    TlsVersion::read(value).ok_or_else(|| wrong(key, TlsVersion::WORDS))?;
            }
            "direct_mandatory_flag" => self.direct_mandatory = boolean(key, value)?,
            _ => {
                return Err(Error::new(
                    ErrorKind::Config,
                    format!(
                        "option `{key}` is none of the group oslo_messaging_rabbit; see \
                         `messaging::RabbitOptions` for those there are"
                    ),
                ));
            }
        }
        Ok(())
    }
}

/// The words for yes and no that oslo.config knows.
fn boolean(key: &str, value: &str) -> Result<bool, Error> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => Err(wrong(key, "true or false")),
    }
}

fn number<T: std::str::FromStr>(key: &str, value: &str) -> Result<T, Error> {
    value.parse().map_err(|_| wrong(key, "a whole number up to 65535"))
}

fn path(value: &str) -> Option<PathBuf> {
    (!value.is_empty()).then(|| value.into())
}

/// Of a number that an argument of a queue carries, which is signed.
fn limit<T: TryFrom<i64>>(key: &str, value: &str) -> Result<T, Error> {
    let number = value.parse::<i64>().ok().and_then(|number| T::try_from(number).ok());
    number.ok_or_else(|| wrong(key, "a whole number; zero is no limit"))
}

/// Bounded by what AMQP carries of a time to live: 31 bits of milliseconds.
fn seconds(key: &str, value: &str) -> Result<Duration, Error> {
    match value.parse::<u32>() {
        Ok(seconds) if seconds <= 2_147_483 => Ok(Duration::from_secs(seconds.into())),
        _ => Err(wrong(key, "a whole number of seconds up to 2147483")),
    }
}

/// Without the value: whoever mixes up a URL may have put a password there.
fn wrong(key: &str, expected: &str) -> Error {
    Error::new(ErrorKind::Config, format!("option `{key}` must be {expected}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_by_their_names_in_the_peer() {
        let mut options = RabbitOptions::default();
        for (key, value) in [
            ("amqp_durable_queues", "True"),
            ("rabbit_quorum_queue", "1"),
            ("rabbit_transient_queues_ttl", "60"),
            ("rabbit_login_method", "PLAIN"),
            ("kombu_reconnect_delay", "0.5"),
            ("kombu_failover_strategy", "shuffle"),
            ("rabbit_quroum_max_memory_bytes", "4294967296"),
            ("kombu_reconnect_timeout", "5"),
            ("processname", "nova-compute"),
            ("direct_mandatory_flag", "off"),
            ("kombu_compression", "bzip"),
        ] {
            options.set(key, value).unwrap();
        }
        assert_eq!(
            options,
            RabbitOptions {
                durable_queues: true,
                quorum_queue: true,
                transient_queues_ttl: Duration::from_secs(60),
                login_method: LoginMethod::Plain,
                reconnect_delay: Duration::from_millis(500),
                failover_strategy: FailoverStrategy::Shuffle,
                quorum_max_memory_bytes: 1 << 32,
                missing_consumer_retry_timeout: Duration::from_secs(5),
                processname: "nova-compute".into(),
                direct_mandatory: false,
                compression: Some(Compression::Bzip2),
                ..RabbitOptions::default()
            }
        );
    }

    /// The peer's own table of its options.
    #[test]
    fn the_defaults_are_those_of_the_peer() {
        let table = include_str!("../../../tests/fixtures/oslo/config_options.json");
        let table: serde_json::Value = serde_json::from_str(table).unwrap();
        let mut options = RabbitOptions::default();
        let mut count = 0;
        for option in table["cases"].as_array().unwrap() {
            let default = &option["default"];
            if option["group"] != "oslo_messaging_rabbit" || default.is_null() {
                continue;
            }
            let name = option["name"].as_str().unwrap();
            // Those that name this machine and this program are found out when they are needed.
            let text = default.as_str().map_or_else(|| default.to_string(), str::to_owned);
            if text.is_empty() || ["hostname", "processname"].contains(&name) {
                continue;
            }
            let known = crate::config::known::rabbit(name).expect(name);
            if known.without_effect.is_some() {
                continue;
            }
            options.set(name, &text).unwrap();
            count += 1;
        }
        assert!(count > 20, "{count} options");
        assert_eq!(options, RabbitOptions::default());
    }

    #[test]
    fn wrong_options_are_named() {
        for (key, value, expected) in [
            ("rabbit_quorum_queue", "maybe", "must be true or false"),
            ("rabbit_qos_prefetch_count", "-1", "must be a whole number"),
            ("rabbit_transient_queues_ttl", "9999999", "must be a whole number of seconds"),
            ("ssl_version", "TLSv1", "TLSv1_2"),
            ("kombu_reconnect_delay", "4.6", "from 0 to 4.5"),
            ("kombu_failover_strategy", "random", "round-robin or shuffle"),
            ("kombu_compression", "bz2", "write `bzip2`"),
            ("rabbit_login_method", "RABBIT-CR-DEMO", "AMQPLAIN, PLAIN or EXTERNAL"),
            ("rabbit_quorum_delivery_limit", "-1", "zero is no limit"),
            ("rabbit_quorum", "1", "is none of the group"),
        ] {
            let error = RabbitOptions::default().set(key, value).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config);
            let text = error.to_string();
            assert!(text.contains(key) && text.contains(expected), "{text}");
        }
    }
}
