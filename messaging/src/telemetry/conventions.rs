//! The names of OpenTelemetry's conventions for RPC, and what their values are here.

/// The status, as the stable conventions (1.45) have it; 1.44 had `rpc.response.status_code`.
pub(super) const STATUS: &str = "rpc.status_code";

/// What `rpc.system.name` is: the wire.
pub(super) const SYSTEM: &str = "oslo_messaging";

/// What stands for a method that is not known, whose name a peer has chosen.
pub(super) const OTHER: &str = "_OTHER";

/// What went well, as the status.
pub(super) const OK: &str = "Ok";

/// The method failed, with an error of its own. Its class is no label: a method may pass on what
/// another server said, and nobody bounds that.
pub(super) const REMOTE: &str = "Remote";

/// A method that was cut off, or whose caller has given up.
pub(super) const CANCELLED: &str = "Cancelled";

/// A call that its own process waits for no longer.
pub(super) const DROPPED: &str = "Dropped";

#[cfg(feature = "opentelemetry")]
pub(crate) mod metrics {
    /// How long calls took, as their callers see it.
    pub(crate) const CLIENT_DURATION: &str = "rpc.client.call.duration";
    /// How long methods took.
    pub(crate) const SERVER_DURATION: &str = "rpc.server.call.duration";
    /// The bounds of both, in seconds.
    pub(crate) const SECONDS: [f64; 14] =
        [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];

    /// How long requests waited in a server before their methods began.
    pub(crate) const QUEUE_TIME: &str = "messaging_rpc.server.queue.duration";
    /// Methods that run.
    pub(crate) const SERVER_IN_FLIGHT: &str = "messaging_rpc.server.in_flight";
    /// Calls that were not begun, because their callers had given up.
    pub(crate) const EXPIRED: &str = "messaging_rpc.server.expired";
    /// Methods that were ended, because their callers had given up.
    pub(crate) const SERVER_CANCELLED: &str = "messaging_rpc.server.cancelled";
    /// Messages that came before, and were not run again.
    pub(crate) const DUPLICATES: &str = "messaging_rpc.server.duplicates";
    /// Messages that were given out before.
    pub(crate) const REDELIVERED: &str = "messaging_rpc.server.redelivered";
    /// Calls that were refused because all workers were busy.
    pub(crate) const BUSY: &str = "messaging_rpc.server.busy";
    /// Messages that were rejected because no attempt at them came to its end.
    pub(crate) const GIVEN_UP: &str = "messaging_rpc.server.given_up";
    /// Messages that were no request.
    pub(crate) const MALFORMED: &str = "messaging_rpc.server.malformed";
    /// Calls that wait for their answers.
    pub(crate) const CLIENT_IN_FLIGHT: &str = "messaging_rpc.client.in_flight";
    /// Answers that came when their calls had given up.
    pub(crate) const LATE_REPLIES: &str = "messaging_rpc.client.late_replies";
    /// Connections that were made anew after one was lost.
    pub(crate) const RECONNECTS: &str = "messaging_rpc.connection.reconnects";
}
