//! What is measured of each call, once somebody wants to know.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Histogram, Meter};

use super::conventions::{OK, OTHER, STATUS, SYSTEM, metrics};
use super::observed;
use super::server::Asked;
use crate::runtime::Runtime;
use crate::{Error, ErrorKind};

static METERS: OnceLock<Meters> = OnceLock::new();

#[derive(Debug)]
struct Meters {
    client: Histogram<f64>,
    server: Histogram<f64>,
    queue: Histogram<f64>,
}

/// Has everything of this process measured, from now on, by instruments of `meter`: the calls that
/// its clients make, those that its servers serve, and how its connections are.
///
/// Until then no duration is, and a call costs one look more; what servers and transports count anyway
/// counts from when each was made. See [`telemetry`](crate::telemetry) for the instruments; who collects
/// and exports them is the caller's choice.
///
/// # Errors
///
/// [`Config`](ErrorKind::Config) if it was done before in this process.
pub fn install(meter: &Meter) -> Result<(), Error> {
    let histogram = |name, what| {
        let histogram = meter.f64_histogram(name).with_unit("s").with_description(what);
        histogram.with_boundaries(metrics::SECONDS.to_vec()).build()
    };
    let meters = Meters {
        client: histogram(metrics::CLIENT_DURATION, "Duration of calls, as their callers see it"),
        server: histogram(metrics::SERVER_DURATION, "Duration of methods"),
        queue: histogram(
            metrics::QUEUE_TIME,
            "Time that requests waited in a server before their methods began",
        ),
    };
    if METERS.set(meters).is_err() {
        let text = "telemetry was installed before in this process; install it once, at its start";
        return Err(Error::new(ErrorKind::Config, text));
    }
    observed::register(meter);
    Ok(())
}

/// Whether anything is measured.
pub(super) fn is_installed() -> bool {
    METERS.get().is_some()
}

/// A call whose duration is measured.
#[derive(Debug)]
pub(super) struct Measured {
    histogram: &'static Histogram<f64>,
    begun: Instant,
    clock: Arc<dyn Runtime>,
    method: Cow<'static, str>,
    topic: String,
}

impl Measured {
    #[allow(clippy::ptr_arg, reason = "an owned name is one that was chosen at run time")]
    pub(super) fn client(
        service: &str,
        method: &Cow<'static, str>,
        topic: &str,
        clock: impl FnOnce() -> Arc<dyn Runtime>,
    ) -> Option<Self> {
        let meters = METERS.get()?;
        let method = match method {
            Cow::Borrowed(method) => format!("{service}/{method}").into(),
            Cow::Owned(_) => OTHER.into(),
        };
        Some(Self::begin(&meters.client, method, topic, clock()))
    }

    pub(super) fn server(asked: Asked<'_>, topic: &str, clock: &Arc<dyn Runtime>) -> Option<Self> {
        let meters = METERS.get()?;
        let method = match asked {
            Asked::Known { service, method } => format!("{service}/{method}").into(),
            Asked::Unknown(_) => OTHER.into(),
        };
        Some(Self::begin(&meters.server, method, topic, Arc::clone(clock)))
    }

    /// Its message is here since then.
    pub(super) fn waited_since(&self, taken_at: Instant) {
        if let Some(meters) = METERS.get() {
            let waited = self.begun.saturating_duration_since(taken_at);
            meters.queue.record(waited.as_secs_f64(), &self.labels());
        }
    }

    fn begin(
        histogram: &'static Histogram<f64>,
        method: Cow<'static, str>,
        topic: &str,
        clock: Arc<dyn Runtime>,
    ) -> Self {
        Self { histogram, begun: clock.now(), clock, method, topic: topic.to_owned() }
    }

    pub(super) fn ended(self, error: Option<&str>) {
        let took = self.clock.now().saturating_duration_since(self.begun);
        let mut labels = self.labels();
        let status = error.unwrap_or(OK).to_owned();
        labels.push(KeyValue::new(STATUS, status));
        labels.extend(error.map(|error| KeyValue::new("error.type", error.to_owned())));
        self.histogram.record(took.as_secs_f64(), &labels);
    }

    fn labels(&self) -> Vec<KeyValue> {
        vec![
            KeyValue::new("rpc.system.name", SYSTEM),
            KeyValue::new("rpc.method", self.method.clone()),
            KeyValue::new("server.address", self.topic.clone()),
        ]
    }
}
