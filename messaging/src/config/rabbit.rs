//! The options of the RabbitMQ driver.

use std::time::Duration;

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
    /// `rabbit_login_method`. The default is AMQPLAIN.
    pub login_method: LoginMethod,
}

/// How the broker is told who connects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoginMethod {
    /// User and password, the way that RabbitMQ added.
    #[default]
    AmqPlain,
    /// User and password, as SASL has it.
    Plain,
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
            login_method: LoginMethod::AmqPlain,
        }
    }
}

/// Options of the group that mean something to the peer and that this version cannot follow yet:
/// to ignore `ssl` would be to connect in the clear.
const NOT_YET: &[&str] = &[
    "ssl",
    "ssl_version",
    "ssl_key_file",
    "ssl_cert_file",
    "ssl_ca_file",
    "kombu_compression",
    "kombu_failover_strategy",
    "rabbit_ha_queues",
    "rabbit_quorum_delivery_limit",
    "rabbit_quorum_max_memory_length",
    "rabbit_quorum_max_memory_bytes",
    "enable_cancel_on_failover",
    "use_queue_manager",
    "hostname",
    "processname",
    "rabbit_stream_fanout",
];

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
            "rabbit_login_method" => {
                self.login_method = match value {
                    "AMQPLAIN" => LoginMethod::AmqPlain,
                    "PLAIN" => LoginMethod::Plain,
                    _ => return Err(wrong(key, "AMQPLAIN or PLAIN")),
                }
            }
            _ if NOT_YET.contains(&key) => {
                return Err(Error::new(
                    ErrorKind::Config,
                    format!(
                        "option `{key}` is not supported yet, and is not ignored in silence; take \
                         it out to go on without it"
                    ),
                ));
            }
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
                ..RabbitOptions::default()
            }
        );
    }

    #[test]
    fn wrong_options_are_named() {
        for (key, value, expected) in [
            ("rabbit_quorum_queue", "maybe", "must be true or false"),
            ("rabbit_qos_prefetch_count", "-1", "must be a whole number"),
            ("rabbit_transient_queues_ttl", "9999999", "must be a whole number of seconds"),
            ("ssl", "1", "not supported yet"),
            ("rabbit_quorum", "1", "is none of the group"),
        ] {
            let error = RabbitOptions::default().set(key, value).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config);
            let text = error.to_string();
            assert!(text.contains(key) && text.contains(expected), "{text}");
        }
    }
}
