//! A request of the Python client.

use serde_json::{Value, json};

/// A command for `client.py`.
#[derive(Clone, Debug)]
pub(crate) struct Request(Value);

impl Request {
    pub(crate) fn call(topic: &str, method: &str, args: Value) -> Self {
        Self::new("call", topic, method, args)
    }

    pub(crate) fn cast(topic: &str, method: &str, args: Value) -> Self {
        Self::new("cast", topic, method, args)
    }

    /// Whether the client would send it.
    pub(crate) fn can_send(topic: &str) -> Self {
        Self::new("can_send", topic, "", json!({}))
    }

    fn new(op: &str, topic: &str, method: &str, args: Value) -> Self {
        let mut command = json!({
            "op": op,
            "topic": topic,
            "method": method,
            // The lowest that has every method of the demo.
            "version": "1.4",
            "timeout": 30,
            // The classes that Python makes exceptions of.
            "allowed_remote_exmods": ["scheduler_exceptions", "oslo_messaging.rpc.dispatcher"],
        });
        command["args"] = args;
        Self(command)
    }

    /// With one more key of the command, or another value of one.
    pub(crate) fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.0[key] = value.into();
        self
    }

    /// The command, to the broker behind a URL.
    pub(crate) fn to(mut self, url: &str) -> Value {
        self.0["url"] = url.into();
        self.0
    }
}
