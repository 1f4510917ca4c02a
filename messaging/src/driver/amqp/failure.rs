//! lapin's errors, told as ours: what was tried, what the broker said, what to do.

use std::future::Future;
use std::time::Duration;

use lapin::ErrorKind as Lapin;
use lapin::protocol::{AMQPErrorKind, AMQPHardError, AMQPSoftError};

use super::peer::Peer;
use crate::context::Deadline;
use crate::driver::Address;
use crate::runtime::{self, Runtime};
use crate::{Error, ErrorKind, LoginMethod};

/// What became of an operation that failed.
#[derive(Debug)]
pub(super) enum Fault {
    /// lapin or the broker said no, or the connection went away.
    Told(lapin::Error),
    /// Nothing was heard within the time given.
    Silence(Duration),
}

/// `operation`, ended by `deadline`: lapin bounds none of its own.
pub(super) async fn bounded<T>(
    runtime: &dyn Runtime,
    deadline: &Deadline,
    operation: impl Future<Output = lapin::Result<T>>,
) -> Result<T, Fault> {
    let within = deadline.remaining();
    match runtime::timeout(runtime, within, operation).await {
        Some(result) => result.map_err(Fault::Told),
        None => Err(Fault::Silence(within)),
    }
}

/// What the broker's refusal means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// 403, `ACCESS_REFUSED`.
    Access,
    /// 530, `NOT_ALLOWED`.
    NotAllowed,
    /// 404, `NOT_FOUND`.
    NotFound,
    /// 406, `PRECONDITION_FAILED`.
    Precondition,
    /// 541, `INTERNAL_ERROR`; on a declaration, RabbitMQ's word for a kind of queue that it no
    /// longer has.
    Internal,
    /// Another error of a channel.
    Other,
}

impl Fault {
    /// The broker's refusal, unless the connection was lost, or the time.
    pub(super) fn refusal(&self) -> Option<Refusal> {
        let Self::Told(error) = self else { return None };
        let Lapin::ProtocolError(error) = error.kind() else { return None };
        match error.kind() {
            AMQPErrorKind::Soft(AMQPSoftError::ACCESSREFUSED) => Some(Refusal::Access),
            AMQPErrorKind::Soft(AMQPSoftError::NOTFOUND) => Some(Refusal::NotFound),
            AMQPErrorKind::Soft(AMQPSoftError::PRECONDITIONFAILED) => Some(Refusal::Precondition),
            AMQPErrorKind::Soft(_) => Some(Refusal::Other),
            AMQPErrorKind::Hard(AMQPHardError::NOTALLOWED) => Some(Refusal::NotAllowed),
            AMQPErrorKind::Hard(AMQPHardError::INTERNALERROR) => Some(Refusal::Internal),
            // CONNECTION_FORCED and its like: the broker closes, and may be back in a moment.
            AMQPErrorKind::Hard(_) => None,
        }
    }

    /// The words of it: the broker's where it said any.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Silence(within) => format!("no answer within {within:.1?}"),
            Self::Told(error) => match error.kind() {
                // RabbitMQ writes some over several lines.
                Lapin::ProtocolError(refusal) => {
                    let message = refusal.get_message().as_str();
                    message.split_whitespace().collect::<Vec<_>>().join(" ")
                }
                Lapin::IOError(error) => error.to_string(),
                _ => error.to_string(),
            },
        }
    }

    /// An error of `kind` with this below it; of another kind where this says more than that
    /// the connection failed.
    pub(super) fn into_error(self, kind: ErrorKind, mut message: String) -> Error {
        let mut kind = kind;
        if kind == ErrorKind::Connection {
            match &self {
                Self::Silence(_) => kind = ErrorKind::NotSent,
                Self::Told(error) if matches!(error.kind(), Lapin::ChannelsLimitReached) => {
                    kind = ErrorKind::Topology;
                    message.push_str("; each server takes a channel: use one more transport");
                }
                Self::Told(_) => {}
            }
        }
        let error = Error::new(kind, message);
        match self {
            Self::Told(below) => error.with_source(below),
            Self::Silence(_) => error,
        }
    }
}

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
        _ => Error::new(ErrorKind::Connection, format!("{peer} cannot be connected to: {words}")),
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

