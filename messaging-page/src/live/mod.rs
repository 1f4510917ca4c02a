//! What a served page asks of a bus: who is there, and calls.

mod bus;
mod call;
mod snapshot;

use std::fmt;

use async_trait::async_trait;

pub use self::bus::{Bus, DescribeError};
pub use self::call::{CallOutcome, CallRequest};
pub use self::snapshot::{ApiNumbers, Instance, MethodNumbers, Silent, Snapshot};

/// What a served page asks of a bus. [`Bus`] is the one there is; another stands in for it in
/// tests.
#[async_trait]
pub trait Live: fmt::Debug + Send + Sync + 'static {
    /// Who serves these topics, and what they have done. It takes as long as servers are waited
    /// for, a second by default; what goes wrong is among its `problems`.
    async fn look(&self, topics: &[String]) -> Snapshot;

    /// Makes a call or sends a cast.
    async fn call(&self, request: CallRequest) -> CallOutcome;
}
