//! What a transport is made with.

use std::time::Duration;

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
