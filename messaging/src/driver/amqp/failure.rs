//! What failed, told to users: the thing, what the broker said, what to do.

use super::fault::{Fault, Refusal};
use super::peer::Peer;
use crate::driver::Address;
use crate::{Error, ErrorKind, LoginMethod};

/// Why a host could not be used.
pub(super) fn connecting(peer: &Peer, login: LoginMethod, fault: Fault) -> Error {
    let words = fault.words();
    match fault.refusal() {
        Some(Refusal::Access) if login == LoginMethod::External => fault.into_error(
            ErrorKind::AccessRefused,
            format!(
                "the broker at {peer} refused the client certificate: {words}; check \
                 `ssl_cert_file`, and that the broker has a user of the certificate's name"
            ),
        ),
        Some(Refusal::Access) => fault.into_error(
            ErrorKind::AccessRefused,
            format!(
                "the broker at {peer} refused the user `{}`: {words}; check the user and the \
                 password in the transport URL",
                peer.user
            ),
        ),
        Some(Refusal::NotAllowed) => fault.into_error(
            ErrorKind::VirtualHost,
            format!(
                "the broker at {peer} does not let the user `{}` into the virtual host `{}`: \
                 {words}; check the last part of the transport URL and the user's permissions",
                peer.user, peer.virtual_host
            ),
        ),
        // Not one that does not exist, which is refused by 530.
        Some(Refusal::Internal) => fault.into_error(
            ErrorKind::Connection,
            format!(
                "the broker at {peer} cannot open the virtual host `{}`, which is starting or has \
                 failed: {words}; if it stays so, look at the broker's log, and try `rabbitmqctl \
                 restart_vhost`",
                peer.virtual_host
            ),
        ),
        _ => {
            let text = format!("{peer} cannot be connected to: {words}");
            let error = Error::new(ErrorKind::Connection, text);
            match fault {
                Fault::Told(below) => error.with_source(below),
                Fault::Silence(_) => error,
            }
        }
    }
}

/// By which options a thing is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// Those of the control exchange and of queues that servers share.
    Shared,
    /// Those of reply and fanout queues.
    Transient,
}

/// What to do about a queue that another connection has for itself.
const LOCKED: &str = "another connection has it for itself; if that is one that was lost, the \
                      broker gives it up when it misses heartbeats, so allow more time or a shorter \
                      `heartbeat_timeout_threshold`; else another program uses this name";

/// Why `thing` (an exchange or a queue, named) could not be declared, bound or consumed.
pub(super) fn declaring(thing: &str, sort: Sort, fault: Fault) -> Error {
    let words = fault.words();
    let (kind, advice) = match fault.refusal() {
        Some(Refusal::Access) => {
            (ErrorKind::AccessRefused, "give the user the permission to configure it".to_owned())
        }
        Some(Refusal::Locked) => (ErrorKind::Connection, LOCKED.to_owned()),
        Some(Refusal::Precondition) => (ErrorKind::Topology, conflict(&words, sort)),
        Some(Refusal::Internal) if words.contains("deprecated") => (
            ErrorKind::Topology,
            "this broker may no longer have queues that are neither durable nor exclusive: begin \
             with `Config::quorum()`, or set `amqp_durable_queues` or `rabbit_quorum_queue`, and \
             `rabbit_transient_quorum_queue` for reply and fanout queues; the other services on \
             these queues need the same options"
                .to_owned(),
        ),
        Some(Refusal::NotFound) => (
            ErrorKind::Topology,
            "the node that holds it may be down, or it was just deleted".to_owned(),
        ),
        // A virtual host that is starting, an exchange that is just being deleted, a quorum queue
        // without a leader: it closes the connection, and may have come to itself on the next.
        Some(Refusal::Internal) => {
            (ErrorKind::Connection, "the broker failed, and its log says why".to_owned())
        }
        Some(Refusal::NotAllowed | Refusal::Other) => (ErrorKind::Topology, String::new()),
        None => (ErrorKind::Connection, String::new()),
    };
    let text = format!("{thing} cannot be declared: {words}");
    match advice.is_empty() {
        true => fault.into_error(kind, text).with_next_step(),
        false => fault.into_error(kind, format!("{text}; {advice}")),
    }
}

