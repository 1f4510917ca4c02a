//! Requests (wire document, section 8).

use std::borrow::Cow;
use std::time::Duration;

use serde::de::Error as _;
use serde_json::{Map, Value};

use super::args::{Args, Field};
use super::bounds::{self, Budget};
use super::envelope::{self, undecodable};
use super::json::{self, for_each_field};
use super::part::Part;
use super::text::text;
use super::{AnswerTo, Id, salvage};

/// What the keys of a context begin with.
pub(super) const CONTEXT: &str = "_context_";

/// The key under which a handler finds the call monitor's time in its context.
const CLIENT_TIMEOUT: &str = "client_timeout";

/// Keys that peers set in every context themselves; they are the wire's, not the user's.
const TAKEN: [&str; 3] = ["msg_id", "reply_q", CLIENT_TIMEOUT];

/// A request as a server gets it.
#[derive(Debug)]
pub(crate) struct Request {
    pub(super) method: Part,
    /// The named arguments, and the message of which all here are parts.
    pub(crate) args: Args,
    pub(crate) namespace: Option<Part>,
    /// None where the request has no version, which counts as 1.0; the text need not be one.
    pub(super) version: Option<Part>,
    /// None for a cast.
    pub(crate) reply_to: Option<ReplyTo>,
    /// What a repeat of the same message has as well.
    pub(super) unique_id: Option<Part>,
    /// How often the caller wants to hear that the server is at work, if it does (wire document,
    /// section 13).
    pub(crate) monitor: Option<Duration>,
    pub(crate) context: Map<String, Value>,
}

/// Where the answer to a call goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReplyTo {
    pub(crate) msg_id: Id,
    pub(crate) queue: String,
}

impl ReplyTo {
    /// As it is said in a request.
    pub(crate) fn answer_to(&self) -> AnswerTo<'_> {
        AnswerTo { msg_id: &self.msg_id, queue: &self.queue }
    }
}

impl Request {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// What is wrong with it, and whom to tell, where that much can be read, or found in what
    /// cannot.
    pub(crate) fn decode(body: &[u8]) -> Result<Self, (crate::Error, Option<ReplyTo>)> {
        let lost = |error| (error, salvage::reply_to(body));
        let text = text(body).map_err(lost)?;
        let message = envelope::open(&text).map_err(lost)?;
        let mut fields = Fields::new(&message);
        let read = for_each_field(&message, |key, value| fields.take(key, value));
        let reply_to = match (fields.msg_id.take(), fields.reply_q.take()) {
            (Some(msg_id), Some(queue)) => {
                Some(ReplyTo { msg_id: Id::from(&*msg_id), queue: queue.into_owned() })
            }
            // What could not be read may hide them.
            _ if read.is_err() => salvage::reply_to(body),
            _ => None,
        };
        if let Err(error) = read {
            let error = undecodable("the request is not as it must be").with_source(error);
            return Err((error, reply_to));
        }
        let Some(method) = fields.method else {
            return Err((undecodable("the request has no `method`"), reply_to));
        };
        let part = |part| Part::of(&message, part);
        let (method, namespace) = (part(method), fields.namespace.map(part));
        let (version, unique_id) = (fields.version.map(part), fields.unique_id.map(part));
        let (args, monitor, context) = (fields.args, fields.monitor, fields.context);
        let args = Args::new(message.into_owned(), args);
        Ok(Self { method, args, namespace, version, reply_to, unique_id, monitor, context })
    }

    /// The method's name.
    pub(crate) fn method(&self) -> &str {
        self.args.part(&self.method)
    }

    /// The namespace; none is the null namespace.
    pub(crate) fn namespace(&self) -> Option<&str> {
        self.text(&self.namespace)
    }

    /// The version; none counts as 1.0, and what there is need not be one.
    pub(crate) fn version(&self) -> Option<&str> {
        self.text(&self.version)
    }

    /// What a repeat of the same message has as well.
    pub(crate) fn unique_id(&self) -> Option<&str> {
        self.text(&self.unique_id)
    }

    fn text<'r>(&'r self, part: &'r Option<Part>) -> Option<&'r str> {
        part.as_ref().map(|part| self.args.part(part))
    }
}

struct Fields<'m> {
    message: &'m str,
    method: Option<Cow<'m, str>>,
    args: Vec<Field>,
    namespace: Option<Cow<'m, str>>,
    version: Option<Cow<'m, str>>,
    msg_id: Option<Cow<'m, str>>,
    reply_q: Option<Cow<'m, str>>,
    unique_id: Option<Cow<'m, str>>,
    monitor: Option<Duration>,
    context: Map<String, Value>,
    budget: Budget,
}

