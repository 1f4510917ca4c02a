//! Arguments on their way out: by name, and no newer than the peer.

use std::fmt;

use serde::Serialize;
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use super::core::ClientCore;
use super::outgoing::Outgoing;
use super::{Call, Cast};
use crate::rpc::local::LeftOut;
use crate::{Argument, Error, ErrorKind, MethodDescriptor, Version};

/// Packs the arguments of one request. Generated methods are made of this.
pub struct Pack<'a> {
    core: &'a ClientCore,
    api: &'static str,
    method: MethodDescriptor,
    /// A JSON object without its closing brace.
    args: Vec<u8>,
    /// The lowest version that has all that is in it.
    needs: Version,
    refused: Option<Error>,
    left_out: LeftOut,
}

impl<'a> Pack<'a> {
    /// Begins a request for `method`.
    #[must_use]
    pub fn new(core: &'a ClientCore, api: &'static str, method: MethodDescriptor) -> Self {
        let mut pack = Self {
            core,
            api,
            method,
            args: vec![b'{'],
            needs: method.since,
            refused: None,
            left_out: Vec::new(),
        };
        if pack.too_new(method.since) {
            pack.refused = Some(pack.version_error("it", method.since, ""));
        }
        pack
    }

    /// Adds an argument that every version of the method has.
    #[must_use]
    pub fn arg<T: Serialize + ?Sized>(mut self, name: &'static str, value: &T) -> Self {
        if self.refused.is_none()
            && let Some(json) = self.encode(name, value)
        {
            self.put(name, &json);
        }
        self
    }

    /// Adds an argument that the method has since `since`. A peer that is older does without it
    /// if it holds its default, and else the request is refused.
    #[must_use]
    pub fn arg_since<T: Serialize>(
        mut self,
        name: &'static str,
        since: Version,
        value: &T,
        default: impl FnOnce() -> T,
    ) -> Self {
        if self.refused.is_some() {
            return self;
        }
        let Some(json) = self.encode(name, value) else {
            return self;
        };
        if !self.too_new(since) {
            self.needs = self.needs.max(since);
            self.put(name, &json);
            return self;
        }
        // As values: maps are written in an order of their own.
        let value = serde_json::from_str::<Value>(json.get());
        let is_default = serde_json::to_value(default())
            .is_ok_and(|default| value.is_ok_and(|value| value == default));
        if is_default {
            self.leave_out(name, || json);
        } else {
            let parameter = format!("parameter `{name}`");
            self.refused =
                Some(self.version_error(&parameter, since, "leave it at its default or "));
        }
        self
    }

    /// The same for what the call of a pinned client may leave out.
    #[must_use]
    pub fn arg_given<T: Serialize, A: Argument<T>>(
        self,
        name: &'static str,
        since: Version,
        argument: A,
        default: impl FnOnce() -> T,
    ) -> Self {
        match argument.given() {
            Some(value) => self.arg_since(name, since, &value, default),
            None => {
                let mut pack = self;
                pack.leave_out(name, || to_raw_value(&default()).unwrap_or_default());
                pack
            }
        }
    }

    /// The call.
    pub fn call<R, Runs>(self) -> Call<R, Runs> {
        Call::new(self.finish())
    }

    /// The cast.
    pub fn cast<Runs>(self) -> Cast<Runs> {
        Cast::new(self.finish())
    }

    fn finish(mut self) -> Result<Outgoing, Error> {
        if let Some(refused) = self.refused.take() {
            return Err(refused);
        }
        self.args.push(b'}');
        // Braces, names that serde_json escaped and values that it wrote: always JSON.
        let args = String::from_utf8(self.args)
            .ok()
            .and_then(|json| RawValue::from_string(json).ok())
            .unwrap_or_else(|| RawValue::NULL.to_owned());
        let version = self.core.settings().version.unwrap_or(self.needs);
        let mut outgoing = Outgoing::new(self.core, self.method.name.into(), args, Some(version));
        outgoing.left_out = self.left_out;
        Ok(outgoing.default_timeout(self.method.timeout))
    }

    /// What a server makes of its own accord is told to those that are none.
    fn leave_out(&mut self, name: &'static str, default: impl FnOnce() -> Box<RawValue>) {
        if self.core.road().wants_left_out() {
            self.left_out.push((name, default()));
        }
    }

    fn encode<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Option<Box<RawValue>> {
        match to_raw_value(value) {
            Ok(json) => Some(json),
            Err(error) => {
                let refused = Error::new(
                    ErrorKind::Encode,
                    format!(
                        "argument `{name}` of method `{}` of API `{}` cannot be written as JSON",
                        self.method.name, self.api
                    ),
                );
                self.refused = Some(refused.with_next_step().with_source(error));
                None
            }
        }
    }

    fn put(&mut self, name: &str, json: &RawValue) {
        if self.args.len() > 1 {
            self.args.push(b',');
        }
        // A text and a vector: neither can fail.
        let _ = serde_json::to_writer(&mut self.args, name);
        self.args.push(b':');
        self.args.extend_from_slice(json.get().as_bytes());
    }

    fn too_new(&self, since: Version) -> bool {
        self.core.settings().limit().is_some_and(|limit| !limit.serves(since))
    }

    fn version_error(&self, what: &str, needs: Version, advice: &str) -> Error {
        let settings = self.core.settings();
        let limited = match (settings.version, settings.version_cap) {
            (Some(version), _) => format!("pinned to {version}"),
            (None, Some(cap)) => format!("capped to {cap}"),
            (None, None) => "not limited".to_owned(),
        };
        Error::new(
            ErrorKind::Version,
            format!(
                "method `{}` of API `{}` was not sent to topic `{}`: {what} needs version {needs} \
                 and the client is {limited}; {advice}prepare a client for {needs} once all \
                 servers have it",
                self.method.name, self.api, settings.topic
            ),
        )
    }
}

impl fmt::Debug for Pack<'_> {
    /// Without the arguments: they are the user's, and may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pack").field("method", &self.method.name).finish_non_exhaustive()
    }
}
