//! Questions to an error: the same ones to [`Error`] and to [`CallError`].

use super::{CallError, Error, ErrorKind};

macro_rules! predicates {
    ($($(#[$doc:meta])+ $name:ident: $($kind:ident)|+;)+) => {
        impl Error {
            $($(#[$doc])+
            #[must_use]
            pub fn $name(&self) -> bool {
                matches!(self.kind(), $(ErrorKind::$kind)|+)
            })+
        }

        impl<E> CallError<E> {
            $($(#[$doc])+
            #[must_use]
            pub fn $name(&self) -> bool {
                self.rpc().is_some_and(Error::$name)
            })+
        }

        /// Each question by its name, and the kinds that it is true of.
        #[cfg(test)]
        pub(super) const ALL: &[(&str, &[ErrorKind])] =
            &[$((stringify!($name), &[$(ErrorKind::$kind),+])),+];
    };
}

predicates! {
    /// Whether the URL, an option or a combination of them is wrong.
    is_config: Config;
    /// Whether no host of the URL could be reached, or the connection was lost.
    is_connection: Connection;
    /// Whether the broker refused the credentials, or the right to do this.
    is_access_refused: AccessRefused;
    /// Whether the virtual host does not exist, or the user may not use it.
    is_virtual_host: VirtualHost;
    /// Whether the broker refused to declare an exchange or a queue.
    is_topology: Topology;
    /// Whether the target lacks something, or has a name that no broker can have.
    is_target: Target;
    /// Whether the version stood against it: refused here before anything was sent
    /// ([`Version`](ErrorKind::Version)), or by the server
    /// ([`UnsupportedVersion`](ErrorKind::UnsupportedVersion)). The method did not run.
    is_version_refused: Version | UnsupportedVersion;
    /// Whether an argument or a result cannot be written as JSON.
    is_encode: Encode;
    /// Whether the time was up: before the message was sent ([`NotSent`](ErrorKind::NotSent)),
    /// before the broker confirmed it ([`NotConfirmed`](ErrorKind::NotConfirmed)), or before the
    /// answer came ([`Timeout`](ErrorKind::Timeout)). [`Error::stage`] says what was waited for.
    /// Except in the first case, whether the method ran is not known.
    is_timeout: NotSent | NotConfirmed | Timeout;
    /// Whether the time was up before the message was handed to the broker.
    is_not_sent: NotSent;
    /// Whether the broker did not confirm the message in time, or before its connection was lost.
    is_not_confirmed: NotConfirmed;
    /// Whether nobody was there to take the message; it was not delivered.
    is_unroutable: Unroutable;
    /// Whether the broker refused the message itself, such as one that is too large.
    is_refused: Refused;
    /// Whether something could not be read: the reply here ([`Decode`](ErrorKind::Decode)), or the
    /// request at the server ([`BadRequest`](ErrorKind::BadRequest)).
    is_undecodable: Decode | BadRequest;
    /// Whether the server could not read the request or its arguments; the method did not run.
    is_bad_request: BadRequest;
    /// Whether the server has no such method.
    is_no_such_method: NoSuchMethod;
    /// Whether the method failed with something that its error type does not know;
    /// [`Error::failure`] has its class and its data.
    is_unknown_remote: Remote;
    /// Whether the server cut the method off after it had begun.
    is_cancelled: Cancelled;
    /// Whether the server shut down before the method began.
    is_shutting_down: ShuttingDown;
    /// Whether the server had no worker free for it, and said so; the method did not begin.
    is_busy: Busy;
    /// Whether the transport was closed here.
    is_closed: Closed;
    /// Whether it may pass by itself, so that making the call again can help: time-outs, nobody
    /// there, a connection that was lost, a server that is busy, shuts down or has cut the method
    /// off.
    /// It says nothing of whether the method may run twice; see [`Error::may_have_run`].
    is_transient: Connection | NotSent | NotConfirmed | Timeout | Unroutable | Cancelled
        | ShuttingDown | Busy;
}
