//! Requests (wire document, section 8).

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::envelope::{self, undecodable};
use super::{for_each_field, new_id};
use crate::{Error, ErrorKind};

const CONTEXT: &str = "_context_";

/// Keys that Python peers add to every context themselves; they are the wire's, not the user's.
const TAKEN: [&str; 3] = ["msg_id", "reply_q", "client_timeout"];

/// A request as a server gets it.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// The named arguments, each as the JSON that was sent.
    pub(crate) args: Args,
    pub(crate) namespace: Option<String>,
    /// None where the request has no version, which counts as 1.0; the text need not be one.
    pub(crate) version: Option<String>,
    /// None for a cast.
    pub(crate) reply_to: Option<ReplyTo>,
    /// What a repeat of the same message has as well.
    pub(crate) unique_id: Option<String>,
    pub(crate) context: Map<String, Value>,
}

/// Named arguments in the order in which they came.
pub(crate) type Args = Vec<(String, Box<RawValue>)>;

/// Where the answer to a call goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReplyTo {
    pub(crate) msg_id: String,
    pub(crate) queue: String,
}

/// A request on its way out.
#[derive(Debug)]
pub(crate) struct RequestParts<'a> {
    pub(crate) method: &'a str,
    /// A JSON object.
    pub(crate) args: &'a RawValue,
    pub(crate) namespace: Option<&'a str>,
    pub(crate) version: Option<crate::Version>,
    pub(crate) reply_to: Option<&'a ReplyTo>,
    pub(crate) context: &'a Map<String, Value>,
}

impl RequestParts<'_> {
    /// The body, with an id of its own by which a peer recognises a duplicate.
    pub(crate) fn encode(&self) -> Result<Vec<u8>, Error> {
        let message = serde_json::to_vec(self).map_err(|error| {
            Error::new(
                ErrorKind::Encode,
                format!("the request for method `{}` cannot be written as JSON", self.method),
            )
            .with_source(error)
        })?;
        Ok(envelope::wrap(&message))
    }
}

impl Serialize for RequestParts<'_> {
    /// The keys in the order in which the peer writes them.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("method", self.method)?;
        map.serialize_entry("args", self.args)?;
        if let Some(namespace) = self.namespace {
            map.serialize_entry("namespace", namespace)?;
        }
        if let Some(version) = self.version {
            map.serialize_entry("version", &format_args!("{version}"))?;
        }
        if let Some(reply_to) = self.reply_to {
            map.serialize_entry("_msg_id", &reply_to.msg_id)?;
            map.serialize_entry("_reply_q", &reply_to.queue)?;
            // The call monitor's interval, not the call's timeout, which never travels in the body.
            map.serialize_entry("_timeout", &())?;
        }
        map.serialize_entry("_unique_id", &new_id())?;
        for (key, value) in self.context {
            map.serialize_entry(&format_args!("{CONTEXT}{key}"), value)?;
        }
        map.end()
    }
}

impl Request {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// What is wrong with it, and whom to tell, where that much could be read.
    pub(crate) fn decode(body: &[u8]) -> Result<Self, (Error, Option<ReplyTo>)> {
        let message = envelope::open(body).map_err(|error| (error, None))?;
        let mut fields = Fields::default();
        let read = for_each_field(&message, |key, value| fields.take(key, value));
        let reply_to = match (fields.msg_id, fields.reply_q) {
            (Some(msg_id), Some(queue)) => Some(ReplyTo { msg_id, queue }),
            _ => None,
        };
        let refuse = |error| Err((error, reply_to.clone()));
        if let Err(error) = read {
            return refuse(undecodable("the request is not as it must be").with_source(error));
        }
        let Some(method) = fields.method else {
            return refuse(undecodable("the request has no `method`"));
        };
        Ok(Self {
            method,
            args: fields.args,
            namespace: fields.namespace,
            version: fields.version,
            reply_to,
            unique_id: fields.unique_id,
            context: fields.context,
        })
    }
}

#[derive(Default)]
struct Fields {
    method: Option<String>,
    args: Args,
    namespace: Option<String>,
    version: Option<String>,
    msg_id: Option<String>,
    reply_q: Option<String>,
    unique_id: Option<String>,
    context: Map<String, Value>,
}

