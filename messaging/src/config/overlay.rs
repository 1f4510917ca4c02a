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
            login_method: "rabbit_login_method",
        })
    }
}