/// What to do where a thing exists with another property than was asked for. RabbitMQ says which,
/// and what it is (wire document, section 5.7).
///
/// The peer declares it once more as not durable, which helps one of the two that disagree; the
/// other then fails, whenever the thing is next made. So both are told at once.
fn conflict(words: &str, sort: Sort) -> String {
    let property =
        words.split_once("inequivalent arg '").and_then(|(_, rest)| rest.split_once('\''));
    let options = match (property.map(|(property, _)| property), sort) {
        (Some("durable"), Sort::Shared) => "`amqp_durable_queues` or `rabbit_quorum_queue`",
        (Some("durable"), Sort::Transient) => "`rabbit_transient_quorum_queue`",
        (Some("auto_delete"), _) => "`amqp_auto_delete`",
        (Some("x-queue-type"), Sort::Shared) => "`rabbit_quorum_queue`",
        (Some("x-queue-type"), Sort::Transient) => {
            "`rabbit_transient_quorum_queue` or `rabbit_stream_fanout`"
        }
        (Some("x-expires" | "x-max-age"), _) => "`rabbit_transient_queues_ttl`",
        (Some("x-delivery-limit"), _) => "`rabbit_quorum_delivery_limit`",
        (Some("x-max-in-memory-length"), _) => "`rabbit_quorum_max_memory_length`",
        (Some("x-max-in-memory-bytes"), _) => "`rabbit_quorum_max_memory_bytes`",
        (Some("x-ha-policy"), _) => "`rabbit_ha_queues`",
        (Some("type"), _) => {
            return "another program has an exchange of this name for another use; choose another \
                    exchange or topic"
                .to_owned();
        }
        _ => {
            "`amqp_durable_queues`, `amqp_auto_delete`, `rabbit_quorum_queue`, \
             `rabbit_transient_quorum_queue`, `rabbit_transient_queues_ttl`"
        }
    };
    format!(
        "it exists and is not as this service declares it: set {options} as the services have it \
         that made it, or delete it"
    )
}

/// Why `thing`, named, is not consumed.
pub(super) fn consuming(thing: &str, fault: Fault) -> Error {
    let kind = match fault.refusal() {
        Some(Refusal::Access) => ErrorKind::AccessRefused,
        // It went between its declaration and this: to be declared again.
        Some(Refusal::NotFound) | None => ErrorKind::Connection,
        // A quorum queue without a leader, or one that another will give up.
        Some(Refusal::Internal | Refusal::Locked) => ErrorKind::Connection,
        Some(_) => ErrorKind::Topology,
    };
    let text = format!("{thing} cannot be consumed: {}", fault.words());
    if fault.refusal() == Some(Refusal::Locked) {
        return fault.into_error(kind, format!("{text}; {LOCKED}"));
    }
    fault.into_error(kind, text).with_next_step()
}

/// What a probe found of queue `queue`, which should be there and is not, or not as it should.
pub(super) fn found(queue: &str, fault: Fault) -> Error {
    let text = format!("queue `{queue}` is not as it was: {}", fault.words());
    fault.into_error(ErrorKind::Topology, format!("{text}; it is declared and consumed again"))
}

/// That the broker has lost a consumer of `queue`; `how` it shows.
pub(super) fn deaf(queue: &str, how: &str) -> Error {
    Error::new(
        ErrorKind::Connection,
        format!("queue `{queue}` is not consumed any more, and nothing told: {how}; it is again"),
    )
}

/// Why a message to `to` was not taken.
pub(super) fn publishing(to: &Address, fault: Fault) -> Error {
    let words = fault.words();
    if fault.refusal() == Some(Refusal::Precondition) && words.contains("user_id") {
        let text = format!(
            "a message to {to} was not taken, by `send_user_id`: {words}; with the login method \
             EXTERNAL name the user of the certificate in the transport URL"
        );
        return fault.into_error(ErrorKind::AccessRefused, text);
    }
    let kind = match fault.refusal() {
        Some(Refusal::Access | Refusal::NotAllowed) => ErrorKind::AccessRefused,
        Some(Refusal::NotFound) => ErrorKind::Unroutable,
        Some(Refusal::Internal) | None => ErrorKind::Connection,
        Some(_) => ErrorKind::Refused,
    };
    let text = format!("a message to {to} was not taken: {}", fault.words());
    fault.into_error(kind, text).with_next_step()
}

/// That the driver was closed.
pub(super) fn closed() -> Error {
    Error::new(ErrorKind::Closed, "the transport was closed").with_next_step()
}

/// Whether trying again can help only after somebody has changed something.
pub(super) fn lasts(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::AccessRefused | ErrorKind::VirtualHost | ErrorKind::Config)
}

#[cfg(test)]
mod tests;
