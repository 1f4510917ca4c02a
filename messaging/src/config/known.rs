//! The options of oslo.messaging 18.3.1, by name: which of them are followed here, and why the
//! others are not (wire document, section 21); and the one that is ours.

/// The group that all libraries of a service share.
pub(crate) const DEFAULT: &str = "DEFAULT";

/// The group of the RabbitMQ driver.
pub(crate) const RABBIT: &str = "oslo_messaging_rabbit";

/// The group of what this library has beside the options of oslo.messaging, which ignores it.
pub(crate) const OWN: &str = "messaging";

/// An option that a file or the environment may hold.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) group: &'static str,
    pub(crate) name: &'static str,
    /// Names that it had before, and misspelt ones.
    pub(crate) older: &'static [&'static str],
    pub(crate) kind: Kind,
    /// As it would stand in a file.
    pub(crate) default: &'static str,
    /// Why the option has no effect here; None for those that are followed.
    pub(crate) without_effect: Option<&'static str>,
}

/// The type of an option, with the limits that oslo.messaging registers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    Bool,
    Int { min: Option<i64> },
    Float { min: f64, max: Option<f64> },
    Text,
}

/// Options of the group [`RABBIT`] by `name` or by a name that they had before.
pub(crate) fn rabbit(name: &str) -> Option<&'static Known> {
    RABBIT_OPTIONS.iter().find(|known| known.is_called(name))
}

/// Options of the group [`OWN`] by `name`.
pub(crate) fn own(name: &str) -> Option<&'static Known> {
    OWN_OPTIONS.iter().find(|known| known.is_called(name))
}

/// Options that the query of a transport URL may hold.
pub(crate) fn in_query(name: &str) -> Option<&'static Known> {
    rabbit(name).or_else(|| own(name))
}

/// An option of any group by `name` or by a name that it had before.
pub(crate) fn any(name: &str) -> Option<&'static Known> {
    let default = || DEFAULT_OPTIONS.iter().find(|known| known.is_called(name));
    in_query(name).or_else(default)
}

impl Known {
    pub(crate) fn is_called(&self, name: &str) -> bool {
        self.name == name || self.older.contains(&name)
    }

    const fn new(
        group: &'static str,
        name: &'static str,
        kind: Kind,
        default: &'static str,
    ) -> Self {
        Self { group, name, older: &[], kind, default, without_effect: None }
    }

    const fn rabbit(name: &'static str, kind: Kind, default: &'static str) -> Self {
        Self::new(RABBIT, name, kind, default)
    }

    const fn older(mut self, names: &'static [&'static str]) -> Self {
        self.older = names;
        self
    }

    const fn without_effect(mut self, why: &'static str) -> Self {
        self.without_effect = Some(why);
        self
    }
}

const INT: Kind = Kind::Int { min: None };
const FROM_0: Kind = Kind::Int { min: Some(0) };
const FROM_1: Kind = Kind::Int { min: Some(1) };

pub(crate) const TRANSPORT_URL: Known =
    Known::new(DEFAULT, "transport_url", Kind::Text, "rabbit://");
pub(crate) const CONTROL_EXCHANGE: Known =
    Known::new(DEFAULT, "control_exchange", Kind::Text, "openstack");
pub(crate) const RPC_RESPONSE_TIMEOUT: Known =
    Known::new(DEFAULT, "rpc_response_timeout", INT, "60");
pub(crate) const EXECUTOR_THREAD_POOL_SIZE: Known =
    Known::new(DEFAULT, "executor_thread_pool_size", INT, "64").older(&["rpc_thread_pool_size"]);
pub(crate) const RPC_PING_ENABLED: Known =
    Known::new(DEFAULT, "rpc_ping_enabled", Kind::Bool, "false");

/// All of the group [`DEFAULT`] that are oslo.messaging's; other libraries have many more there.
pub(crate) static DEFAULT_OPTIONS: &[Known] = &[
    TRANSPORT_URL,
    CONTROL_EXCHANGE,
    RPC_RESPONSE_TIMEOUT,
    EXECUTOR_THREAD_POOL_SIZE,
    RPC_PING_ENABLED,
];

pub(crate) const MAX_MESSAGE_SIZE: Known = Known::new(OWN, "max_message_size", FROM_1, "16777216");
pub(crate) const SEND_USER_ID: Known = Known::new(OWN, "send_user_id", Kind::Bool, "false");

pub(crate) const MAX_CALLS_IN_FLIGHT: Known =
    Known::new(OWN, "max_calls_in_flight", FROM_1, "65536");
pub(crate) const WAIT_BEYOND_MAX_CALLS: Known =
    Known::new(OWN, "wait_beyond_max_calls", Kind::Bool, "true");

/// All of the group [`OWN`].
pub(crate) static OWN_OPTIONS: &[Known] =
    &[MAX_MESSAGE_SIZE, SEND_USER_ID, MAX_CALLS_IN_FLIGHT, WAIT_BEYOND_MAX_CALLS];

const NO_POOL: &str = "a transport has a few connections, whose channels are shared; there is no \
                       pool of them";
const OWN_PAUSES: &str = "every pause is shortened by chance; in the peer the option shows in the \
                          log alone";

