//! What travels beside the arguments of a request.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use crate::runtime::Runtime;

/// What travels beside the arguments: a free dictionary, such as who asks and under which request
/// id, and the time that is left.
///
/// A client sends one with `.context(&ctx)`; a handler gets one as its first argument. Passing the
/// handler's context on to a call made inside the handler passes on both the dictionary and the
/// deadline: such a call never waits past the moment at which its own caller gives up.
///
/// On the wire each key is a key of the request with the prefix `_context_` (wire document,
/// section 8).
///
/// ```
/// use messaging::Context;
///
/// let ctx = Context::new().with("user", "alice").with("roles", vec!["admin"]);
/// assert_eq!(ctx.get("user").and_then(|user| user.as_str()), Some("alice"));
/// ```
#[derive(Clone, Default)]
pub struct Context {
    values: Arc<Map<String, Value>>,
    deadline: Option<Deadline>,
}

impl Context {
    /// An empty context without a deadline.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same context with `key` set.
    ///
    /// The keys `msg_id`, `reply_q` and `client_timeout` are taken by the wire: a Python server
    /// overwrites them (wire document, section 8).
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        Arc::make_mut(&mut self.values).insert(key.into(), value.into());
        self
    }

    /// The value of `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.values.get(key)
    }

    /// The whole dictionary.
    #[must_use]
    pub fn values(&self) -> &Map<String, Value> {
        &self.values
    }

    /// How long the caller still waits; none if it does not wait, or did not say.
    ///
    /// The clock starts when the request reaches the server, so this errs on the long side by the
    /// time that the request waited in the broker.
    #[must_use]
    pub fn remaining(&self) -> Option<Duration> {
        self.deadline.as_ref().map(Deadline::remaining)
    }

    pub(crate) fn from_wire(values: Map<String, Value>) -> Self {
        Self { values: Arc::new(values), deadline: None }
    }

    pub(crate) fn with_deadline(mut self, deadline: Option<Deadline>) -> Self {
        self.deadline = deadline;
        self
    }
}

impl fmt::Debug for Context {
    /// The keys alone: the values may be tokens.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("keys", &self.values.keys().collect::<Vec<_>>())
            .field("remaining", &self.remaining())
            .finish()
    }
}

/// A moment on the clock of a runtime.
#[derive(Clone, Debug)]
pub(crate) struct Deadline {
    at: Instant,
    clock: Arc<dyn Runtime>,
}

impl Deadline {
    pub(crate) fn after(clock: &Arc<dyn Runtime>, duration: Duration) -> Self {
        let now = clock.now();
        // A deadline that no clock reaches is put a century away.
        let at = now.checked_add(duration).unwrap_or(now + Duration::from_secs(3_155_760_000));
        Self { at, clock: Arc::clone(clock) }
    }

    pub(crate) fn remaining(&self) -> Duration {
        self.at.saturating_duration_since(self.clock.now())
    }
}
