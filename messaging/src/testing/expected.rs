//! What a message is to be like.

use std::fmt;

use serde_json::{Map, Value};

use super::sent::{Sent, SentRequest, short};
use crate::Version;
use crate::driver::Address;

/// What a request is to be like; what is not mentioned may be anything.
///
/// ```
/// use messaging::testing::Expected;
/// use serde_json::json;
///
/// let expected = Expected::cast("update_capabilities")
///     .topic("scheduler")
///     .args(json!({"host": "host-1", "capabilities": {"ram": 2048}}))
///     .times(1);
/// assert_eq!(
///     expected.to_string(),
///     "a cast of `update_capabilities` to topic `scheduler` with \
///      {\"capabilities\":{\"ram\":2048},\"host\":\"host-1\"}, once"
/// );
/// ```
#[derive(Clone, Debug)]
#[must_use = "hand it to `assert`"]
pub struct Expected {
    verb: Verb,
    method: String,
    topic: Option<String>,
    exchange: Option<String>,
    server: Option<String>,
    namespace: Option<String>,
    version: Option<Version>,
    args: Map<String, Value>,
    context: Map<String, Value>,
    /// None is once or more often.
    times: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Call,
    Cast,
    Fanout,
}

impl Expected {
    /// A call of `method`: its name on the wire, or its constant, such as
    /// `SchedulerClient::SELECT_HOSTS`.
    pub fn call(method: impl Into<String>) -> Self {
        Self::new(Verb::Call, method.into())
    }

    /// A cast of `method` to one server.
    pub fn cast(method: impl Into<String>) -> Self {
        Self::new(Verb::Cast, method.into())
    }

    /// A cast of `method` to all servers of its topic.
    pub fn fanout(method: impl Into<String>) -> Self {
        Self::new(Verb::Fanout, method.into())
    }

    fn new(verb: Verb, method: String) -> Self {
        Self {
            verb,
            method,
            topic: None,
            exchange: None,
            server: None,
            namespace: None,
            version: None,
            args: Map::new(),
            context: Map::new(),
            times: None,
        }
    }

    /// To this topic.
    pub fn topic(mut self, topic: impl Into<String>) -> Self {
        self.topic = Some(topic.into());
        self
    }

    /// To this exchange.
    pub fn exchange(mut self, exchange: impl Into<String>) -> Self {
        self.exchange = Some(exchange.into());
        self
    }

    /// To this one server.
    pub fn server(mut self, server: impl Into<String>) -> Self {
        self.server = Some(server.into());
        self
    }

    /// In this namespace.
    pub fn namespace(mut self, namespace: impl Into<String>) -> Self {
        self.namespace = Some(namespace.into());
        self
    }

    /// Made for this version.
    pub fn version(mut self, version: Version) -> Self {
        self.version = Some(version);
        self
    }

    /// With these named arguments, a JSON object, among others. Objects within them are matched in
    /// the same way, by what is mentioned; everything else has to be equal.
    ///
    /// # Panics
    ///
    /// If `args` is no JSON object.
    #[track_caller]
    pub fn args(mut self, args: Value) -> Self {
        let Value::Object(args) = args else {
            panic!("arguments have names: write `json!({{\"name\": ..}})`, not {args}");
        };
        self.args.extend(args);
        self
    }

    /// With this value under `key` of the context.
    pub fn context(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.context.insert(key.into(), value.into());
        self
    }

    /// So often, and not more often; zero is never. The default is once or more often.
    pub fn times(mut self, times: usize) -> Self {
        self.times = Some(times);
        self
    }

    pub(super) fn is_met_by(&self, count: usize) -> bool {
        self.times.map_or(count > 0, |times| count == times)
    }