impl Fields {
    fn take(&mut self, key: &str, value: &RawValue) -> Result<(), serde_json::Error> {
        let text = value.get();
        match key {
            "method" => self.method = Some(serde_json::from_str(text)?),
            "args" => self.args = named(text)?,
            "namespace" => self.namespace = serde_json::from_str(text)?,
            // A version that is null is compatible with nothing, unlike one that is not there.
            "version" => {
                let version: Option<String> = serde_json::from_str(text)?;
                self.version = Some(version.unwrap_or_else(|| "null".to_owned()));
            }
            "_msg_id" => self.msg_id = serde_json::from_str(text)?,
            "_reply_q" => self.reply_q = serde_json::from_str(text)?,
            "_unique_id" => self.unique_id = serde_json::from_str(text)?,
            _ => {
                if let Some(key) = key.strip_prefix(CONTEXT)
                    && !TAKEN.contains(&key)
                {
                    self.context.insert(key.to_owned(), serde_json::from_str(text)?);
                }
            }
        }
        Ok(())
    }
}

/// The fields of an object, each unread.
fn named(object: &str) -> Result<Args, serde_json::Error> {
    let mut args = Args::new();
    for_each_field(object, |name, value| {
        args.push((name.to_owned(), value.to_owned()));
        Ok(())
    })?;
    Ok(args)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::Version;

    /// Every request that was captured of the real library: (file name, body).
    fn captured() -> Vec<(String, Vec<u8>)> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/oslo");
        let mut captured = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let is_request = name.starts_with("rpc_call_request") || name.starts_with("rpc_cast");
            if is_request && !name.contains("compressed") {
                let fixture: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
                captured.push((name, fixture["body"].as_str().unwrap().as_bytes().to_vec()));
            }
        }
        assert!(captured.len() >= 15, "{} fixtures", captured.len());
        captured
    }

    /// What a body says, without the ids that differ from message to message.
    fn said(body: &[u8]) -> Value {
        let message = envelope::open(body).unwrap();
        let mut said: Value = serde_json::from_str(&message).unwrap();
        said["_unique_id"] = Value::Null;
        said
    }

    #[test]
    fn requests_of_the_peer_are_read_and_written_alike() {
        for (name, body) in captured() {
            if name.ends_with("not_quite_json") {
                // NaN, infinities and a lone surrogate are not JSON: refused, and by name.
                Request::decode(&body).unwrap_err();
                continue;
            }
            let request =
                Request::decode(&body).unwrap_or_else(|(error, _)| panic!("{name}: {error:?}"));
            if name == "rpc_call_request_monitored" {
                continue; // the call monitor is asked for by Python clients alone
            }
            let args: Vec<String> =
                request.args.iter().map(|(k, v)| format!("{}:{v}", Value::from(&**k))).collect();
            let parts = RequestParts {
                method: &request.method,
                args: &RawValue::from_string(format!("{{{}}}", args.join(","))).unwrap(),
                namespace: request.namespace.as_deref(),
                version: request.version.as_deref().map(|version| version.parse().unwrap()),
                reply_to: request.reply_to.as_ref(),
                context: &request.context,
            };
            assert_eq!(said(&parts.encode().unwrap()), said(&body), "{name}");
        }
    }

    #[test]
    fn a_wrong_request_tells_whom_to_answer() {
        let body = |rest: &str| {
            format!(r#"{{{rest}, "_msg_id": "1", "_reply_q": "reply_1"}}"#).into_bytes()
        };
        let deep =
            format!(r#""method": "m", "_context_x": {}{}"#, "[".repeat(10_000), "]".repeat(10_000));
        for (rest, expected) in [
            (r#""args": {}"#, "no `method`"),
            (r#""method": 7"#, "field `method`"),
            (r#""method": "m", "args": null"#, "field `args`"),
            (r#""method": "m", "args": []"#, "field `args`"),
            (deep.as_str(), "field `_context_x`"),
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
        assert!(serde_json::from_str::<Value>(request.args[0].1.get()).is_err());
        assert_eq!(request.args[1].1.get(), "1");
    }

    #[test]
    fn version_is_absent_null_or_text() {
        let version = |json: &str| Request::decode(json.as_bytes()).unwrap().version;
        assert_eq!(version(r#"{"method": "m"}"#), None);
        assert_eq!(version(r#"{"method": "m", "version": null}"#).as_deref(), Some("null"));
        let text = version(r#"{"method": "m", "version": "1.4"}"#).unwrap();
        assert_eq!(text.parse(), Ok(Version::new(1, 4)));
    }
}
