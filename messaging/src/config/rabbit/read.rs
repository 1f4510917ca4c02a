//! Options by their names in oslo.messaging, and their values as a file holds them.

use std::path::PathBuf;
use std::time::Duration;

use super::{Compression, FailoverStrategy, LoginMethod, RabbitOptions, TlsVersion};
use crate::{Error, ErrorKind};

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
            "consumer_probe_interval" => self.probe_interval = seconds(key, value)?,
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
        let table = include_str!("../../../../tests/fixtures/oslo/config_options.json");
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
