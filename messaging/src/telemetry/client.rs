//! A call or a cast as its caller sees it: one span, and one measurement, whatever becomes of it.

use std::borrow::Cow;
use std::sync::Arc;

use tracing::Span;
use tracing::field::Empty;

use super::conventions::{DROPPED, OTHER, REMOTE, STATUS, SYSTEM};
#[cfg(feature = "opentelemetry")]
use super::watched::Measured;
use super::watched::Watched;
use crate::error::shortened;
use crate::runtime::Runtime;
use crate::{Context, ErrorKind};

/// What is done, as it stands in `messaging.operation.name`.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Verb {
    Call,
    Cast,
    Gather,
}

/// A call or a cast that goes on. Dropped without an end it counts as given up.
#[derive(Debug)]
pub(crate) struct ClientCall(Watched);

impl ClientCall {
    /// `method` of `service`, for the servers of `topic`; none if nobody wants to know of it. A method
    /// that is named at run time has an owned name: it is no label and no name of a span, since nobody
    /// bounds how many there are.
    #[allow(clippy::ptr_arg, reason = "an owned name is one that was chosen at run time")]
    pub(crate) fn begin(
        verb: Verb,
        service: &str,
        method: &Cow<'static, str>,
        topic: &str,
        clock: impl FnOnce() -> Arc<dyn Runtime>,
    ) -> Option<Self> {
        if !super::anybody_looks() {
            return None;
        }
        let verb = match verb {
            Verb::Call => "call",
            Verb::Cast => "cast",
            Verb::Gather => "gather",
        };
        let span = match method {
            Cow::Borrowed(method) => span(&format_args!("{service}/{method}"), None, topic, verb),
            Cow::Owned(method) => span(&format_args!("{SYSTEM}"), Some(method), topic, verb),
        };
        #[cfg(feature = "opentelemetry")]
        let measured = Measured::client(service, method, topic, clock);
        #[cfg(not(feature = "opentelemetry"))]
        let (measured, _) = (None, clock);
        Watched::new(span, measured, DROPPED).map(Self)
    }

    /// What everything that is done for it belongs to.
    pub(crate) fn span(&self) -> Span {
        self.0.span().clone()
    }

    /// The context to send in place of `context`: with the trace in it, if there is one.
    pub(crate) fn carried(&self, context: Option<&Context>) -> Option<Context> {
        #[cfg(feature = "opentelemetry")]
        return super::propagation::inject(self.0.span(), context);
        #[cfg(not(feature = "opentelemetry"))]
        {
            let _ = (&self.0, context);
            None
        }
    }

    /// It was answered with a result, or the broker has it.
    pub(crate) fn succeeded(self) {
        self.0.succeeded();
    }

    /// The method's own error came back, of this class where it is known.
    pub(crate) fn failed(self, class: Option<&str>) {
        self.0.failed(REMOTE, class.unwrap_or(REMOTE));
    }

    /// There was no result, for this reason.
    pub(crate) fn ended_with(self, kind: ErrorKind) {
        let kind = format!("{kind:?}");
        self.0.failed(&kind, &kind);
    }
}

/// The span of `name`, or of the method `unknown`, which is not one of an API.
fn span(name: &std::fmt::Arguments<'_>, unknown: Option<&str>, topic: &str, verb: &str) -> Span {
    let method = if unknown.is_some() { &format_args!("{OTHER}") } else { name };
    tracing::info_span!(
        target: "messaging::rpc",
        "rpc.client",
        otel.name = %name,
        otel.kind = "client",
        otel.status_code = Empty,
        rpc.system.name = SYSTEM,
        rpc.method = %method,
        rpc.method_original = unknown.map(|method| tracing::field::display(shortened(method))),
        { STATUS } = Empty,
        error.type = Empty,
        server.address = topic,
        messaging.operation.name = verb,
    )
}