    /// In what ways a message is another than this.
    pub(super) fn differences(&self, sent: &Sent) -> Differences {
        let mut found = Differences::default();
        let Some(request) = &sent.request else {
            found.weight = usize::MAX;
            found.texts.push("it is no request".to_owned());
            return found;
        };
        if request.method != self.method {
            // Another method is further away than anything else can be.
            found.add(1000, format!("the method is `{}`", request.method));
        }
        let verb = Verb::of(request, &sent.address);
        if verb != self.verb {
            found.add(1, format!("it is {verb}, not {}", self.verb));
        }
        let (exchange, topic, server) = match &sent.address {
            Address::Topic { exchange, topic, server } => {
                (Some(exchange.as_str()), topic.as_str(), server.as_deref())
            }
            Address::Fanout { topic } => (None, topic.as_str(), None),
            Address::Reply { queue } => (None, queue.as_str(), None),
        };
        found.compare("topic", self.topic.as_deref(), Some(topic));
        found.compare("exchange", self.exchange.as_deref(), exchange);
        found.compare("server", self.server.as_deref(), server);
        found.compare("namespace", self.namespace.as_deref(), request.namespace.as_deref());
        let version = self.version.map(|version| version.to_string());
        found.compare("version", version.as_deref(), request.version.as_deref());
        found.entries("argument", &self.args, &request.args);
        found.entries("context key", &self.context, &request.context);
        found
    }
}

impl Verb {
    fn of(request: &SentRequest, address: &Address) -> Self {
        match (request.wants_reply, address) {
            (true, _) => Self::Call,
            (false, Address::Fanout { .. }) => Self::Fanout,
            (false, _) => Self::Cast,
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Call => "a call",
            Self::Cast => "a cast",
            Self::Fanout => "a fanout",
        })
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of `{}`", self.verb, self.method)?;
        if let Some(version) = self.version {
            write!(f, " {version}")?;
        }
        for (what, value) in [
            (" to topic", &self.topic),
            (" in exchange", &self.exchange),
            (" on server", &self.server),
            (" in namespace", &self.namespace),
        ] {
            if let Some(value) = value {
                write!(f, "{what} `{value}`")?;
            }
        }
        if !self.args.is_empty() {
            write!(f, " with {}", short(&self.args))?;
        }
        if !self.context.is_empty() {
            write!(f, " and context {}", short(&self.context))?;
        }
        match self.times {
            None => Ok(()),
            Some(0) => f.write_str(", never"),
            Some(1) => f.write_str(", once"),
            Some(times) => write!(f, ", {times} times"),
        }
    }
}

/// In what ways a message is another than expected, and how far that is.
#[derive(Default)]
pub(super) struct Differences {
    pub(super) weight: usize,
    pub(super) texts: Vec<String>,
}

impl Differences {
    fn add(&mut self, weight: usize, text: String) {
        self.weight += weight;
        self.texts.push(text);
    }

    fn compare(&mut self, what: &str, expected: Option<&str>, actual: Option<&str>) {
        let Some(expected) = expected else { return };
        match actual {
            Some(actual) if actual == expected => {}
            Some(actual) => self.add(1, format!("the {what} is `{actual}`, not `{expected}`")),
            None => self.add(1, format!("it names no {what}, `{expected}` was expected")),
        }
    }

    fn entries(&mut self, what: &str, expected: &Map<String, Value>, actual: &Map<String, Value>) {
        for (name, expected) in expected {
            match actual.get(name) {
                Some(actual) if has(actual, expected) => {}
                Some(actual) => {
                    let (actual, expected) = (short(actual), short(expected));
                    self.add(1, format!("{what} `{name}` is {actual}, not {expected}"));
                }
                None => self.add(1, format!("{what} `{name}` is missing")),
            }
        }
    }
}

/// Whether `actual` has all that `expected` mentions.
fn has(actual: &Value, expected: &Value) -> bool {
    match (actual, expected) {
        (Value::Object(actual), Value::Object(expected)) => expected
            .iter()
            .all(|(name, expected)| actual.get(name).is_some_and(|actual| has(actual, expected))),
        _ => actual == expected,
    }
}