impl<'m> Fields<'m> {
    fn new(message: &'m str) -> Self {
        Self {
            message,
            method: None,
            args: Vec::new(),
            namespace: None,
            version: None,
            msg_id: None,
            reply_q: None,
            unique_id: None,
            monitor: None,
            context: Map::new(),
            budget: Budget::new(),
        }
    }

    fn take(&mut self, key: &str, json: &'m str) -> Result<(), serde_json::Error> {
        match key {
            "method" => self.method = Some(json::text(json).and_then(bounds::named)?),
            "args" => self.args = Args::fields(self.message, json)?,
            "namespace" => self.namespace = bounds::name(json)?,
            // A version that is null is compatible with nothing, unlike one that is not there.
            "version" => self.version = Some(bounds::name(json)?.unwrap_or(Cow::Borrowed(json))),
            "_msg_id" => self.msg_id = bounds::name(json)?,
            "_reply_q" => self.reply_q = bounds::name(json)?,
            "_timeout" => {
                self.monitor = seconds(json);
                // As the peer has it, but for the null that it shows where nobody monitors.
                if self.monitor.is_some() {
                    self.context.insert(CLIENT_TIMEOUT.to_owned(), json::read(json)?);
                }
            }
            "_unique_id" => self.unique_id = bounds::name(json)?,
            _ => {
                if let Some(key) = key.strip_prefix(CONTEXT)
                    && !TAKEN.contains(&key)
                {
                    bounds::named(key)?;
                    if self.context.len() == bounds::NAMED && !self.context.contains_key(key) {
                        let most = bounds::NAMED;
                        return Err(serde_json::Error::custom(format_args!(
                            "more than {most} of its kind"
                        )));
                    }
                    // Whatever a client keeps there, its request is served.
                    self.context.insert(key.to_owned(), self.budget.held(json));
                }
            }
        }
        Ok(())
    }
}

