//! Everything that generated code touches beside the public surface. Not for use by hand: it may
//! change with any release.

use std::sync::Arc;

use serde_json::Value;
use tokio::sync::oneshot;

pub use crate::rpc::client::{ClientCore, FromCore, Pack};
pub use crate::rpc::dispatcher::{Handled, Unpack};

/// For fuzzers.
#[cfg(fuzzing)]
pub use crate::wire::targets;

use crate::rpc::Reply;
use crate::rpc::dispatcher::no_such_method;
use crate::runtime::Runtime;
use crate::{Answer, Failure, Invocation};

/// What a method that is called answers.
pub fn reply<R: Reply>(returned: R) -> Result<Answer, Failure> {
    match returned.into_result() {
        Ok(result) => Answer::new(&result),
        Err(error) => Err(crate::RemoteError::to_failure(&error)),
    }
}

/// What a cast answers: nothing, which travels as null to a peer that called it.
pub fn no_reply() -> Result<Answer, Failure> {
    Answer::new(&())
}

/// What a method that is not the endpoint's answers.
pub fn unknown(invocation: &Invocation) -> Result<Answer, Failure> {
    Err(no_such_method(invocation.namespace(), invocation.method()))
}

/// Runs a method that blocks on a thread where that is allowed.
pub async fn blocking(
    runtime: Arc<dyn Runtime>,
    method: impl FnOnce() -> Result<Answer, Failure> + Send + 'static,
) -> Result<Answer, Failure> {
    if crate::rpc::server::may_block() {
        return crate::rpc::server::catch_panic(method).unwrap_or_else(Err);
    }
    let (sender, receiver) = oneshot::channel();
    runtime.spawn_blocking(Box::new(move || {
        let answer = crate::rpc::server::catch_panic(method);
        // Nobody listens any more when the server was shut down meanwhile.
        let _ = sender.send(answer);
    }));
    match receiver.await {
        Ok(answer) => answer.unwrap_or_else(Err),
        Err(_) => Err(crate::rpc::server::shutting_down()),
    }
}

/// The module of an error's class: the path of a Rust module, written as Python writes it.
#[must_use]
pub fn module(path: &str) -> String {
    path.replace("::", ".")
}

/// A field of an error on its way out; one that does not serialise is null.
pub fn to_value<T: serde::Serialize + ?Sized>(field: &T) -> Value {
    serde_json::to_value(field).unwrap_or_default()
}

/// A field of an error on its way in.
#[must_use]
pub fn from_value<T: serde::de::DeserializeOwned>(field: &Value) -> Option<T> {
    T::deserialize(field).ok()
}
