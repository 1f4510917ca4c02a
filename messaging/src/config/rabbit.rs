//! The options of the RabbitMQ driver.

mod check;
mod choices;
mod read;

use std::path::PathBuf;
use std::time::Duration;

pub use choices::{Compression, FailoverStrategy, LoginMethod, TlsVersion};

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
    /// `rabbit_retry_interval`: the shortest pause between rounds of connecting anew, and the first.
    /// The default is 1 s.
    pub retry_interval: Duration,
    /// `rabbit_retry_backoff`: by how much the longest pause grows each round; which it is, chance
    /// decides. The default is 2 s.
    pub retry_backoff: Duration,
    /// `rabbit_interval_max`: the longest pause; 4 s where a host hangs up at once, as one does whose
    /// broker is just starting. After a login that was refused it is the shortest, and each driver
    /// logs in once in that time. The default is 30 s.
    pub retry_max: Duration,
    /// `kombu_reconnect_delay`: the pause before a connection that was lost is made anew, up to
    /// 4.5 s; how much of it, chance decides. The default is 1 s.
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
    /// `consumer_probe_interval`, an option of ours that the peer does not have: after how long
    /// without a message a consumer is looked after, whether its queues are there, bound and
    /// consumed; zero is never. Each time is shortened by chance, by up to half. The default is
    /// 30 s. See [`recovery`](crate::recovery).
    pub probe_interval: Duration,
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
            probe_interval: Duration::from_secs(10),
            ssl: false,
            ssl_ca_file: None,
            ssl_cert_file: None,
            ssl_key_file: None,
            ssl_version: None,
        }
    }
}
