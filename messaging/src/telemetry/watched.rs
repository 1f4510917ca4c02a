//! What goes on and is looked at: one span, and one measurement, that end together.

use tracing::Span;

use super::conventions::{OK, STATUS};

#[cfg(feature = "opentelemetry")]
pub(super) type Measured = super::meters::Measured;
/// Nothing is measured.
#[cfg(not(feature = "opentelemetry"))]
pub(super) type Measured = std::convert::Infallible;

/// A call on one of its sides. Dropped without an end it has the status `unended`.
#[derive(Debug)]
pub(super) struct Watched {
    span: Span,
    measured: Option<Measured>,
    ended: bool,
    unended: &'static str,
}

impl Watched {
    /// None if nobody wants to know of it.
    pub(super) fn new(
        span: Span,
        measured: Option<Measured>,
        unended: &'static str,
    ) -> Option<Self> {
        let is_wanted = !span.is_disabled() || measured.is_some();
        is_wanted.then(|| Self { span, measured, ended: false, unended })
    }

    pub(super) fn span(&self) -> &Span {
        &self.span
    }

    /// With the status of an `error`, whose type is told by itself: that may be a peer's word, good to
    /// read, and no label.
    pub(super) fn failed(mut self, error: &str, error_type: &str) {
        self.end(Some((error, error_type)));
    }

    pub(super) fn succeeded(mut self) {
        self.end(None);
    }

    fn end(&mut self, error: Option<(&str, &str)>) {
        self.ended = true;
        let status = error.map(|(status, _)| status);
        self.span.record(STATUS, status.unwrap_or(OK));
        if let Some((_, error_type)) = error {
            self.span.record("error.type", error_type);
            self.span.record("otel.status_code", "ERROR");
        }
        #[cfg(feature = "opentelemetry")]
        if let Some(measured) = self.measured.take() {
            measured.ended(status);
        }
        #[cfg(not(feature = "opentelemetry"))]
        let _ = &self.measured;
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if !self.ended {
            self.end(Some((self.unended, self.unended)));
        }
    }
}
