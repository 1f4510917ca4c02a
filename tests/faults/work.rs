//! The API that the killed ones serve and call.

use std::convert::Infallible;

use messaging::{Context, rpc_api};

/// Work that is noticed: each method says when it begins.
#[rpc_api(topic = "work", version = "1.0")]
pub(crate) trait Work {
    /// A cast, acknowledged before it runs.
    #[rpc(cast)]
    async fn note(&self, ctx: &Context, id: String);

    /// A cast, acknowledged after it ran.
    #[rpc(cast, idempotent)]
    async fn note_again(&self, ctx: &Context, id: String);

    /// A call, acknowledged before it runs; the answer is `ID by SERVER`.
    async fn ask(&self, ctx: &Context, id: String) -> Result<String, Infallible>;

    /// A call, acknowledged after it ran.
    #[rpc(idempotent)]
    async fn ask_again(&self, ctx: &Context, id: String) -> Result<String, Infallible>;
}
