//! A request as its server sees it: one span, and one measurement, whatever becomes of it.

use std::sync::Arc;
use std::time::Instant;

use serde_json::{Map, Value};
use tracing::Span;
use tracing::field::Empty;

use super::conventions::{CANCELLED, OTHER, REMOTE, STATUS, SYSTEM};
use super::watched::{Measured, Watched};
use crate::error::{Origin, shortened};
use crate::runtime::Runtime;
use crate::{Failure, Target};

/// Of which method a request is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Asked<'a> {
    /// One that is known, of the API of this name.
    Known { service: &'a str, method: &'static str },
    /// Another, by the name that its caller gave it: that is no label.
    Unknown(&'a str),
}

/// A method that runs. Dropped without an end it counts as cancelled.
#[derive(Debug)]
pub(crate) struct ServedCall(Watched);

impl ServedCall {
    /// The method that is `asked` for, with `context`, whose trace goes on here, by a message that is
    /// here since `taken_at`; none if nobody wants to know of it.
    pub(crate) fn begin(
        asked: Asked<'_>,
        target: &Target,
        context: &Map<String, Value>,
        clock: &Arc<dyn Runtime>,
        taken_at: Instant,
    ) -> Option<Self> {
        if !super::anybody_looks() {
            return None;
        }
        let (span, measured) = begun(asked, target, context, clock);
        #[cfg(feature = "opentelemetry")]
        if let Some(measured) = &measured {
            measured.waited_since(taken_at);
        }
        #[cfg(not(feature = "opentelemetry"))]
        let _ = taken_at;
        Watched::new(span, measured, CANCELLED).map(Self)
    }

    /// What the method, and what it calls, belong to.
    pub(crate) fn span(&self) -> Span {
        self.0.span().clone()
    }

    /// The method has ended by itself.
    pub(crate) fn ended<T>(self, outcome: &Result<T, Failure>) {
        match outcome {
            Ok(_) => self.0.succeeded(),
            Err(failure) => self.0.failed(status(failure), &failure.class),
        }
    }
}

/// A request that was answered with a failure of the server's own, without a method that ran.
pub(crate) fn refused(
    asked: Asked<'_>,
    target: &Target,
    failure: &Failure,
    context: &Map<String, Value>,
    clock: &Arc<dyn Runtime>,
) {
    if !super::anybody_looks() {
        return;
    }
    let (span, measured) = begun(asked, target, context, clock);
    if let Some(watched) = Watched::new(span, measured, CANCELLED) {
        watched.failed(&failure.class, &failure.class);
    }
}

fn begun(
    asked: Asked<'_>,
    target: &Target,
    context: &Map<String, Value>,
    clock: &Arc<dyn Runtime>,
) -> (Span, Option<Measured>) {
    let span = match asked {
        Asked::Known { service, method } => span(&format_args!("{service}/{method}"), None, target),
        Asked::Unknown(method) => span(&format_args!("{SYSTEM}"), Some(method), target),
    };
    #[cfg(feature = "opentelemetry")]
    {
        super::propagation::adopt(&span, context);
        (span, Measured::server(asked, &target.topic, clock))
    }
    #[cfg(not(feature = "opentelemetry"))]
    {
        let _ = (context, clock);
        (span, None)
    }
}

/// The span of `name`, or of the method `unknown`, which is not one of an API.
fn span(name: &std::fmt::Arguments<'_>, unknown: Option<&str>, target: &Target) -> Span {
    let method = if unknown.is_some() { &format_args!("{OTHER}") } else { name };
    tracing::info_span!(
        target: "messaging::rpc",
        "rpc.server",
        otel.name = %name,
        otel.kind = "server",
        otel.status_code = Empty,
        rpc.system.name = SYSTEM,
        rpc.method = %method,
        rpc.method_original = unknown.map(|method| tracing::field::display(shortened(method))),
        { STATUS } = Empty,
        error.type = Empty,
        server.address = &*target.topic,
        service.instance.id = target.server.as_deref(),
    )
}

/// What a method's failure is as a status, which is a label.
fn status(failure: &Failure) -> &str {
    match failure.origin() {
        Origin::Panic => "panic",
        // A class of this library's.
        Origin::Arguments => &failure.class,
        Origin::Method => REMOTE,
    }
}