/// All of the group [`RABBIT`]. The older names of TLS and of the limits are those of
/// oslo.messaging 14, `quroum` among them.
pub(crate) static RABBIT_OPTIONS: &[Known] = &[
    Known::rabbit("amqp_durable_queues", Kind::Bool, "false"),
    Known::rabbit("amqp_auto_delete", Kind::Bool, "false"),
    Known::rabbit("rpc_conn_pool_size", FROM_1, "30").without_effect(NO_POOL),
    Known::rabbit("conn_pool_min_size", INT, "2").without_effect(NO_POOL),
    Known::rabbit("conn_pool_ttl", INT, "1200").without_effect(NO_POOL),
    Known::rabbit("ssl", Kind::Bool, "false").older(&["rabbit_use_ssl"]),
    Known::rabbit("ssl_version", Kind::Text, "").older(&["kombu_ssl_version"]),
    Known::rabbit("ssl_key_file", Kind::Text, "").older(&["kombu_ssl_keyfile"]),
    Known::rabbit("ssl_cert_file", Kind::Text, "").older(&["kombu_ssl_certfile"]),
    Known::rabbit("ssl_ca_file", Kind::Text, "").older(&["kombu_ssl_ca_certs"]),
    Known::rabbit("ssl_enforce_hostname_verification", Kind::Bool, "true")
        .without_effect("the name of the host is always checked against its certificate"),
    Known::rabbit("ssl_enforce_fips_mode", Kind::Bool, "false")
        .without_effect("it switches a mode of OpenSSL, which is not what TLS runs on here"),
    Known::rabbit("kombu_reconnect_delay", Kind::Float { min: 0.0, max: Some(4.5) }, "1.0"),
    Known::rabbit("kombu_reconnect_splay", Kind::Float { min: 0.0, max: None }, "0.0")
        .without_effect(OWN_PAUSES),
    Known::rabbit("kombu_compression", Kind::Text, ""),
    Known::rabbit("kombu_missing_consumer_retry_timeout", INT, "60")
        .older(&["kombu_reconnect_timeout"]),
    Known::rabbit("kombu_failover_strategy", Kind::Text, "round-robin"),
    Known::rabbit("rabbit_login_method", Kind::Text, "AMQPLAIN"),
    Known::rabbit("rabbit_retry_interval", FROM_1, "1"),
    Known::rabbit("rabbit_retry_backoff", FROM_0, "2"),
    Known::rabbit("rabbit_interval_max", FROM_1, "30"),
    Known::rabbit("rabbit_ha_queues", Kind::Bool, "false"),
    Known::rabbit("rabbit_quorum_queue", Kind::Bool, "false"),
    Known::rabbit("rabbit_transient_quorum_queue", Kind::Bool, "false"),
    Known::rabbit("rabbit_quorum_delivery_limit", INT, "0"),
    Known::rabbit("rabbit_quorum_max_memory_length", INT, "0")
        .older(&["rabbit_quroum_max_memory_length"]),
    Known::rabbit("rabbit_quorum_max_memory_bytes", INT, "0")
        .older(&["rabbit_quroum_max_memory_bytes"]),
    Known::rabbit("rabbit_transient_queues_ttl", FROM_0, "1800"),
    Known::rabbit("rabbit_qos_prefetch_count", INT, "0"),
    Known::rabbit("heartbeat_timeout_threshold", INT, "60"),
    Known::rabbit("heartbeat_rate", INT, "3")
        .without_effect("the AMQP client sends heartbeats and watches for them by itself"),
    Known::rabbit("heartbeat_in_pthread", Kind::Bool, "false")
        .without_effect("heartbeats are a task of the runtime; oslo.messaging dropped it in 18.0"),
    Known::rabbit("direct_mandatory_flag", Kind::Bool, "true"),
    Known::rabbit("enable_cancel_on_failover", Kind::Bool, "false"),
    Known::rabbit("use_queue_manager", Kind::Bool, "false"),
    Known::rabbit("hostname", Kind::Text, "(the name of the host)"),
    Known::rabbit("processname", Kind::Text, "(the name of the program)"),
    Known::rabbit("rabbit_stream_fanout", Kind::Bool, "false"),
    // Ours: the peer has nothing like it, and ignores it.
    Known::rabbit("consumer_probe_interval", FROM_0, "10"),
];

/// A group of oslo.messaging that this library has no use for.
#[derive(Debug)]
pub(crate) struct Elsewhere {
    pub(crate) group: &'static str,
    pub(crate) why: &'static str,
    pub(crate) options: &'static [&'static str],
}

/// The groups of what is not RPC over RabbitMQ.
pub(crate) static ELSEWHERE: &[Elsewhere] = &[
    Elsewhere {
        group: "oslo_messaging_notifications",
        why: "it is about notifications, and a transport for RPC sends none",
        options: &["driver", "transport_url", "topics", "retry", "routing_config"],
    },
    Elsewhere {
        group: "oslo_messaging_kafka",
        why: "there is no driver for Kafka, which carries notifications alone",
        options: &[
            "kafka_max_fetch_bytes",
            "kafka_consumer_timeout",
            "consumer_group",
            "producer_batch_timeout",
            "producer_batch_size",
            "compression_codec",
            "enable_auto_commit",
            "max_poll_records",
            "security_protocol",
            "sasl_mechanism",
            "ssl_cafile",
            "ssl_client_cert_file",
            "ssl_client_key_file",
            "ssl_client_key_password",
        ],
    },
    Elsewhere {
        group: "oslo_messaging_metrics",
        why: "nothing is reported to oslo.metrics",
        options: &[
            "metrics_enabled",
            "metrics_buffer_size",
            "metrics_socket_file",
            "metrics_process_name",
            "metrics_thread_stop_timeout",
        ],
    },
    Elsewhere {
        group: "oslo_messaging_tracing",
        why: "spans go where the program's own subscriber of `tracing` sends them",
        options: &[
            "tracing_enabled",
            "tracing_service_name",
            "otel_exporter_otlp_endpoint",
            "otlp_protocol",
            "insecure",
        ],
    },
];
