//! What travels beside the arguments of a request.

use std::fmt;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde::de::value::MapDeserializer;
use serde_json::{Map, Value};

use crate::runtime::Runtime;
use crate::{Error, ErrorKind};

/// What travels beside the arguments: a free dictionary, such as who asks and under which request
/// id, and the time that is left.
///
/// A client sends one with `.context(&ctx)`; a handler gets one as its first argument. Passing the
/// handler's context on to a call made inside the handler passes on both the dictionary and the
/// deadline: such a call never waits past the moment at which its own caller gives up.
///
/// On the wire each key is a key of the request with the prefix `_context_` (wire document,
/// section 8). What a JSON value cannot hold and Python writes all the same, such as a NaN, arrives
/// as its text: a request is not refused for what its handler may never look at.
///
/// ```
/// use messaging::Context;
///
/// let ctx = Context::new().with("user", "alice").with("roles", vec!["admin"]);
/// assert_eq!(ctx.get("user").and_then(|user| user.as_str()), Some("alice"));
/// ```
#[derive(Clone, Default)]
pub struct Context {
    /// None while there are none, as in most requests.
    values: Option<Arc<Map<String, Value>>>,
    deadline: Option<Deadline>,
    /// How often the request was given out before.
    before: u32,
}

impl Context {
    /// An empty context without a deadline.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same context with `key` set.
    ///
    /// The keys `msg_id`, `reply_q` and `client_timeout` are taken by the wire: a server drops or
    /// overwrites what a client sets there (wire document, section 8).
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        Arc::make_mut(self.values.get_or_insert_default()).insert(key.into(), value.into());
        self
    }

    /// The value of `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.values.as_ref()?.get(key)
    }

    /// The whole dictionary.
    #[must_use]
    pub fn values(&self) -> &Map<String, Value> {
        static NONE: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);
        self.values.as_deref().unwrap_or(&NONE)
    }

    /// The context that `value`, anything that serialises to a JSON object, says: the user's own
    /// type in place of a dictionary.
    ///
    /// # Errors
    ///
    /// [`Encode`](crate::ErrorKind::Encode) if it is not written as an object.
    pub fn from_typed(value: &impl Serialize) -> Result<Self, Error> {
        match serde_json::to_value(value) {
            Ok(Value::Object(values)) => Ok(Self::from_wire(values)),
            Ok(_) => Err(Error::new(
                ErrorKind::Encode,
                "a context is a JSON object, and this is written as something else; make it a struct or \
                 a map",
            )),
            Err(error) => {
                Err(Error::new(ErrorKind::Encode, "the context cannot be written as JSON")
                    .with_next_step()
                    .with_source(error))
            }
        }
    }

    /// The dictionary as the user's own type; keys that the type does not know are passed over.
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) if it does not fit, naming the type.
    pub fn typed<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let dictionary =
            MapDeserializer::new(self.values().iter().map(|(key, value)| (key.as_str(), value)));
        T::deserialize(dictionary).map_err(|error: serde_json::Error| {
            let wanted = std::any::type_name::<T>();
            let text =
                format!("the context of the request is not the `{wanted}` that was expected");
            Error::new(ErrorKind::Decode, text).with_next_step().with_source(error)
        })
    }

    /// How long the caller still waits; none if it does not wait, or did not say.
    ///
    /// The clock starts when the request reaches the server, so this errs on the long side by the
    /// time that the request waited in the broker.
    #[must_use]
    pub fn remaining(&self) -> Option<Duration> {
        self.deadline.as_ref().map(Deadline::remaining)
    }

    /// The time for which the caller monitors this call, if it does; see
    /// [`Call::monitor`](crate::Call::monitor). It is the key `client_timeout` of the dictionary,
    /// where a handler in Python finds it too.
    #[must_use]
    pub fn client_timeout(&self) -> Option<Duration> {
        let value = self.get("client_timeout")?;
        let seconds = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
        Duration::try_from_secs_f64(seconds).ok()
    }

    pub(crate) fn from_wire(values: Map<String, Value>) -> Self {
        let values = (!values.is_empty()).then(|| Arc::new(values));
        Self { values, deadline: None, before: 0 }
    }

    /// Which attempt at the request this is, as far as the broker counts: 1 for the first. More
    /// than one is seen by methods that are `idempotent`, whose server died or gave the request
    /// back, and now and then by others whose acknowledgement was lost with a connection. With a
    /// quorum queue it is a number; with any other queue it is 2 however often it was tried.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.before.saturating_add(1)
    }

    pub(crate) fn with_attempt(mut self, attempt: u32) -> Self {
        self.before = attempt.saturating_sub(1);
        self
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
            .field("keys", &self.values().keys().collect::<Vec<_>>())
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

    pub(crate) fn at(&self) -> Instant {
        self.at
    }

    pub(crate) fn now(&self) -> Instant {
        self.clock.now()
    }

    pub(crate) fn remaining(&self) -> Duration {
        self.at.saturating_duration_since(self.clock.now())
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Caller {
        user: String,
        roles: Vec<String>,
    }

    #[test]
    fn a_context_is_written_and_read_as_the_users_own_type() {
        let caller = Caller { user: "alice".into(), roles: vec!["admin".into()] };
        let context = Context::from_typed(&caller).unwrap().with("request_id", "r-1");
        assert_eq!(context.typed::<Caller>().unwrap(), caller);
        let error = Context::new().typed::<Caller>().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.to_string().contains("Caller"), "{error}");
        assert_eq!(Context::from_typed(&1).unwrap_err().kind(), ErrorKind::Encode);
    }
}
