//! The sets of options under which every case is run.

/// Options, as both libraries read them from the query of a transport URL.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    pub(crate) name: &'static str,
    pub(crate) query: &'static str,
}

pub(crate) const SETS: [Options; 5] = [
    Options { name: "default", query: "" },
    Options { name: "durable", query: "amqp_durable_queues=true" },
    Options { name: "quorum", query: "rabbit_quorum_queue=true" },
    Options {
        name: "quorum_stream",
        query: "rabbit_quorum_queue=true&rabbit_transient_quorum_queue=true\
                &rabbit_stream_fanout=true&rabbit_qos_prefetch_count=100",
    },
    Options { name: "queue_manager", query: "use_queue_manager=true" },
];
