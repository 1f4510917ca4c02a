//! Who answers in place of endpoints.

use std::time::Instant;

use futures_util::future::BoxFuture;
use serde_json::value::RawValue;

use crate::driver::Publish;
use crate::rpc::dispatcher::{Answer, Invocation};
use crate::{Error, Failure};

/// What a server answers.
pub(crate) type Handled = Result<Answer, Failure>;

/// The same, or an error of the road there and back.
pub(crate) type Ran = Result<Handled, Error>;

/// Parameters that were left out for an older peer, with what they then are: a server knows that by
/// itself.
pub(crate) type LeftOut = Vec<(&'static str, Box<RawValue>)>;

/// Answers in place of endpoints.
pub(crate) trait Script: Send + Sync {
    /// Is shown each request, as it would be published, also one that is refused then.
    fn saw(&self, message: &Publish<'_>, at: Instant);

    /// Answers a request for a method that there is.
    fn play(&self, invocation: Invocation) -> BoxFuture<'static, Ran>;
}
