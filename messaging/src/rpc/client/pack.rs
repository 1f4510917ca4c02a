//! Arguments on their way out: by name, and no newer than the peer.

use std::fmt;

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::core::ClientCore;
use super::outgoing::Outgoing;
use super::{Call, Cast};
use crate::rpc::local::LeftOut;
use crate::{Argument, Error, ErrorKind, MethodDescriptor, Version};

/// How many bytes of arguments take no more room than was made at first.
const ROOM: usize = 256;

/// Packs the arguments of one request. Generated methods are made of this.
pub struct Pack<'a> {
    core: &'a ClientCore,
    api: &'static str,
    method: &'static MethodDescriptor,
    /// A JSON object without its closing brace: names that serde_json escaped, and values that it
    /// wrote.
    args: Vec<u8>,
    /// The lowest version that has all that is in it.
    needs: Version,
    refused: Option<Error>,
    left_out: LeftOut,
}

impl<'a> Pack<'a> {
    /// Begins a request for `method`.
    #[must_use]
    pub fn new(core: &'a ClientCore, api: &'static str, method: &'static MethodDescriptor) -> Self {
        let mut args = Vec::with_capacity(ROOM);
        args.push(b'{');
        let mut pack = Self {
            core,
            api,
            method,
            args,
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
    pub fn arg<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) {
        if let Some(before) = self.begin(name) {
            let written = serde_json::to_writer(&mut self.args, value);
            self.end(name, before, written);
        }
    }

    /// Adds an argument that the method has since `since`. A peer that is older does without it
    /// if it holds its default, and else the request is refused.
    pub fn arg_since<T: Serialize>(
        &mut self,
        name: &'static str,
        since: Version,
        value: &T,
        default: impl FnOnce() -> T,
    ) {
        if !self.too_new(since) {
            self.needs = self.needs.max(since);
            self.arg(name, value);
        } else if self.refused.is_none() {
            // As text first, since that is how anything travels.
            self.keep_back(name, since, serde_json::to_vec(value), serde_json::to_vec(&default()));
        }
    }

    /// The same for what the call of a pinned client may leave out.
    pub fn arg_given<T: Serialize, A: Argument<T>>(
        &mut self,
        name: &'static str,
        since: Version,
        argument: A,
        default: impl FnOnce() -> T,
    ) {
        match argument.given() {
            Some(value) => self.arg_since(name, since, &value, default),
            None if self.core.road().wants_left_out() => {
                self.leave_out(name, serde_json::to_vec(&default()));
            }
            None => {}
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

    fn finish(mut self) -> Result<Box<Outgoing>, Error> {
        if let Some(refused) = self.refused.take() {
            return Err(refused);
        }
        self.args.push(b'}');
        let (args, name) = (self.args, self.method.name.into());
        let version = self.core.settings().version.unwrap_or(self.needs);
        let mut outgoing = Outgoing::new(self.core, name, args, Some(version));
        outgoing.left_out = self.left_out;
        Ok(outgoing.default_timeout(self.method.timeout))
    }

    /// What a server makes of its own accord is told to those that are none.
    fn leave_out(&mut self, name: &'static str, default: serde_json::Result<Vec<u8>>) {
        let default = default.ok().and_then(as_json);
        self.left_out.push((name, default.unwrap_or_default()));
    }

    /// Makes ready for the value of `name`, unless the request is refused; gives what to go back to
    /// where the value cannot be written.
    fn begin(&mut self, name: &str) -> Option<usize> {
        if self.refused.is_some() {
            return None;
        }
        let before = self.args.len();
        if before > 1 {
            self.args.push(b',');
        }
        // A text and a vector: neither can fail.
        let _ = serde_json::to_writer(&mut self.args, name);
        self.args.push(b':');
        Some(before)
    }

    fn end(&mut self, name: &str, before: usize, written: serde_json::Result<()>) {
        if let Err(error) = written {
            self.args.truncate(before);
            self.refuse(name, error);
        }
    }

    /// Keeps from the peer what it does not know, if that is the default; refuses the request else.
    fn keep_back(
        &mut self,
        name: &'static str,
        since: Version,
        value: serde_json::Result<Vec<u8>>,
        default: serde_json::Result<Vec<u8>>,
    ) {
        let value = match value {
            Ok(value) => value,
            Err(error) => return self.refuse(name, error),
        };
        // As values: maps are written in an order of their own.
        let read = |json: &[u8]| serde_json::from_slice::<Value>(json);
        let default = default.and_then(|default| read(&default));
        if default.is_ok_and(|default| read(&value).is_ok_and(|value| value == default)) {
            if self.core.road().wants_left_out() {
                self.leave_out(name, Ok(value));
            }
        } else {
            let parameter = format!("parameter `{name}`");
            self.refused =
                Some(self.version_error(&parameter, since, "leave it at its default or "));
        }
    }

    fn refuse(&mut self, name: &str, error: serde_json::Error) {
        let refused = Error::new(
            ErrorKind::Encode,
            format!(
                "argument `{name}` of method `{}` of API `{}` cannot be written as JSON",
                self.method.name, self.api
            ),
        );
        self.refused = Some(refused.with_next_step().with_source(error));
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

/// What was written as JSON, which it is.
fn as_json(written: Vec<u8>) -> Option<Box<RawValue>> {
    RawValue::from_string(String::from_utf8(written).ok()?).ok()
}

impl fmt::Debug for Pack<'_> {
    /// Without the arguments: they are the user's, and may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pack").field("method", &self.method.name).finish_non_exhaustive()
    }
}
