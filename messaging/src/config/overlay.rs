//! Which options a program has set on [`RabbitOptions`], told by their difference from the
//! defaults.

use std::path::PathBuf;
use std::time::Duration;

use super::{Compression, FailoverStrategy, LoginMethod, RabbitOptions, TlsVersion};

/// A value as a file of oslo.messaging holds it: what [`RabbitOptions::set`] reads, but for parts of
/// a second where the peer has whole ones.
trait AsWritten {
    fn as_written(&self) -> String;
}

impl AsWritten for Duration {
    /// In seconds.
    fn as_written(&self) -> String {
        self.as_secs_f64().to_string()
    }
}

impl<T: AsWritten> AsWritten for Option<T> {
    fn as_written(&self) -> String {
        self.as_ref().map(AsWritten::as_written).unwrap_or_default()
    }
}

impl AsWritten for PathBuf {
    fn as_written(&self) -> String {
        self.display().to_string()
    }
}

macro_rules! as_written {
    ($($type:ty),*) => {$(
        impl AsWritten for $type {
            fn as_written(&self) -> String {
                self.to_string()
            }
        }
    )*};
}

as_written!(bool, u16, u32, u64, String);

impl AsWritten for FailoverStrategy {
    fn as_written(&self) -> String {
        match self {
            Self::RoundRobin => "round-robin",
            Self::Shuffle => "shuffle",
        }
        .to_owned()
    }
}

impl AsWritten for LoginMethod {
    fn as_written(&self) -> String {
        match self {
            Self::AmqPlain => "AMQPLAIN",
            Self::Plain => "PLAIN",
            Self::External => "EXTERNAL",
        }
        .to_owned()
    }
}

impl AsWritten for Compression {
    fn as_written(&self) -> String {
        match self {
            Self::Zlib => "gzip",
            Self::Bzip2 => "bzip2",
        }
        .to_owned()
    }
}

impl AsWritten for TlsVersion {
    fn as_written(&self) -> String {
        match self {
            Self::Tls12 => "TLSv1_2",
            Self::Tls13 => "TLSv1_3",
        }
        .to_owned()
    }
}

/// Lays the fields of `said` that differ from the defaults over `base`, and returns the options
/// concerned and their values. It takes the struct apart, so that a field without a line here does not compile.
macro_rules! overlay {
    ($base:ident, $said:ident, { $($field:ident: $name:literal,)* }) => {{
        let RabbitOptions { $($field),* } = $said;
        let default = RabbitOptions::default();
        let mut names = Vec::new();
        $(if *$field != default.$field {
            $base.$field.clone_from($field);
            names.push(($name, $field.as_written()));
        })*
        names
    }};
}

impl RabbitOptions {
    /// Takes over what `said` has set; returns the options that it has, with their values.
    pub(super) fn overlay(&mut self, said: &Self) -> Vec<(&'static str, String)> {
        overlay!(self, said, {
            durable_queues: "amqp_durable_queues",
            auto_delete: "amqp_auto_delete",
            quorum_queue: "rabbit_quorum_queue",
            transient_quorum_queue: "rabbit_transient_quorum_queue",
            transient_queues_ttl: "rabbit_transient_queues_ttl",
            prefetch: "rabbit_qos_prefetch_count",
            heartbeat: "heartbeat_timeout_threshold",
            retry_interval: "rabbit_retry_interval",
            retry_backoff: "rabbit_retry_backoff",
            retry_max: "rabbit_interval_max",
            reconnect_delay: "kombu_reconnect_delay",
            failover_strategy: "kombu_failover_strategy",
            login_method: "rabbit_login_method",
            quorum_delivery_limit: "rabbit_quorum_delivery_limit",
            quorum_max_memory_length: "rabbit_quorum_max_memory_length",
            quorum_max_memory_bytes: "rabbit_quorum_max_memory_bytes",
            ha_queues: "rabbit_ha_queues",
            cancel_on_failover: "enable_cancel_on_failover",
            stream_fanout: "rabbit_stream_fanout",
            queue_manager: "use_queue_manager",
            hostname: "hostname",
            processname: "processname",
            missing_consumer_retry_timeout: "kombu_missing_consumer_retry_timeout",
            direct_mandatory: "direct_mandatory_flag",
            compression: "kombu_compression",
            probe_interval: "consumer_probe_interval",
            ssl: "ssl",
            ssl_ca_file: "ssl_ca_file",
            ssl_cert_file: "ssl_cert_file",
            ssl_key_file: "ssl_key_file",
            ssl_version: "ssl_version",
        })
    }
}
