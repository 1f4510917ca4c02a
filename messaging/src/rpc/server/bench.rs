//! What `cargo xtask bench codec` measures of a server: the steps of a request on their own.

use std::sync::Arc;

use crate::rpc::dispatcher::{Answer, Invocation};
use crate::runtime::Runtime;
use crate::wire::{Form, MaxSize, Reply};
use crate::{Error, Failure};

/// What the body of a request asks for, which is for `method`.
///
/// # Errors
///
/// If it is none.
pub fn invocation(
    method: &'static str,
    body: &[u8],
    runtime: &Arc<dyn Runtime>,
) -> Result<Invocation, Error> {
    let request = MaxSize::default().request(body).map_err(|(error, _)| error)?;
    Ok(Invocation::of(method, request, None, 1, Arc::clone(runtime)))
}

/// The body of the reply to a call.
#[must_use]
pub fn reply(msg_id: &str, outcome: &Result<Answer, Failure>) -> Vec<u8> {
    Reply::encode(&msg_id.into(), outcome.as_ref().map(|answer| &*answer.0), Form::Enveloped)
}