/// Why `thing` (an exchange or a queue, named) could not be declared, bound or consumed.
pub(super) fn declaring(thing: &str, sort: Sort, fault: Fault) -> Error {
    let words = fault.words();
    let (kind, advice) = match fault.refusal() {
        Some(Refusal::Access) => {
            (ErrorKind::AccessRefused, "give the user the permission to configure it".to_owned())
        }
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
    let advice = if advice.is_empty() { advice } else { format!("; {advice}") };
    fault.into_error(kind, format!("{thing} cannot be declared: {words}{advice}"))
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

/// Whether the broker said that a thing is not there, or not within reach.
pub(super) fn is_not_found(error: &Error) -> bool {
    below(error).is_some_and(|fault| fault.refusal() == Some(Refusal::NotFound))
}

/// Whether the broker said that a thing is there, and durable or not, unlike what was asked for.
pub(super) fn is_about_durable(error: &Error) -> bool {
    below(error).is_some_and(|fault| {
        fault.refusal() == Some(Refusal::Precondition)
            && fault.words().contains("inequivalent arg 'durable'")
    })
}

fn below(error: &Error) -> Option<Fault> {
    let below = std::error::Error::source(error)?.downcast_ref::<lapin::Error>()?;
    Some(Fault::Told(below.clone()))
}

/// Why `thing`, named, is not consumed.
pub(super) fn consuming(thing: &str, fault: Fault) -> Error {
    let kind = match fault.refusal() {
        Some(Refusal::Access) => ErrorKind::AccessRefused,
        // It went between its declaration and this: to be declared again.
        Some(Refusal::NotFound) | None => ErrorKind::Connection,
        Some(_) => ErrorKind::Topology,
    };
    let text = format!("{thing} cannot be consumed: {}", fault.words());
    fault.into_error(kind, text)
}

/// Why a message to `to` was not taken.
pub(super) fn publishing(to: &Address, fault: Fault) -> Error {
    let kind = match fault.refusal() {
        Some(Refusal::Access | Refusal::NotAllowed) => ErrorKind::AccessRefused,
        Some(Refusal::NotFound) => ErrorKind::Unroutable,
        Some(_) => ErrorKind::Refused,
        None => ErrorKind::Connection,
    };
    let text = format!("a message to {to} was not taken: {}", fault.words());
    fault.into_error(kind, text)
}

/// That the driver was closed.
pub(super) fn closed() -> Error {
    Error::new(ErrorKind::Closed, "the transport was closed")
}

/// Whether trying again can help only after somebody has changed something.
pub(super) fn lasts(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::AccessRefused | ErrorKind::VirtualHost | ErrorKind::Config)
}

#[cfg(test)]
mod tests {
    use lapin::protocol::AMQPError;

    use super::*;

    fn told(kind: impl Into<AMQPErrorKind>, words: &str) -> Fault {
        Fault::Told(Lapin::ProtocolError(AMQPError::new(kind.into(), words.into())).into())
    }

    #[test]
    fn a_refused_declaration_names_the_thing_and_the_cure() {
        for (property, sort, cure) in [
            ("durable", Sort::Shared, "`amqp_durable_queues` or `rabbit_quorum_queue`"),
            ("durable", Sort::Transient, "`rabbit_transient_quorum_queue`"),
            ("auto_delete", Sort::Shared, "`amqp_auto_delete`"),
            ("x-queue-type", Sort::Shared, "`rabbit_quorum_queue`"),
            ("x-expires", Sort::Transient, "`rabbit_transient_queues_ttl`"),
            ("type", Sort::Shared, "choose another exchange"),
            ("x-new", Sort::Shared, "`amqp_durable_queues`, `amqp_auto_delete`"),
        ] {
            let words = format!(
                "PRECONDITION_FAILED - inequivalent arg '{property}' for exchange 'nova' in vhost \
                 '/': received 'true' but current is 'false'"
            );
            let fault = told(AMQPSoftError::PRECONDITIONFAILED, &words);
            let error = declaring("exchange `nova`", sort, fault);
            assert_eq!(error.kind(), ErrorKind::Topology);
            let text = error.to_string();
            assert!(["`nova`", &words, cure].iter().all(|part| text.contains(part)), "{text}");
        }
    }

    #[test]
    fn queues_that_the_broker_no_longer_has_are_a_matter_of_topology() {
        // As RabbitMQ 4.3.6 says it.
        let words = "INTERNAL_ERROR - Feature `transient_nonexcl_queues` is deprecated.\nIts use is \
                     not permitted per the configuration";
        let fault = told(AMQPHardError::INTERNALERROR, words);
        let error = declaring("queue `t_fanout_0`", Sort::Transient, fault);
        assert_eq!(error.kind(), ErrorKind::Topology);
        let text = error.to_string();
        assert!(!text.contains('\n'), "{text}");
        for part in [
            "t_fanout_0",
            "Config::quorum()",
            "amqp_durable_queues",
            "rabbit_quorum_queue",
            "rabbit_transient_quorum",
        ] {
            assert!(text.contains(part), "{text}");
        }
    }

    #[test]
    fn a_broker_that_fails_may_be_asked_again() {
        let fault = told(AMQPHardError::INTERNALERROR, "INTERNAL_ERROR");
        let error = declaring("exchange `t_fanout`", Sort::Transient, fault);
        assert_eq!(error.kind(), ErrorKind::Connection);
        assert!(error.to_string().contains("its log"), "{error}");
    }

    #[test]
    fn who_logs_in_by_a_certificate_is_told_of_that_and_not_of_a_password() {
        let url = "rabbit://h".parse().unwrap();
        let peer = &Peer::all(&url).unwrap()[0];
        let refused = |login| {
            let words = "ACCESS_REFUSED - Login was refused";
            connecting(peer, login, told(AMQPSoftError::ACCESSREFUSED, words)).to_string()
        };
        assert!(refused(LoginMethod::Plain).contains("password"));
        let text = refused(LoginMethod::External);
        assert!(text.contains("`ssl_cert_file`") && !text.contains("password"), "{text}");
    }

    #[test]
    fn a_broker_that_goes_down_is_a_lost_connection() {
        let fault = told(AMQPHardError::CONNECTIONFORCED, "CONNECTION_FORCED - shutdown");
        assert_eq!(declaring("queue `q`", Sort::Shared, fault).kind(), ErrorKind::Connection);
        let silence = Fault::Silence(Duration::from_secs(1));
        assert_eq!(declaring("queue `q`", Sort::Shared, silence).kind(), ErrorKind::NotSent);
    }
}