/// A number of seconds above zero, also one that is written as text. What is neither asks for
/// nothing, as the peer has it (wire document, section 13).
fn seconds(json: &str) -> Option<Duration> {
    let number = match json::string(json) {
        Some((text, "")) => text.trim().parse().ok()?,
        _ if json == "null" => return None,
        _ => json::read::<f64>(json).ok()?,
    };
    Duration::try_from_secs_f64(number).ok().filter(|seconds| !seconds.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Version;

    #[test]
    fn a_wrong_request_tells_whom_to_answer() {
        let body = |rest: &str| {
            format!(r#"{{{rest}, "_msg_id": "1", "_reply_q": "reply_1"}}"#).into_bytes()
        };
        for (rest, expected) in [
            (r#""args": {}"#, "no `method`"),
            (r#""method": 7"#, "field `method`"),
            (r#""method": "m", "args": null"#, "field `args`"),
            (r#""method": "m", "args": []"#, "field `args`"),
        ] {
            let (error, reply_to) = Request::decode(&body(rest)).unwrap_err();
            assert_eq!(reply_to, Some(ReplyTo { msg_id: "1".into(), queue: "reply_1".into() }));
            let source = std::error::Error::source(&error).map(|s| s.to_string());
            let text = format!("{error}: {}", source.unwrap_or_default());
            assert!(text.contains(expected), "{text}");
        }
    }

    #[test]
    fn a_deep_argument_waits_for_whoever_reads_it() {
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        let body = format!(r#"{{"method": "m", "args": {{"deep": {deep}, "flat": 1}}}}"#);
        let request = Request::decode(body.as_bytes()).unwrap();
        assert!(json::read::<Value>(request.args.get("deep").unwrap()).is_err());
        assert_eq!(request.args.get("flat"), Some("1"));
    }

    /// A request is not refused for what its handler may never look at.
    #[test]
    fn a_context_value_that_cannot_be_held_is_its_text() {
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        let body = format!(r#"{{"method": "m", "_context_load": NaN, "_context_x": {deep}}}"#);
        let request = Request::decode(body.as_bytes()).unwrap();
        assert_eq!(request.context["x"], deep);
        assert_eq!(request.context["load"], "NaN");
    }

    #[test]
    fn keys_that_nobody_knows_are_passed_over() {
        let message = r#"{"method": "m", "new": [1], "oslo.version": "9"}"#;
        let enveloped = serde_json::json!({
            "oslo.version": "2.0", "oslo.message": message, "oslo.more": {"a": 1},
        });
        for body in [message.to_owned(), enveloped.to_string()] {
            assert_eq!(Request::decode(body.as_bytes()).unwrap().method(), "m", "{body}");
        }
    }

    #[test]
    fn names_and_their_number_are_bounded() {
        let (long, fits) = ("n".repeat(256), "n".repeat(255));
        let many = |count: usize, prefix: &str| {
            let named: Vec<_> =
                (0..count).map(|number| format!(r#""{prefix}{number}": 0"#)).collect();
            named.join(", ")
        };
        let decode = |body: &str| Request::decode(body.as_bytes());
        for (body, expected) in [
            (format!(r#"{{"method": "{long}"}}"#), "field `method`: a name of 256 bytes"),
            (format!(r#"{{"method": "m", "namespace": "{long}"}}"#), "field `namespace`: a name"),
            (format!(r#"{{"method": "m", "version": "{long}"}}"#), "field `version`: a name"),
            (format!(r#"{{"method": "m", "_msg_id": "{long}"}}"#), "field `_msg_id`: a name"),
            (format!(r#"{{"method": "m", "_reply_q": "{long}"}}"#), "field `_reply_q`: a name"),
            (format!(r#"{{"method": "m", "_unique_id": "{long}"}}"#), "field `_unique_id`: a name"),
            (format!(r#"{{"method": "m", "args": {{"{long}": 1}}}}"#), "field `args`: field `nnn"),
            (format!(r#"{{"method": "m", "args": {{{}}}}}"#, many(1001, "a")), "1000 arguments"),
            (format!(r#"{{"method": "m", "_context_{long}": 1}}"#), "a name of 256 bytes"),
            (format!(r#"{{"method": "m", {}}}"#, many(1001, "_context_a")), "more than 1000"),
        ] {
            let (error, _) = decode(&body).unwrap_err();
            let source =
                std::error::Error::source(&error).map(|s| s.to_string()).unwrap_or_default();
            assert!(source.contains(expected), "{source}");
        }
        let body = format!(
            r#"{{"method": "{fits}", "args": {{{}}}, "_context_{fits}": 1, {}}}"#,
            many(1000, "a"),
            many(999, "_context_a")
        );
        let request = decode(&body).unwrap();
        assert_eq!((request.args.len(), request.context.len()), (1000, 1000));
    }

    /// A context is read before anybody asks for it: a wide one must not become thirty times as
    /// large as its text.
    #[test]
    fn a_wide_context_value_stays_the_text_that_it_is() {
        let wide = format!("[{}0]", "0,".repeat(500_000));
        let body = format!(r#"{{"method": "m", "_context_a": [1], "_context_x": {wide}}}"#);
        let request = Request::decode(body.as_bytes()).unwrap();
        assert_eq!(request.context["x"], wide);
        assert_eq!(request.context["a"], serde_json::json!([1]));
    }

    #[test]
    fn a_call_needs_an_id_and_a_queue() {
        for (keys, expected) in [
            (r#""_msg_id": "1", "_reply_q": "reply_1""#, true),
            (r#""_msg_id": "1", "_reply_q": null"#, false),
            (r#""_msg_id": null, "_reply_q": "reply_1""#, false),
            (r#""_msg_id": "1""#, false),
        ] {
            let request = Request::decode(format!(r#"{{"method": "m", {keys}}}"#).as_bytes());
            assert_eq!(request.unwrap().reply_to.is_some(), expected, "{keys}");
        }
    }

    #[test]
    fn version_is_absent_null_or_text() {
        let version = |json: &str| {
            let request = Request::decode(json.as_bytes()).unwrap();
            request.version().map(str::to_owned)
        };
        assert_eq!(version(r#"{"method": "m"}"#), None);
        assert_eq!(version(r#"{"method": "m", "version": null}"#).as_deref(), Some("null"));
        let text = version(r#"{"method": "m", "version": "1.4"}"#).unwrap();
        assert_eq!(text.parse(), Ok(Version::new(1, 4)));
    }

    #[test]
    fn a_monitor_is_a_number_of_seconds_also_as_text() {
        for (timeout, monitor) in [
            ("2", Some(2.0)),
            ("2.9", Some(2.9)),
            (r#""4""#, Some(4.0)),
            (r#"" 4 ""#, Some(4.0)),
            ("null", None),
            ("0", None),
            ("-5", None),
            ("NaN", None),
            ("Infinity", None),
            ("1e300", None),
            (r#""inf""#, None),
            (r#""soon""#, None),
            ("[2]", None),
        ] {
            let body = format!(r#"{{"method": "m", "_timeout": {timeout}}}"#);
            let request = Request::decode(body.as_bytes()).unwrap();
            assert_eq!(request.monitor.map(|m| m.as_secs_f64()), monitor, "{timeout}");
        }
    }
}
