//! Which options a program has set on [`RabbitOptions`], told by their difference from the
//! defaults.

use super::RabbitOptions;

/// Lays the fields of `said` that differ from the defaults over `base`, and returns the options
/// concerned and their values. It takes the struct apart, so that a field without a line here does not compile.
macro_rules! overlay {
    ($base:ident, $said:ident, { $($field:ident: $name:literal,)* }) => {{
        let RabbitOptions { $($field),* } = $said;
        let default = RabbitOptions::default();
        let mut names = Vec::new();
        $(if *$field != default.$field {
            $base.$field.clone_from($field);
            names.push(($name, format!("{:?}", $field)));
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
            ssl: "ssl",
            ssl_ca_file: "ssl_ca_file",
            ssl_cert_file: "ssl_cert_file",
            ssl_key_file: "ssl_key_file",
            ssl_version: "ssl_version",
        })
    }
}
