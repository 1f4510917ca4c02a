//! A trace that goes on at the other end: in the context of the request, where the peer's tracing
//! has it (wire document, section 8).

use opentelemetry::global;
use opentelemetry::propagation::{Extractor, Injector};
use opentelemetry::trace::TraceContextExt as _;
use serde_json::{Map, Value};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use crate::Context;

/// How long a text of a propagator may be that is taken from a peer: that of `baggage` (W3C).
const LONGEST: usize = 8192;

/// The context of a request, with the trace that `span` belongs to; none if it belongs to none.
pub(super) fn inject(span: &Span, context: Option<&Context>) -> Option<Context> {
    if span.is_disabled() {
        return None;
    }
    // A caller who has a trace in the context, and none around the call, goes on with that one.
    if let Some(context) = context
        && !in_a_trace()
    {
        adopt(span, context.values());
    }
    let trace = span.context();
    if !trace.span().span_context().is_valid() {
        return None;
    }
    let mut carrier = Carrier(context.cloned().unwrap_or_default());
    global::get_text_map_propagator(|propagator| propagator.inject_context(&trace, &mut carrier));
    Some(carrier.0)
}

/// Makes the trace that a request belongs to that of `span`.
pub(super) fn adopt(span: &Span, context: &Map<String, Value>) {
    if span.is_disabled() || context.is_empty() {
        return;
    }
    let parent =
        global::get_text_map_propagator(|propagator| propagator.extract(&Carried(context)));
    if parent.span().span_context().is_valid() {
        // Refused by a subscriber that knows nothing of OpenTelemetry, which needs no parent.
        let _ = span.set_parent(parent);
    }
}

/// Whether the caller is in a trace already.
fn in_a_trace() -> bool {
    let is_valid = |context: &opentelemetry::Context| context.span().span_context().is_valid();
    is_valid(&Span::current().context()) || is_valid(&opentelemetry::Context::current())
}

struct Carrier(Context);

impl Injector for Carrier {
    fn set(&mut self, key: &str, value: String) {
        // Such as a `tracestate` of nobody: it says nothing, unless it takes the place of another.
        if value.is_empty() && self.0.get(key).is_none() {
            return;
        }
        let context = std::mem::take(&mut self.0);
        self.0 = context.with(key, value);
    }
}

struct Carried<'a>(&'a Map<String, Value>);

impl Extractor for Carried<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.as_str().filter(|text| text.len() <= LONGEST)
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }
}
